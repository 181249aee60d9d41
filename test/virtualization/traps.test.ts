/** Traps to Hyp mode: each bit that traps, an instruction that it traps, class and syndrome, here and on QEMU. */
import { expect } from 'chai';
import { needs } from '../tools/requirements.ts';
import { runRows, type Record_ } from './bench.ts';
import { END, SETTINGS, type Row, type Setting } from './program.ts';
import { ALLOWING, BITS, trapRows, type TrapRow } from './trap-rows.ts';

const VECTOR = { undefined: 1, svc: 2, prefetchAbort: 3, hypTrap: 5 } as const;
const IL = 1 << 25;

/** The control register's value with the bit trapping or not. */
function control({ control, bit, with: given }: TrapRow, trapping: boolean): number {
  const mask = 1 << BITS[bit]!;
  const base = given?.[control] ?? SETTINGS[control];
  return trapping !== ALLOWING.has(bit)
    ? base | mask
    : base & ~(given?.[control] !== undefined && !ALLOWING.has(bit) ? (base & 0xc00 ? 0xc00 : mask) : mask);
}
function asRow(row: TrapRow, trapping: boolean): Row {
  const registers: Partial<Record<Setting, number>> = { ...row.with, [row.control]: control(row, trapping) };
  return {
    title: row.code,
    code: row.waits && !trapping ? 'nop' : row.code,
    registers,
    ...(row.mode === undefined ? {} : { mode: row.mode }),
    ...(row.thumb === undefined ? {} : { thumb: row.thumb }),
    ...(row.masks === undefined ? {} : { masks: row.masks }),
  };
}

/** What a record says, in words that rows compare. */
function outcome(row: TrapRow, { vector, HSR, ELR, at }: Record_): string {
  if (row.bit === 'HCD' && HSR >>> 26 === 1) return 'undefined';
  if (vector !== VECTOR.hypTrap) return `vector ${vector}`;
  const class_ = HSR >>> 26;
  const imm = HSR & 0xffff;
  if (class_ === 0x12 && imm === END.reached) return 'runs';
  if (class_ === 0x12 && imm === END.vector + VECTOR.svc) return row.code.startsWith('svc') ? 'svc' : 'runs';
  if (class_ === 0x12 && imm === END.vector + VECTOR.undefined) return 'undefined';
  if (class_ === 0x12 && imm === END.vector + VECTOR.prefetchAbort) return 'prefetch abort';
  if (class_ === 0x12) return 'hvc';
  const where = ELR === at ? '' : ` with ELR ${ELR - at} beyond`;
  return `trap 0x${HSR.toString(16).padStart(8, '0')}${where}`;
}
function expected(row: TrapRow): string {
  if (typeof row.traps !== 'number') return row.traps;
  const hsr = (row.traps | (row.shortInstruction ? 0 : IL)) >>> 0;
  const size = row.code.startsWith('svc') ? (row.thumb ? 2 : 4) : 0;
  return `trap 0x${hsr.toString(16).padStart(8, '0')}${size === 0 ? '' : ` with ELR ${size} beyond`}`;
}
const titleOf = ({ control, bit, code, mode, thumb, traps }: TrapRow): string => {
  const what = traps === 'runs' ? 'does not trap' : traps === 'undefined' ? 'does not reach' : 'traps';
  const instruction = code.replace(/^.*\n1: |\n.*$/gs, '');
  return `${control}.${bit} ${what} ${instruction}${thumb ? ' (T32)' : ''} of ${mode === 'usr' ? 'PL0' : 'PL1'}`;
};

describe('traps to Hyp mode', function () {
  this.timeout(60_000);
  needs('arm-none-eabi-gcc', 'qemu-system-arm');
  /** Of each row: here and on QEMU, with the bit set and clear. */
  const results = new Map<TrapRow, readonly Record_[]>();
  before(async () => {
    for (const security of [true, false]) {
      const chosen = trapRows.filter((row) => (row.security ?? true) === security);
      const { armhyp, qemu } = await runRows(
        chosen.flatMap((row) => [asRow(row, true), asRow(row, false)]),
        [],
        security,
      );
      chosen.forEach((row, n) =>
        results.set(row, [armhyp[2 * n]!, armhyp[2 * n + 1]!, qemu[2 * n]!, qemu[2 * n + 1]!]),
      );
    }
  });

  trapRows.forEach((row) =>
    it(titleOf(row), () => {
      const [on, off, qemuOn, qemuOff] = results.get(row)!.map((record) => outcome(row, record));
      const otherwise = row.otherwise ?? 'runs';
      expect([on, off]).to.deep.equal([expected(row), otherwise]);
      const same = qemuOn === on && qemuOff === off;
      if (row.qemu === undefined) expect([qemuOn, qemuOff], 'on QEMU').to.deep.equal([on, off]);
      else expect(same, `QEMU does the same, although: ${row.qemu}`).to.equal(false);
    }),
  );
  it('names every bit that traps', () => {
    expect(Object.keys(BITS).filter((bit) => !trapRows.some((row) => row.bit === bit))).to.deep.equal([]);
  });
});

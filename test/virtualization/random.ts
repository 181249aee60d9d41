/**
 * Random instructions in Hyp mode, and as a guest at PL1 and PL0 behind a stage 2, with trap bits set at random: rows for the
 * row program, and what must be equal on both machines. (DDI 0406C, B1.14, B3.13.6)
 */
import { interpreter } from '../../lib/machine/interpreter.ts';
import type { Instruction } from '../../lib/cpu/isa/instruction.ts';
import { BIT } from '../../lib/cpu/system/fields.ts';
import { exclusion, withoutStrayBits } from '../differential/excluded.ts';
import { Random } from '../differential/random.ts';
import type { Record_ } from './bench.ts';
import { END, SETTINGS, type Row } from './program.ts';
import { VTCR_LEVEL1 } from './stage2-tables.ts';

export type Kind = 'hyp' | 'guest';
export interface RandomRow extends Row {
  readonly instruction: Instruction;
}

/** Traps that are drawn, each in half of the rows. TGE, TDE and TDRA are not for a guest that has a PL1 of its own. */
const TRAPS = {
  HCR: ['TWI', 'TID0', 'TID1', 'TID2', 'TID3', 'TSC', 'TIDCP', 'TAC', 'TSW', 'TPC', 'TPU', 'TTLB', 'TVM'],
  HSTR: ['T0', 'T1', 'T2', 'T3', 'T5', 'T6', 'T7', 'T8', 'T9', 'T10', 'T11', 'T12', 'T13', 'T15', 'TTEE'],
  HDCR: ['TPM', 'TPMCR'],
} as const;
/** What is not tried: it leaves the row, changes what the row program needs, or, as WFE, is not trapped by QEMU 7.2. */
const LEFT_OUT =
  /^(WFE|B_|BL|BX|CBZ|TB_|IT_|HVC|SVC|BKPT|.*_pc_|RFE|SRS|ERET|SUBS_PC|CPS|SETEND|MSR|MRS_banked|VMSR|VMRS_system|LDM_(user|exc)|STM_user|POP|PUSH|CDP|LDC|MCR|MRC|MRRC|DBG|.*2_[AT]2$)/;
/** Two addresses together lead into the memory map's devices, which only stage 2 keeps away; SP is the row program's. */
const NOT_IN_HYP =
  /^(LDR|STR|PLD).*(_register|_index|T_A2)|^SMC|^WF|SP_|^(ADD|MOV|CMP)_register_T[12]$|^LDM|^STM|^V(LD|ST)/;
const namesSp = ({ encoding }: Instruction, word: number): boolean =>
  Object.entries(encoding.extract(word)).some(([field, value]) => /^(r[a-z]2?|hi|lo)$/.test(field) && value === 13);

const drawn = (random: Random, register: keyof typeof TRAPS): number =>
  TRAPS[register].reduce(
    (value, name) => (random.percent(50) ? value | (BIT[register] as Readonly<Record<string, number>>)[name]! : value),
    0,
  );

/** A row by its number, the same every time; undefined if none comes of it. */
export function randomRow(kind: Kind, seed: number, number: number): RandomRow | undefined {
  const { table } = interpreter();
  const random = new Random(`${kind} ${seed} ${number}`);
  for (let tries = 0; tries < 100; tries++) {
    const set = random.pick(['a32', 'a32', 't16', 't32'] as const);
    const instruction = random.pick(table.decoders[set].instructions);
    const { id, encoding } = instruction;
    const free = ~encoding.mask & (encoding.bits === 16 ? 0xffff : -1);
    let word = withoutStrayBits(id, (encoding.value | (random.word() & free)) >>> 0);
    if (set === 'a32' && encoding.conditional) word = ((word & 0x0fff_ffff) | 0xe000_0000) >>> 0;
    if (table.find(set, word) !== instruction || LEFT_OUT.test(id)) continue;
    if (kind === 'hyp' && (NOT_IN_HYP.test(id) || namesSp(instruction, word))) continue;
    const mode = kind === 'hyp' ? 'hyp' : random.pick(['svc', 'svc', 'usr'] as const);
    // At PL0 it shows UNKNOWN bits.
    if (mode === 'usr' && id.startsWith('MRS_')) continue;
    const HCR = drawn(random, 'HCR');
    const traps = id.startsWith('WFI') ? 'TWI' : id.startsWith('SMC') ? 'TSC' : undefined;
    if (traps !== undefined && (HCR & BIT.HCR[traps]) === 0) continue;
    const place = { privileged: mode !== 'usr', bigEndian: false, inIt: false, lastInIt: false };
    const rule = exclusion({ set, word, instruction, ...place });
    if (rule !== undefined && rule.name !== 'waiting') continue;
    return {
      title: `${set} 0x${word.toString(16)} ${id}`,
      instruction,
      mode,
      thumb: set !== 'a32',
      code:
        set === 'a32' ? `.inst 0x${word.toString(16)}` : `.inst.${set === 't16' ? 'n' : 'w'} 0x${word.toString(16)}`,
      registers: {
        // Without a stage 1 memory would be Strongly-ordered, where QEMU 7.2 does not check alignment.
        HCR: HCR | (kind === 'guest' ? BIT.HCR.VM | BIT.HCR.DC : 0),
        HSTR: drawn(random, 'HSTR'),
        HDCR: SETTINGS.HDCR | drawn(random, 'HDCR'),
        // TASE is left out, which QEMU 7.2 has not.
        HCPTR: 0x33ff | (random.percent(30) ? 0xc00 : 0) | (random.percent(30) ? BIT.HCPTR.TCPAC : 0),
        CPACR: random.pick([0x00f0_0000, 0x00f0_0000, 0, 0x0050_0000]),
        // All accesses of Hyp mode are to Strongly-ordered memory.
        HSCTLR: SETTINGS.HSCTLR | (kind === 'hyp' ? BIT.SCTLR.A : 0),
        VTCR: VTCR_LEVEL1,
        VTTBR: 0x8040_0000,
        VTTBRhigh: 1 << 16,
      },
    };
  }
  return undefined;
}

const hex = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;
const DATA_ABORTS = [0x24, 0x25];

/** The parts of a record that must be equal, in words. */
export function outcome(record: Record_): string {
  const { vector, HSR, ELR, at, SPSR } = record;
  const class_ = HSR >>> 26;
  // IL and ISS[24:14] are valid for aborts of stage 2 only; QEMU 7.2 has them for those of Hyp mode, too.
  const syndrome = class_ === 0x25 ? (HSR & ~0x03ff_c000) >>> 0 : HSR;
  const parts = [`vector ${vector}`, `HSR ${hex(syndrome)}`, `ELR +${(ELR - at) | 0}`, `SPSR ${hex(SPSR)}`];
  const ended = class_ === 0x12 ? HSR & 0xffff : 0;
  if (DATA_ABORTS.includes(class_)) parts.push(`HDFAR ${hex(record.HDFAR)}`);
  if (class_ === 0x24) parts.push(`HPFAR ${hex(record.HPFAR)}`);
  if (ended === END.vector + 4) parts.push(`DFSR ${hex(record.DFSR)}`, `DFAR ${hex(record.DFAR)}`);
  for (let n = 0; n < 8; n++) parts.push(hex(record[`r${n}` as 'r0']));
  return parts.join(' ');
}

/** Every system register against its row, and everything that is none against being UNDEFINED. */
import { expect } from 'chai';
import { readRegister, writeRegister } from '../../../lib/cpu/system/coprocessor.ts';
import { registerNamed, registers } from '../../../lib/cpu/system/registers.ts';
import { Bare } from './bare.ts';
import { access, accessOf, encodings, LEVELS } from './probe.ts';
import { registerRows, type RegisterRow } from './register-rows.ts';

const MONITOR_NON_SECURE = LEVELS.indexOf('Mon NS');
const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

describe('system registers of a Cortex-A15', () => {
  let bare: Bare;
  before(async () => {
    bare = await Bare.start();
  });
  beforeEach(() => bare.machine.reset());

  /** The words of a register as the current state sees it, the high one first. */
  const words = ({ name }: RegisterRow): number[] => {
    const register = registerNamed(name);
    const low = readRegister(bare.cpu, register);
    return register.wide === true ? [bare.cpu.high, low] : [low];
  };
  const write = ({ name }: RegisterRow, value: number): void =>
    writeRegister(bare.cpu, registerNamed(name), value, value);

  it('are those of the table, and no others', () => {
    const rows = registerRows.map(({ name, at }) => `${name} ${at}`);
    expect(registers.map(({ name, at }) => `${name} ${at}`)).to.have.members(rows);
  });
  it('have their reset values', () => {
    for (const row of registerRows) {
      if (row.reset !== '-' && row.reset !== '*') expect(words(row).map(hex).join(':'), row.name).to.equal(row.reset);
    }
  });
  it('are accessed by whom the table says, and nobody else', () => {
    for (const { name, at, access } of registerRows) expect(accessOf(bare, at), name).to.equal(access);
  });
  it('give and take the registers of the instruction', () => {
    for (const row of registerRows) {
      if (!/[rb]/.test(row.access) || row.reset === '*') continue;
      bare.reset();
      const [low, high] = access(bare, row.at, false, MONITOR_NON_SECURE)!;
      const expected = words(row);
      expect(low, row.name).to.equal(expected.at(-1)! >>> 0);
      if (expected.length === 2) expect(high, row.name).to.equal(expected[0]! >>> 0);
    }
  });
  it('have the bits that can be written, and keep the others', () => {
    for (const row of registerRows) {
      if (row.writable === '-') continue;
      bare.machine.reset();
      write(row, -1);
      const ones = words(row);
      bare.machine.reset();
      write(row, 0);
      const zeros = words(row);
      expect(ones.map((word, i) => hex(word ^ zeros[i]!)).join(':'), row.name).to.equal(row.writable);
    }
  });
  it('have a copy for each security state where they are banked, and one otherwise', () => {
    const hasCopies = ({ name, access, writable }: RegisterRow): boolean =>
      access === '-bbbbb' && /[1-9a-f]/.test(writable) && !/_TVAL$|^SCTLR$/.test(name);
    for (const row of registerRows.filter(hasCopies)) {
      bare.reset();
      bare.enter({ mode: 'svc' });
      write(row, 0);
      bare.enter({ mode: 'svc', secure: false });
      write(row, -1);
      bare.enter({ mode: 'svc' });
      const first = words(row);
      bare.enter({ mode: 'svc', secure: false });
      expect(words(row).join() !== first.join(), row.name).to.equal(row.banked);
    }
  });

  it('give PL0 the base of the handlers of ThumbEE unless TEECR.XED is set', () => {
    bare.reset();
    bare.set('TEECR', 1);
    for (const level of LEVELS.keys())
      for (const isWrite of [false, true])
        expect(access(bare, 'p14 6 c1 c0 0', isWrite, level) === undefined, LEVELS[level]).to.equal(level === 0);
  });

  it('give PL0 no debug register if DBGDSCR.UDCCdis is set', () => {
    for (const row of registerRows.filter(({ name, access }) => name.startsWith('DBG') && !access.startsWith('-'))) {
      bare.reset();
      bare.set('DBGDSCRext', 1 << 12);
      for (const level of LEVELS.keys())
        expect(access(bare, row.at, false, level) === undefined, `${row.name} ${LEVELS[level]}`).to.equal(level === 0);
    }
  });

  it('leave every other encoding of CP14 and CP15 UNDEFINED', function () {
    this.timeout(60_000);
    const known = new Set(registerRows.map(({ at }) => at));
    bare.reset();
    const wrong = encodings().flatMap((at) =>
      known.has(at)
        ? []
        : [false, true].flatMap((isWrite) =>
            access(bare, at, isWrite, MONITOR_NON_SECURE) === undefined ? [] : `${at} ${isWrite ? 'write' : 'read'}`,
          ),
    );
    expect(wrong).to.deep.equal([]);
  });
});

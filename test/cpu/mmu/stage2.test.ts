/** Walks of stage 2, alone and behind a stage 1. (DDI 0406C, B3) */
import { expect } from 'chai';
import { FAULT } from '../../../lib/cpu/mmu/fault.ts';
import { walkLong } from '../../../lib/cpu/mmu/long.ts';
import { ACCESS } from '../../../lib/cpu/mmu/permissions.ts';
import { walkShort } from '../../../lib/cpu/mmu/short.ts';
import { checkTableRead, combineStages, type Stage2Registers, walkStage2 } from '../../../lib/cpu/mmu/stage2.ts';
import { Stage2Memory } from '../../../lib/cpu/mmu/stage2-memory.ts';
import { check, Walk, walkOff } from '../../../lib/cpu/mmu/walk.ts';
import { attrIndx, BIT, faultOf, LONG, memAttr, permissionsOf, sh, SHORT, STAGE2, Tables } from './tables.ts';

const walk = new Walk();
const stage2 = new Walk();
const { af, block, page, table } = BIT;
const READ = 1n << 6n;
const WRITE = 1n << 7n;
const RW = READ | WRITE | af | memAttr(0b1111) | sh(3);

function go(tables: Tables, ipa: number, regs: Partial<Stage2Registers> = {}): Walk {
  walkStage2(stage2, tables, { ...STAGE2, ...regs }, ipa);
  return stage2;
}

describe('stage 2 (DDI 0406C, B3.6)', () => {
  describe('the first lookup level, by SL0 and T0SZ (B3.6.5)', () => {
    /** VTCR, the highest address of the input range, and the address of its descriptor for a root at 0x10_0000. */
    const rows: readonly [vtcr: number, last: number, descriptor: number, level: number, what: string][] = [
      [0x8000_0040, 0xffff_ffff, 0x10_0018, 1, 'SL0 1, T0SZ 0: 32 bits from level 1'],
      [0x8000_3558, 0xff_ffff_ffff, 0x10_1ff8, 1, 'SL0 1, T0SZ -8: 40 bits, two tables of level 1 side by side'],
      [0x8000_0059, 0x7f_ffff_ffff, 0x10_0ff8, 1, 'SL0 1, T0SZ -7: 39 bits'],
      [0x8000_0041, 0x7fff_ffff, 0x10_0008, 1, 'SL0 1, T0SZ 1: 31 bits'],
      [0x0000_0f40, 0xffff_ffff, 0x10_0018, 1, 'bit 31 written 0 changes nothing'],
      [0x8000_0000, 0xffff_ffff, 0x10_3ff8, 2, 'SL0 0, T0SZ 0: four tables of level 2'],
      [0x8000_001e, 0x3_ffff_ffff, 0x10_fff8, 2, 'SL0 0, T0SZ -2: 34 bits, sixteen tables of level 2'],
      [0x8000_0002, 0x3fff_ffff, 0x10_0ff8, 2, 'SL0 0, T0SZ 2: one table'],
      [0x8000_0007, 0x01ff_ffff, 0x10_0078, 2, 'SL0 0, T0SZ 7: 25 bits, 16 entries'],
    ];
    for (const [vtcr, last, descriptor, level, what] of rows) {
      it(what, () => {
        const tables = new Tables().double(descriptor, RW | block | 0x12_c000_0000n);
        const mask = level === 1 ? 0x3fff_ffff : 0x1f_ffff;
        const w = go(tables, last, { vtcr });
        expect(tables.reads[0]).to.equal(`${descriptor.toString(16)}/ns`);
        expect(w).to.include({ physical: 0x12_c000_0000 + mask, stage2Level: level, fault: FAULT.none });
        if (last === 0xff_ffff_ffff) return;
        expect(faultOf(go(tables, last + 1, { vtcr }))).to.deep.equal({
          fault: FAULT.translation,
          level: 1,
          faultStage2: true,
          s1ptw: false,
        });
      });
    }
    for (const vtcr of [0x8000_0080, 0x8000_00c0, 0x8000_0042, 0x8000_0047, 0x8000_001d, 0x8000_0018]) {
      it(`SL0 and T0SZ of 0x${vtcr.toString(16)} do not fit: a Translation fault of level 1`, () => {
        const tables = new Tables();
        expect(go(tables, 0, { vtcr })).to.include({ fault: FAULT.translation, level: 1, faultStage2: true });
        expect(tables.reads).to.deep.equal([]);
      });
    }
  });

  it('descends to a page of 4 KB', () => {
    const tables = new Tables()
      .double(0x10_0010, 0x1f_0000_1000n | table)
      .double(0x1f_0000_1000 + 8 * 0x1a2, 0x2000n | table)
      .double(0x2000 + 8 * 0x145, 0x98_7654_3000n | RW | page);
    const w = go(tables, 0xb454_5678);
    expect(w).to.include({ physical: 0x98_7654_3678, pageBytesLog2: 12, stage2Level: 3, faultIpa: 0xb454_5678 });
    expect(w).to.include({ attributes: 0xff, shareability: 3, nonSecure: true });
  });

  it('faults have the level of the descriptor and the intermediate address', () => {
    const rows: readonly [Tables, number, number][] = [
      [new Tables(), FAULT.translation, 1],
      [new Tables().double(0x10_0000, READ | block), FAULT.accessFlag, 1],
      [new Tables().double(0x10_0000, 0x2000n | table), FAULT.translation, 2],
      [new Tables().double(0x10_0000, 0x2000n | table).double(0x2000, 0x3000n | table), FAULT.translation, 3],
    ];
    for (const [tables, fault, level] of rows) {
      expect(go(tables, 0x123)).to.include({ fault, level, faultStage2: true, faultIpa: 0x123, mapped: false });
    }
    const tables = new Tables().double(0x10_0000, 0x2000n | table);
    tables.holes.add(2);
    expect(go(tables, 0x123)).to.include({ fault: FAULT.externalOnWalk, level: 2, faultStage2: true });
  });

  it('HSCTLR.EE: descriptors are big-endian', () => {
    const tables = new Tables().double(0x10_0000, 0x12_c000_0000n | RW | block, true);
    expect(go(tables, 7, { hsctlr: 1 << 25 }).physical).to.equal(0x12_c000_0007);
  });

  describe('HAP and XN (B3.7.1, B3.7.2)', () => {
    const rows: readonly [what: string, bits: bigint, permissions: string][] = [
      ['0b00: no access', 0n, '---/---'],
      ['0b01: read-only', READ, 'r-x/r-x'],
      ['0b10: write-only', WRITE, '-w-/-w-'],
      ['0b11: read and write', READ | WRITE, 'rwx/rwx'],
      ['XN', READ | WRITE | BIT.xn, 'rw-/rw-'],
    ];
    for (const [what, bits, permissions] of rows) {
      it(what, () => {
        const w = go(new Tables().double(0x10_0000, bits | af | memAttr(15) | block), 0);
        expect(permissionsOf(w)).to.equal(permissions);
        const write = check(w, ACCESS.write, true);
        expect(write).to.equal((bits & WRITE) !== 0n ? FAULT.none : FAULT.permission);
        expect(w.faultStage2).to.equal(write !== FAULT.none);
      });
    }
  });

  describe('both stages', () => {
    const tables = new Tables();
    const twoStages = (descriptor: bigint, va = 0x4000_1234): Walk => {
      const s1 = new Tables().double(0x4008, 0x8000_0000n | BIT.ap1 | af | attrIndx(4) | sh(3) | block);
      walkLong(walk, s1, LONG, va);
      tables.double(0x10_0010, 0x2000n | table).double(0x2000, descriptor);
      go(tables, walk.physical);
      combineStages(walk, stage2);
      return walk;
    };
    it('give the physical address, the smaller page, the permissions of both', () => {
      const w = twoStages(0x7_0000_0000n | READ | af | memAttr(0b1111) | block);
      expect(w).to.include({ physical: 0x7_0000_1234, pageBytesLog2: 21, attributes: 0xff, fault: FAULT.none });
      expect(permissionsOf(w)).to.equal('r-x/r-x');
      expect(w.clientPermissions).to.equal(w.permissions);
      expect(check(w, ACCESS.read, false)).to.equal(FAULT.none);
      expect(check(w, ACCESS.write, false)).to.equal(FAULT.permission);
      expect(w).to.include({ level: 2, faultStage2: true, s1ptw: false, faultIpa: 0x8000_1234 });
    });
    it('combine attributes', () => {
      expect(twoStages(READ | af | memAttr(0b0001) | block)).to.include({ attributes: 0x04, shareability: 2 });
    });
    it('a stage 2 fault is reported with the intermediate address', () => {
      const w = twoStages(0n);
      expect(w).to.include({ fault: FAULT.translation, level: 2, faultStage2: true, faultIpa: 0x8000_1234 });
      expect(check(w, ACCESS.read, true)).to.equal(FAULT.translation);
      expect(faultOf(w)).to.deep.equal({ fault: FAULT.translation, level: 2, faultStage2: true, s1ptw: false });
    });
    it('a permission fault of stage 1 comes before any fault of stage 2', () => {
      walkShort(walk, new Tables().word(0x4000, 0x8000_8402), SHORT, 0x123);
      go(new Tables(), walk.physical);
      combineStages(walk, stage2);
      expect(check(walk, ACCESS.read, false)).to.equal(FAULT.permission);
      expect(walk).to.include({ level: 1, faultStage2: false });
      expect(check(walk, ACCESS.read, true)).to.equal(FAULT.translation);
      expect(walk).to.include({ level: 1, faultStage2: true, faultIpa: 0x8000_0123 });
    });
    it('work with stage 1 off', () => {
      walkOff(walk, 0x123, false, true);
      go(new Tables().double(0x10_0000, 0x12_c000_0000n | RW | block), walk.physical);
      combineStages(walk, stage2);
      expect(walk).to.include({ physical: 0x12_c000_0123, pageBytesLog2: 30, attributes: 0xff, shareability: 3 });
    });
  });

  describe('tables of stage 1 behind stage 2', () => {
    /** Stage 1's table at IPA 0x4000 lies at 0x9_0000_4000. */
    const physical = (bits: bigint): Tables =>
      new Tables()
        .double(0x10_0000, 0x2000n | table)
        .double(0x2000, 0x3000n | table)
        .double(0x3000 + 8 * 4, 0x9_0000_4000n | bits)
        .word(0x9_0000_4000, 0x1230_0c02);
    const walkThrough = (tables: Tables, protectTables = false): Walk => {
      const memory = new Stage2Memory(tables, STAGE2);
      memory.protectTables = protectTables;
      walkShort(walk, memory, SHORT, 0x5678);
      return walk;
    };
    it('are read at their physical address', () => {
      expect(walkThrough(physical(RW | page))).to.include({ physical: 0x1230_5678, fault: FAULT.none });
    });
    it('a stage 2 fault there has S1PTW and the intermediate address of the descriptor', () => {
      const w = walkThrough(physical(0n));
      expect(w).to.include({ fault: FAULT.translation, level: 3, faultStage2: true, s1ptw: true, faultIpa: 0x4000 });
      expect(check(w, ACCESS.read, true)).to.equal(FAULT.translation);
      expect(w).to.include({ s1ptw: true, faultIpa: 0x4000 });
    });
    it('must be readable', () => {
      const w = walkThrough(physical(WRITE | af | memAttr(15) | page));
      expect(w).to.include({ fault: FAULT.permission, level: 3, faultStage2: true, s1ptw: true });
    });
    it('HCR.PTW: in Device memory they are a Permission fault', () => {
      const device = physical(READ | af | memAttr(1) | page);
      expect(walkThrough(device)).to.include({ fault: FAULT.none });
      const w = walkThrough(device, true);
      expect(w).to.include({ fault: FAULT.permission, level: 3, faultStage2: true, s1ptw: true, faultIpa: 0x4000 });
      expect(walkThrough(physical(RW | page), true).fault).to.equal(FAULT.none);
      expect(checkTableRead(go(physical(RW | page), 0x4000), true)).to.equal(FAULT.none);
    });
    it('an external abort on the descriptor itself is one of stage 1', () => {
      const tables = physical(RW | page);
      tables.holes.add(0x90_0004);
      const w = walkThrough(tables);
      expect(w).to.include({ fault: FAULT.externalOnWalk, level: 1, faultStage2: false, s1ptw: false });
    });
  });
});

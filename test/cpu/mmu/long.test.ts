/** Walks with the Long-descriptor format, by the rows of DDI 0406C, B3.6. */
import { expect } from 'chai';
import { FAULT } from '../../../lib/cpu/mmu/fault.ts';
import { type LongRegisters, walkLong } from '../../../lib/cpu/mmu/long.ts';
import { ACCESS } from '../../../lib/cpu/mmu/permissions.ts';
import { check, Walk } from '../../../lib/cpu/mmu/walk.ts';
import { attrIndx, BIT, faultOf, LONG, permissionsOf, sh, Tables, TTBCR_EAE } from './tables.ts';

const walk = new Walk();
const SCTLR_WXN = 1 << 19;
const SCTLR_UWXN = 1 << 20;
const SCTLR_EE = 1 << 25;
const { af, ap1, ap2, block, page, table } = BIT;
const RW = ap1 | af | attrIndx(4) | sh(3);

function go(tables: Tables, va: number, regs: Partial<LongRegisters> = {}): Walk {
  walkLong(walk, tables, { ...LONG, ...regs }, va);
  return walk;
}

/** A level 1 entry for 0x4000_0000, and below it tables at 0x5000 (level 2) and 0x6000 (level 3). */
const LEVEL1 = 0x4008;
const map = (first: bigint, second = 0n, third = 0n): Tables =>
  new Tables().double(LEVEL1, first).double(0x5000, second).double(0x6000, third);
const TO_LEVEL2 = 0x5000n | table;
const TO_LEVEL3 = 0x6000n | table;
const VA = 0x4000_0000;

describe('long descriptors, stage 1 (DDI 0406C, B3.6)', () => {
  describe('descriptor types (B3.6.1)', () => {
    const invalid: readonly [level: number, tables: Tables][] = [
      [1, map(0xffff_ffff_ffff_fffen)],
      [2, map(TO_LEVEL2, 0xffff_ffff_ffff_fffcn)],
      [3, map(TO_LEVEL2, TO_LEVEL3, 2n)],
      [3, map(TO_LEVEL2, TO_LEVEL3, RW | block)],
    ];
    for (const [level, tables] of invalid) {
      it(`bit 0 clear, or 0b01 at level 3: a Translation fault of level ${level}`, () => {
        expect(faultOf(go(tables, VA))).to.deep.equal({
          fault: FAULT.translation,
          level,
          faultStage2: false,
          s1ptw: false,
        });
      });
    }
    it('a block of 1 GB at level 1', () => {
      const w = go(map(0xab_8000_0000n | RW | block), 0x7654_3210);
      expect(w).to.include({ physical: 0xab_b654_3210, pageBytesLog2: 30, level: 1, global: true, domain: 0 });
    });
    it('a block of 2 MB at level 2', () => {
      const tables = map(TO_LEVEL2).double(0x5000 + 8 * 0x1b2, 0x12_3460_0000n | RW | block);
      expect(go(tables, 0x7654_3210)).to.include({ physical: 0x12_3474_3210, pageBytesLog2: 21, level: 2 });
    });
    it('a page of 4 KB at level 3, from tables above 4 GB', () => {
      const tables = new Tables()
        .double(LEVEL1, 0x80_0000_5000n | table)
        .double(0x80_0000_5000 + 8 * 0x1b2, 0xff_ffff_f000n | table)
        .double(0xff_ffff_f000 + 8 * 0x143, 0xfe_dcba_9000n | RW | page);
      expect(go(tables, 0x7654_3210)).to.include({ physical: 0xfe_dcba_9210, pageBytesLog2: 12, level: 3 });
    });
    it('the contiguous hint changes nothing', () => {
      expect(go(map(TO_LEVEL2, 0x60_0000n | RW | block | BIT.contiguous), VA).pageBytesLog2).to.equal(21);
    });
    it('nG, SH and AttrIndx', () => {
      const w = go(map(RW | block | BIT.ng), VA);
      expect(w).to.include({ global: false, attributes: 0xff, shareability: 3 });
      expect(go(map(af | attrIndx(1) | block), VA)).to.include({ attributes: 0x04, shareability: 2, memoryType: 1 });
    });
    it('AF = 0: an Access flag fault, of the level of the leaf', () => {
      const leaf = ap1 | attrIndx(4);
      expect(go(map(leaf | block), VA)).to.include({ fault: FAULT.accessFlag, level: 1 });
      expect(go(map(TO_LEVEL2, leaf | block), VA)).to.include({ fault: FAULT.accessFlag, level: 2 });
      expect(go(map(TO_LEVEL2, TO_LEVEL3, leaf | page), VA)).to.include({ fault: FAULT.accessFlag, level: 3 });
    });
  });

  describe('selecting between TTBR0 and TTBR1 (B3.6.4)', () => {
    /** T0SZ, T1SZ, address, and which base register translates it. */
    const rows: readonly [t0sz: number, t1sz: number, va: number, base: 0 | 1 | undefined][] = [
      [0, 0, 0x0000_0000, 0],
      [0, 0, 0xffff_ffff, 0],
      [1, 0, 0x7fff_ffff, 0],
      [1, 0, 0x8000_0000, 1],
      [2, 0, 0x3fff_ffff, 0],
      [2, 0, 0x4000_0000, 1],
      [7, 0, 0x01ff_ffff, 0],
      [7, 0, 0x0200_0000, 1],
      [0, 1, 0x7fff_ffff, 0],
      [0, 1, 0x8000_0000, 1],
      [0, 7, 0xfdff_ffff, 0],
      [0, 7, 0xfe00_0000, 1],
      [1, 1, 0x7fff_ffff, 0],
      [1, 1, 0x8000_0000, 1],
      [2, 2, 0x3fff_ffff, 0],
      [2, 2, 0x4000_0000, undefined],
      [2, 2, 0xbfff_ffff, undefined],
      [2, 2, 0xc000_0000, 1],
    ];
    for (const [t0sz, t1sz, va, base] of rows) {
      const who = base === undefined ? 'neither: a Translation fault of level 1' : `TTBR${base}`;
      it(`T0SZ ${t0sz}, T1SZ ${t1sz}, 0x${va.toString(16).padStart(8, '0')}: ${who}`, () => {
        const tables = new Tables();
        const [ttbr0, ttbr1] = [0x12_0000_0000, 0x34_0000_0000];
        const w = go(tables, va, { ttbcr: TTBCR_EAE + t0sz + t1sz * 0x1_0000, ttbr0, ttbr1 });
        expect(w.fault).to.equal(FAULT.translation);
        if (base === undefined) {
          expect(w.level).to.equal(1);
          expect(tables.reads).to.deep.equal([]);
          return;
        }
        const size = base === 0 ? t0sz : t1sz;
        const level = size < 2 ? 1 : 2;
        const root = base === 0 ? ttbr0 : ttbr1;
        const index = Math.floor((va % 2 ** (32 - size)) / 2 ** (39 - 9 * level));
        expect(w.level).to.equal(level);
        expect(tables.reads[0]).to.equal(`${(root + 8 * index).toString(16)}/ns`);
      });
    }
    it('the low bits of a base register that the table size leaves out are not looked at', () => {
      for (let size = 0; size <= 7; size++) {
        const tables = new Tables();
        go(tables, 0, { ttbcr: TTBCR_EAE + size, ttbr0: 0xff_ffff_ffff });
        const alignment = [32, 16, 4096, 2048, 1024, 512, 256, 128][size]!;
        expect(tables.reads[0]).to.equal(`${(2 ** 40 - alignment).toString(16)}/ns`);
      }
    });
    it('EPD0 and EPD1: a Translation fault of level 1 instead of a walk', () => {
      const tables = map(RW | block);
      expect(go(tables, VA, { ttbcr: TTBCR_EAE + 0x80 + 2, ttbr1: 0x4000 })).to.include({ fault: FAULT.none });
      expect(go(tables, VA, { ttbcr: TTBCR_EAE + 0x80 })).to.include({ fault: FAULT.translation, level: 1 });
      const upper = { ttbcr: TTBCR_EAE + 0x82_0000, ttbr1: 0xc000 };
      expect(go(tables, 0xc000_0000, upper)).to.include({ fault: FAULT.translation, level: 1 });
    });
  });

  describe('access permissions (B3.7.1)', () => {
    const rows: readonly [ap: bigint, permissions: string][] = [
      [0n, 'rwx/---'],
      [ap1, 'rwx/rwx'],
      [ap2, 'r-x/---'],
      [ap2 | ap1, 'r-x/r-x'],
    ];
    for (const [ap, permissions] of rows) {
      it(`AP[2:1] = ${(ap >> 6n).toString(2).padStart(2, '0')}: ${permissions} (PL1/PL0)`, () => {
        expect(permissionsOf(go(map(ap | af | block), VA))).to.equal(permissions);
        expect(permissionsOf(go(map(TO_LEVEL2, TO_LEVEL3, ap | af | page), VA))).to.equal(permissions);
      });
    }
    it('a refused access is a Permission fault of the level of the leaf', () => {
      const w = go(map(TO_LEVEL2, TO_LEVEL3, ap2 | af | page), VA);
      expect(check(w, ACCESS.write, true)).to.equal(FAULT.permission);
      expect(w).to.include({ level: 3, faultStage2: false });
    });
    const leaf = RW | page;
    const hierarchical: readonly [what: string, bits: bigint, permissions: string][] = [
      ['APTable 0b01: no access at PL0', BIT.apTable0, 'rwx/---'],
      ['APTable 0b10: no write', BIT.apTable1, 'r-x/r-x'],
      ['APTable 0b11: neither', BIT.apTable0 | BIT.apTable1, 'r-x/---'],
      ['XNTable', BIT.xnTable, 'rw-/rw-'],
      ['PXNTable', BIT.pxnTable, 'rw-/rwx'],
    ];
    for (const [what, bits, permissions] of hierarchical) {
      it(`${what}, at either level`, () => {
        expect(permissionsOf(go(map(TO_LEVEL2 | bits, TO_LEVEL3, leaf), VA))).to.equal(permissions);
        expect(permissionsOf(go(map(TO_LEVEL2, TO_LEVEL3 | bits, leaf), VA))).to.equal(permissions);
      });
    }
    it('XN and PXN of the leaf', () => {
      expect(permissionsOf(go(map(RW | block | BIT.xn), VA))).to.equal('rw-/rw-');
      expect(permissionsOf(go(map(RW | block | BIT.pxn), VA))).to.equal('rw-/rwx');
    });
    it('SCTLR.WXN and UWXN', () => {
      expect(permissionsOf(go(map(RW | block), VA, { sctlr: SCTLR_WXN }))).to.equal('rw-/rw-');
      expect(permissionsOf(go(map(RW | block), VA, { sctlr: SCTLR_UWXN }))).to.equal('rw-/rwx');
      expect(permissionsOf(go(map(RW | ap2 | block), VA, { sctlr: SCTLR_WXN | SCTLR_UWXN }))).to.equal('r-x/r-x');
    });
  });

  describe('Secure and Non-secure accesses (B3.6.3)', () => {
    const secure = { secure: true };
    it('NS of the leaf', () => {
      expect(go(map(RW | block), VA, secure).nonSecure).to.equal(false);
      expect(go(map(RW | block | BIT.ns), VA, secure)).to.include({ nonSecure: true, global: true });
      expect(go(map(RW | block), VA).nonSecure).to.equal(true);
    });
    it('NSTable: further tables and the page are Non-secure, and the entry is not global', () => {
      const tables = map(TO_LEVEL2 | BIT.nsTable, TO_LEVEL3, RW | page);
      expect(go(tables, VA, secure)).to.include({ nonSecure: true, global: false });
      expect(tables.reads).to.deep.equal(['4008', '400c', '5000/ns', '5004/ns', '6000/ns', '6004/ns']);
    });
    it('SCR.SIF', () => {
      const w = go(map(RW | block | BIT.ns), VA, { secure: true, sif: true });
      expect(permissionsOf(w)).to.equal('rw-/rw-');
    });
  });

  describe('the PL2 regime', () => {
    const hyp = { hyp: true, ttbcr: 0x8080_0000 };
    it('has AP[2] and XN only, and every entry is global', () => {
      expect(permissionsOf(go(map(af | block), VA, hyp))).to.equal('rwx/rwx');
      expect(permissionsOf(go(map(af | ap2 | ap1 | block | BIT.pxn | BIT.ng), VA, hyp))).to.equal('r-x/r-x');
      expect(walk.global).to.equal(true);
      expect(permissionsOf(go(map(af | block | BIT.xn), VA, hyp))).to.equal('rw-/rw-');
      expect(permissionsOf(go(map(af | block), VA, { ...hyp, sctlr: SCTLR_WXN }))).to.equal('rw-/rw-');
      expect(permissionsOf(go(map(TO_LEVEL2 | BIT.apTable1, af | block), VA, hyp))).to.equal('r-x/r-x');
    });
    it('HTCR.T0SZ bounds the addresses', () => {
      const tables = new Tables().double(0x4000, RW | block);
      const regs = { hyp: true, ttbcr: 0x8080_0002 };
      expect(go(tables, 0x1f_ffff, regs)).to.include({ fault: FAULT.none, pageBytesLog2: 21 });
      expect(go(tables, 0x4000_0000, regs)).to.include({ fault: FAULT.translation, level: 1 });
      expect(go(tables, 0xc000_0000, regs)).to.include({ fault: FAULT.translation, level: 1 });
    });
  });

  it('an external abort on the walk has the level of the descriptor', () => {
    const tables = map(TO_LEVEL2, TO_LEVEL3, RW | page);
    for (const [level, hole] of [
      [3, 6],
      [2, 5],
      [1, 4],
    ] as const) {
      tables.holes.add(hole);
      expect(go(tables, VA)).to.include({ fault: FAULT.externalOnWalk, level, mapped: false });
    }
  });

  it('SCTLR.EE: descriptors are big-endian doublewords', () => {
    const tables = new Tables().double(LEVEL1, 0xab_8000_0000n | RW | block, true);
    expect(go(tables, VA + 5, { sctlr: SCTLR_EE }).physical).to.equal(0xab_8000_0005);
  });
});

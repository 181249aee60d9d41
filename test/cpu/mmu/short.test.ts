/** Walks with the Short-descriptor format, by the rows of DDI 0406C, B3.5. */
import { expect } from 'chai';
import { FAULT, faultStatusShort } from '../../../lib/cpu/mmu/fault.ts';
import { ACCESS } from '../../../lib/cpu/mmu/permissions.ts';
import { type ShortRegisters, walkShort } from '../../../lib/cpu/mmu/short.ts';
import { check, Walk } from '../../../lib/cpu/mmu/walk.ts';
import { faultOf, permissionsOf, SHORT, Tables } from './tables.ts';

const walk = new Walk();
const SCTLR = { WXN: 1 << 19, UWXN: 1 << 20, EE: 1 << 25, TRE: 1 << 28, AFE: 1 << 29 } as const;
/** First-level descriptors with AP = 0b011. */
const SECTION = 0x0c02;
const SUPERSECTION = 0x4_0c02;
const PAGE_TABLE = 0x8001;
/** Second-level descriptors with AP = 0b011. */
const LARGE = 0x0031;
const SMALL = 0x0032;

function go(tables: Tables, va: number, regs: Partial<ShortRegisters> = {}): Walk {
  walkShort(walk, tables, { ...SHORT, ...regs }, va);
  return walk;
}

/** Maps 0x0010_0000 by one first-level descriptor, and its first page by a second-level one. */
const map = (first: number, second = 0): Tables => new Tables().word(0x4004, first).word(0x8000, second);
const VA = 0x0010_0000;

describe('short descriptors (DDI 0406C, B3.5)', () => {
  describe('descriptor types (B3.5.1)', () => {
    it('0b00: invalid, at the first level', () => {
      expect(go(map(0xffff_fffc), VA)).to.include({ fault: FAULT.translation, level: 1, mapped: false });
    });
    it('0b10: a section of 1 MB', () => {
      const w = go(map(0x9870_0000 | SECTION | (5 << 5)), VA + 0x4_5678);
      expect(w).to.include({ physical: 0x9874_5678, pageBytesLog2: 20, level: 1, domain: 5, fault: FAULT.none });
    });
    it('0b10 with bit 18: a supersection of 16 MB with 40 address bits and domain 0', () => {
      const tables = new Tables();
      for (let i = 0; i < 16; i++) tables.word(0x4000 + 4 * (0x120 + i), 0xab50_0000 | SUPERSECTION | (0xc << 5));
      const w = go(tables, 0x12a4_5678);
      expect(w).to.include({ physical: 0xc5_aba4_5678, pageBytesLog2: 24, level: 1, domain: 0 });
    });
    it('0b01: a page table; the page faults at level 2 with the domain of the first level', () => {
      const w = go(map(PAGE_TABLE | (7 << 5), 0xffff_fffc), VA);
      expect(w).to.include({ fault: FAULT.translation, level: 2, domain: 7 });
    });
    it('0b01 at the second level: a large page of 64 KB', () => {
      const tables = new Tables().word(0x4004, PAGE_TABLE | (9 << 5));
      for (let i = 0; i < 16; i++) tables.word(0x8000 + 4 * (0x20 + i), 0x1234_0000 | LARGE);
      const w = go(tables, VA + 0x2_abcd);
      expect(w).to.include({ physical: 0x1234_abcd, pageBytesLog2: 16, level: 2, domain: 9 });
    });
    it('0b1x at the second level: a small page of 4 KB', () => {
      const tables = map(PAGE_TABLE).word(0x83fc, 0xfedc_b000 | SMALL);
      expect(go(tables, VA + 0xf_f123)).to.include({ physical: 0xfedc_b123, pageBytesLog2: 12, level: 2 });
    });
    it('nG in bit 17 of a section, bit 11 of a page', () => {
      expect(go(map(SECTION), VA).global).to.equal(true);
      expect(go(map(SECTION | (1 << 17)), VA).global).to.equal(false);
      expect(go(map(PAGE_TABLE, SMALL), VA).global).to.equal(true);
      expect(go(map(PAGE_TABLE, SMALL | (1 << 11)), VA).global).to.equal(false);
    });
    it('NS in bit 19 of a section, bit 3 of a page table descriptor, for Secure state only', () => {
      expect(go(map(SECTION), VA, { secure: true }).nonSecure).to.equal(false);
      expect(go(map(SECTION | (1 << 19)), VA, { secure: true }).nonSecure).to.equal(true);
      expect(go(map(PAGE_TABLE | 8, SMALL), VA, { secure: true }).nonSecure).to.equal(true);
      expect(go(map(SECTION), VA).nonSecure).to.equal(true);
    });
  });

  describe('selecting between TTBR0 and TTBR1 (B3.5.4)', () => {
    for (let n = 0; n <= 7; n++) {
      it(`TTBCR.N = ${n}: TTBR0 has ${14 - n} low bits of address, and what is beyond is TTBR1's`, () => {
        const limit = 2 ** (32 - n);
        const ttbr0 = 0x4_0000 + 2 ** (14 - n) + 0x7f;
        const base = Math.floor(ttbr0 / 2 ** (14 - n)) * 2 ** (14 - n);
        const tables = new Tables();
        go(tables, limit - 0x10_0000, { ttbcr: n, ttbr0 });
        expect(tables.reads.pop()).to.equal(`${(base + (limit / 2 ** 20 - 1) * 4).toString(16)}/ns`);
        if (n === 0) return;
        go(tables, limit, { ttbcr: n, ttbr0, ttbr1: 0x8_7fff });
        expect(tables.reads.pop()).to.equal(`${(0x8_4000 + (limit / 2 ** 20) * 4).toString(16)}/ns`);
      });
    }
    it('PD0 and PD1: a Translation fault of level 1 instead of a walk', () => {
      const tables = map(SECTION);
      expect(go(tables, VA, { ttbcr: 0x11 })).to.include({ fault: FAULT.translation, level: 1 });
      expect(go(tables, 0x8000_0000, { ttbcr: 0x21 })).to.include({ fault: FAULT.translation, level: 1 });
      expect(tables.reads).to.deep.equal([]);
      expect(go(tables, VA, { ttbcr: 0x21 }).fault).to.equal(FAULT.none);
    });
  });

  describe('access permissions (Table B3-8)', () => {
    const rows: readonly [ap: number, permissions: string][] = [
      [0b000, '---/---'],
      [0b001, 'rwx/---'],
      [0b010, 'rwx/r-x'],
      [0b011, 'rwx/rwx'],
      [0b100, '---/---'],
      [0b101, 'r-x/---'],
      [0b110, 'r-x/r-x'],
      [0b111, 'r-x/r-x'],
    ];
    for (const [ap, permissions] of rows) {
      it(`AP[2:0] = ${ap.toString(2).padStart(3, '0')}: ${permissions} (PL1/PL0)`, () => {
        const low = ap & 3;
        const high = ap >> 2;
        expect(permissionsOf(go(map(0x2 | (low << 10) | (high << 15)), VA))).to.equal(permissions);
        expect(permissionsOf(go(map(0x4_0002 | (low << 10) | (high << 15)), VA))).to.equal(permissions);
        for (const type of [1, 2]) {
          expect(permissionsOf(go(map(PAGE_TABLE, type | (low << 4) | (high << 9)), VA))).to.equal(permissions);
        }
      });
    }
    const simplified: readonly [ap21: number, permissions: string][] = [
      [0b00, 'rwx/---'],
      [0b01, 'rwx/rwx'],
      [0b10, 'r-x/---'],
      [0b11, 'r-x/r-x'],
    ];
    for (const [ap, permissions] of simplified) {
      it(`SCTLR.AFE, AP[2:1] = ${ap.toString(2).padStart(2, '0')}: ${permissions}; AP[0] is the Access flag`, () => {
        const descriptor = 0x2 | ((ap & 1) << 11) | ((ap >> 1) << 15);
        const page = 0x2 | ((ap & 1) << 5) | ((ap >> 1) << 9);
        const regs = { sctlr: SCTLR.AFE };
        expect(permissionsOf(go(map(descriptor | (1 << 10)), VA, regs))).to.equal(permissions);
        expect(permissionsOf(go(map(PAGE_TABLE, page | (1 << 4)), VA, regs))).to.equal(permissions);
        expect(go(map(descriptor), VA, regs)).to.include({ fault: FAULT.accessFlag, level: 1, mapped: false });
        expect(go(map(PAGE_TABLE, page), VA, regs)).to.include({ fault: FAULT.accessFlag, level: 2, mapped: false });
      });
    }
  });

  describe('execute-never (B3.7.2)', () => {
    const xn: readonly [what: string, first: number, second: number, permissions: string][] = [
      ['XN of a section', SECTION | 0x10, 0, 'rw-/rw-'],
      ['PXN of a section', SECTION | 1, 0, 'rw-/rwx'],
      ['XN of a large page', PAGE_TABLE, LARGE | (1 << 15), 'rw-/rw-'],
      ['XN of a small page', PAGE_TABLE, SMALL | 1, 'rw-/rw-'],
      ['PXN of a page table', PAGE_TABLE | 4, SMALL, 'rw-/rwx'],
    ];
    for (const [what, first, second, permissions] of xn) {
      it(what, () => {
        expect(permissionsOf(go(map(first, second), VA))).to.equal(permissions);
      });
    }
    it('SCTLR.WXN: what is writable is XN', () => {
      expect(permissionsOf(go(map(0x0802), VA, { sctlr: SCTLR.WXN }))).to.equal('rw-/r-x');
      expect(permissionsOf(go(map(SECTION), VA, { sctlr: SCTLR.WXN }))).to.equal('rw-/rw-');
      expect(permissionsOf(go(map(SECTION | (1 << 15)), VA, { sctlr: SCTLR.WXN }))).to.equal('r-x/r-x');
    });
    it('SCTLR.UWXN: what PL0 can write is PXN', () => {
      expect(permissionsOf(go(map(SECTION), VA, { sctlr: SCTLR.UWXN }))).to.equal('rw-/rwx');
      expect(permissionsOf(go(map(0x0802), VA, { sctlr: SCTLR.UWXN }))).to.equal('rwx/r-x');
    });
    it('SCR.SIF: Secure state executes from Secure memory only', () => {
      const regs = { secure: true, sif: true };
      expect(permissionsOf(go(map(SECTION), VA, regs))).to.equal('rwx/rwx');
      expect(permissionsOf(go(map(SECTION | (1 << 19)), VA, regs))).to.equal('rw-/rw-');
    });
  });

  describe('domains (B3.7.3)', () => {
    const rows: readonly [access: number, what: string, write: number, permissions: string][] = [
      [0b00, 'no access: a Domain fault', FAULT.domain, '---/---'],
      [0b01, 'Client: permissions are checked', FAULT.permission, 'r-x/r-x'],
      [0b10, 'reserved: as no access', FAULT.domain, '---/---'],
      [0b11, 'Manager: permissions are not checked', FAULT.none, 'rwx/rwx'],
    ];
    for (const [access, what, write, permissions] of rows) {
      it(what, () => {
        for (const domain of [0, 6, 15]) {
          const dacr = access << (2 * domain);
          const w = go(map(0x8c02 | (domain << 5)), VA, { dacr });
          expect(permissionsOf(w)).to.equal(permissions);
          expect(check(w, ACCESS.write, true)).to.equal(write);
          if (write !== FAULT.none) expect(w).to.include({ fault: write, level: 1, domain, faultStage2: false });
          go(map(PAGE_TABLE | (domain << 5), 0x0232), VA, { dacr });
          expect(check(w, ACCESS.write, true)).to.equal(write);
          if (write !== FAULT.none) expect(w).to.include({ fault: write, level: 2, domain, faultStage2: false });
        }
      });
    }
    it('a Manager executes what is XN', () => {
      expect(permissionsOf(go(map(SECTION | 0x10), VA, { dacr: 3 }))).to.equal('rwx/rwx');
    });
    it('clientPermissions are those that DACR does not change', () => {
      for (const dacr of [0, 1, 2, 3]) expect(go(map(0x8c02), VA, { dacr }).clientPermissions).to.equal(0b101101);
    });
    it('a check may be repeated for another access', () => {
      const w = go(map(0x8c02 | (4 << 5)), VA);
      expect(check(w, ACCESS.write, false)).to.equal(FAULT.permission);
      expect(faultStatusShort(w.fault, w.level, w.domain, true, false)).to.equal(0x84d);
      expect(check(w, ACCESS.read, false)).to.equal(FAULT.none);
      expect(check(w, ACCESS.execute, true)).to.equal(FAULT.none);
    });
  });

  describe('the fault-checking sequence (B3.12.3)', () => {
    it('Translation before Access flag before Domain before Permission', () => {
      const regs = { sctlr: SCTLR.AFE, dacr: 0 };
      expect(check(go(map(0), VA, regs), ACCESS.write, false)).to.equal(FAULT.translation);
      expect(check(go(map(0x2), VA, regs), ACCESS.write, false)).to.equal(FAULT.accessFlag);
      expect(check(go(map(0x402), VA, regs), ACCESS.write, false)).to.equal(FAULT.domain);
      expect(check(go(map(0x402), VA, { ...regs, dacr: 1 }), ACCESS.write, false)).to.equal(FAULT.permission);
    });
    it('the Access flag is checked for a Manager too', () => {
      expect(check(go(map(0x2), VA, { sctlr: SCTLR.AFE, dacr: 3 }), ACCESS.read, true)).to.equal(FAULT.accessFlag);
    });
    it('an external abort on the walk has the level of the descriptor', () => {
      const tables = map(PAGE_TABLE | (2 << 5), SMALL);
      tables.holes.add(8);
      const fault = { fault: FAULT.externalOnWalk, faultStage2: false, s1ptw: false };
      expect(faultOf(go(tables, VA))).to.deep.equal({ ...fault, level: 2 });
      tables.holes.add(4);
      expect(faultOf(go(tables, VA))).to.deep.equal({ ...fault, level: 1 });
    });
  });

  it('SCTLR.EE: descriptors are big-endian', () => {
    const tables = new Tables().word(0x4004, PAGE_TABLE, true).word(0x8000, 0x1234_5000 | SMALL, true);
    expect(go(tables, VA + 0xabc, { sctlr: SCTLR.EE }).physical).to.equal(0x1234_5abc);
  });

  it('a table high in memory has an unsigned address', () => {
    const tables = new Tables().word(0xfffe_fffc, 0xfff0_0000 | SECTION);
    const w = go(tables, 0xffff_ffff, { ttbr0: 0xfffe_c000 | 0, secure: true });
    expect(w.physical).to.equal(0xffff_ffff);
    expect(tables.reads).to.deep.equal(['fffefffc']);
  });
});

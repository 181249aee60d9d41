/** Memory attributes of both formats, and how two stages combine. (DDI 0406C, B3) */
import { expect } from 'chai';
import {
  combineAttributes,
  MEMORY_TYPE,
  setByMair,
  setByMemAttr,
  setByRemap,
  setByTex,
} from '../../../lib/cpu/mmu/attributes.ts';
import { Walk, walkOff } from '../../../lib/cpu/mmu/walk.ts';

const walk = new Walk();
const other = new Walk();
const { stronglyOrdered, device, normal } = MEMORY_TYPE;
const [NONE, OUTER, INNER] = [0, 2, 3];

describe('memory attributes (DDI 0406C, B3.8)', () => {
  describe('TEX, C and B with SCTLR.TRE = 0 (Table B3-10)', () => {
    const rows: readonly [texcb: number, type: number, mair: number, what: string][] = [
      [0b00000, stronglyOrdered, 0x00, 'Strongly-ordered'],
      [0b00001, device, 0x04, 'Shareable Device'],
      [0b00010, normal, 0xaa, 'Write-Through, no Write-Allocate'],
      [0b00011, normal, 0xee, 'Write-Back, no Write-Allocate'],
      [0b00100, normal, 0x44, 'Non-cacheable'],
      [0b00111, normal, 0xff, 'Write-Back, Write-Allocate'],
      [0b01000, device, 0x04, 'Non-shareable Device'],
      [0b10000, normal, 0x44, 'outer and inner Non-cacheable'],
      [0b10001, normal, 0x4f, 'inner Write-Back, Write-Allocate'],
      [0b10010, normal, 0x4a, 'inner Write-Through'],
      [0b10011, normal, 0x4e, 'inner Write-Back'],
      [0b10100, normal, 0xf4, 'outer Write-Back, Write-Allocate'],
      [0b11000, normal, 0xa4, 'outer Write-Through'],
      [0b11100, normal, 0xe4, 'outer Write-Back'],
      [0b11101, normal, 0xef, 'outer Write-Back, inner Write-Back, Write-Allocate'],
    ];
    for (const [texcb, type, mair, what] of rows) {
      it(`${texcb.toString(2).padStart(5, '0')}: ${what}`, () => {
        setByTex(walk, texcb, false);
        expect(walk).to.include({ attributes: mair, shareability: type === normal ? NONE : OUTER });
        expect(walk.memoryType).to.equal(type);
        setByTex(walk, texcb, true);
        expect(walk).to.include({ attributes: mair, shareability: OUTER, shareable: true });
      });
    }
  });

  describe('remap by PRRR and NMRR with SCTLR.TRE = 1 (B3.8.3)', () => {
    it('every region follows its TR, IR and OR', () => {
      const nibble = [0x4, 0xf, 0xa, 0xe];
      for (let n = 0; n < 8; n++) {
        for (let ir = 0; ir < 4; ir++) {
          for (let or = 0; or < 4; or++) {
            const nmrr = (ir << (2 * n)) | (or << (2 * n + 16));
            setByRemap(walk, n | 0b11000, false, 2 << (2 * n), nmrr);
            expect(walk.attributes).to.equal((nibble[or]! << 4) | nibble[ir]!);
          }
        }
        setByRemap(walk, n, false, 0, 0);
        expect(walk).to.include({ memoryType: stronglyOrdered, shareability: OUTER });
        setByRemap(walk, n, false, 1 << (2 * n), 0);
        expect(walk).to.include({ memoryType: device, shareability: OUTER });
      }
    });
    it('Normal memory is Shareable by NS0 or NS1, and Inner Shareable by NOS', () => {
      const ns0 = 1 << 18;
      const ns1 = 1 << 19;
      const nos0 = 1 << 24;
      const rows: readonly [s: boolean, prrr: number, expected: number][] = [
        [false, ns1, NONE],
        [true, ns1, OUTER],
        [true, ns1 | nos0, INNER],
        [false, ns0, OUTER],
        [true, ns0 | nos0, NONE],
      ];
      for (const [s, prrr, expected] of rows) {
        setByRemap(walk, 0, s, prrr | 2, 0);
        expect(walk.shareability).to.equal(expected);
      }
    });
    it('the reset values give what no remap gives', () => {
      for (const texcb of [0, 1, 2, 3, 4, 7]) {
        setByRemap(walk, texcb, false, 0x0009_8aa4, 0x44e0_48e0);
        setByTex(other, texcb, false);
        expect(walk.attributes, `${texcb}`).to.equal(other.attributes);
      }
    });
  });

  it('AttrIndx chooses a byte of MAIR0 or MAIR1', () => {
    for (let i = 0; i < 8; i++) {
      setByMair(walk, i, INNER, 0x8877_6655 | 0, 0xffbb_aa99 | 0);
      expect(walk.attributes).to.equal([0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xff][i]);
      expect(walk.shareability).to.equal(INNER);
    }
    setByMair(walk, 1, NONE, 0x0400, 0);
    expect(walk).to.include({ memoryType: device, shareability: OUTER });
  });

  it('MemAttr[3:0] of stage 2', () => {
    const rows: readonly [memAttr: number, mair: number][] = [
      [0b0000, 0x00],
      [0b0001, 0x04],
      [0b0101, 0x44],
      [0b0110, 0x4b],
      [0b0111, 0x4f],
      [0b1001, 0xb4],
      [0b1010, 0xbb],
      [0b1011, 0xbf],
      [0b1101, 0xf4],
      [0b1110, 0xfb],
      [0b1111, 0xff],
    ];
    for (const [memAttr, mair] of rows) {
      setByMemAttr(walk, memAttr, INNER);
      expect(walk, memAttr.toString(2)).to.include({ attributes: mair, shareability: mair < 0x10 ? OUTER : INNER });
    }
  });

  describe('combining stage 1 and stage 2', () => {
    const rows: readonly [what: string, s1: number, sh1: number, s2: number, sh2: number, mair: number, sh: number][] =
      [
        ['Strongly-ordered wins over Device', 0x00, OUTER, 0x04, OUTER, 0x00, OUTER],
        ['Strongly-ordered wins over Normal', 0xff, NONE, 0x00, OUTER, 0x00, OUTER],
        ['Device wins over Normal', 0x04, OUTER, 0xff, NONE, 0x04, OUTER],
        ['Non-cacheable wins over Write-Back', 0xff, INNER, 0x4f, INNER, 0x4f, INNER],
        ['Write-Through wins over Write-Back', 0xff, NONE, 0xbb, NONE, 0xbb, NONE],
        ['the allocation hints are those of stage 1', 0xee, NONE, 0xbf, NONE, 0xae, NONE],
        ['Write-Through of stage 1 stays', 0xaa, NONE, 0xff, NONE, 0xaa, NONE],
        ['Outer Shareable wins over Inner Shareable', 0xff, INNER, 0xff, OUTER, 0xff, OUTER],
        ['Inner Shareable wins over Non-shareable', 0xff, NONE, 0xff, INNER, 0xff, INNER],
        ['inner and outer Non-cacheable is Outer Shareable', 0x44, NONE, 0xff, NONE, 0x44, OUTER],
      ];
    for (const [what, s1, sh1, s2, sh2, mair, sh] of rows) {
      it(what, () => {
        Object.assign(walk, { attributes: s1, shareability: sh1 });
        Object.assign(other, { attributes: s2, shareability: sh2 });
        combineAttributes(walk, other);
        expect(walk).to.include({ attributes: mair, shareability: sh });
      });
    }
  });

  it('MMU off: flat, everything allowed, Strongly-ordered, or Write-Back by HCR.DC (B3.2.1)', () => {
    walkOff(walk, -16, false, false);
    expect(walk).to.include({ physical: 0xffff_fff0, permissions: 0x3f, attributes: 0, nonSecure: true, fault: 0 });
    walkOff(walk, 4, true, true);
    expect(walk).to.include({ physical: 4, attributes: 0xff, shareability: NONE, nonSecure: false, mapped: true });
  });
});

/** PL050 keyboard and mouse interface, by ARM DDI 0143C, and what is plugged into it. */
import { expect } from 'chai';
import { pl050 } from '../../lib/devices/pl050.ts';
import { benchFor } from './bench.ts';

const ENABLED = 1 << 2;
const RECEIVE_INTERRUPT = 1 << 4;
const RECEIVED = 1 << 4;
const BYTE_NS = 1_100_000;

describe('PL050', () => {
  const enabled = (kind: string) => {
    const bench = benchFor(pl050, { kind });
    bench.write('KMICR', ENABLED | RECEIVE_INTERRUPT);
    /** Takes all bytes that come. */
    const take = () => {
      const bytes: number[] = [];
      for (;;) {
        bench.wait(BYTE_NS);
        if ((bench.read('KMISTAT') & RECEIVED) === 0) return bytes;
        bytes.push(bench.read('KMIDATA'));
      }
    };
    return { ...bench, take };
  };

  it('a byte takes its time on the wire, then interrupts until it is read', () => {
    const { type, wait, level, read } = enabled('keyboard');
    type(' ');
    wait(BYTE_NS - 1);
    expect(level('KMIINTR')).to.equal(false);
    wait(1);
    expect([level('KMIINTR'), read('KMIIR')]).to.deep.equal([true, 1]);
    expect(read('KMIDATA')).to.equal(0x29);
    expect(level('KMIINTR')).to.equal(false);
  });

  it('characters are typed with the keys of scan code set 2, capitals with Shift', () => {
    const { type, take } = enabled('keyboard');
    type('aB\n');
    expect(take()).to.deep.equal([0x1c, 0xf0, 0x1c, 0x12, 0x32, 0xf0, 0x32, 0xf0, 0x12, 0x5a, 0xf0, 0x5a]);
  });

  it('a keyboard passes its self test, and identifies itself', () => {
    const { write, take } = enabled('keyboard');
    write('KMIDATA', 0xff);
    expect(take()).to.deep.equal([0xfa, 0xaa]);
    write('KMIDATA', 0xf2);
    expect(take()).to.deep.equal([0xfa, 0xab, 0x83]);
  });

  it('a disabled keyboard sends no keys', () => {
    const { write, type, take } = enabled('keyboard');
    write('KMIDATA', 0xf5);
    expect(take()).to.deep.equal([0xfa]);
    type('a');
    expect(take()).to.deep.equal([]);
  });

  it('acknowledges parameters too, and asks again for what it does not know', () => {
    const { write, take } = enabled('keyboard');
    write('KMIDATA', 0xed);
    write('KMIDATA', 7);
    write('KMIDATA', 0x99);
    expect(take()).to.deep.equal([0xfa, 0xfa, 0xfe]);
  });

  it('a mouse is a standard one', () => {
    const { write, take } = enabled('mouse');
    write('KMIDATA', 0xff);
    expect(take()).to.deep.equal([0xfa, 0xaa, 0]);
    write('KMIDATA', 0xf2);
    expect(take()).to.deep.equal([0xfa, 0]);
  });

  it('sends nothing while KMIEN is 0, and everything afterwards', () => {
    const { write, type, take } = enabled('keyboard');
    write('KMICR', 0);
    type('a');
    expect(take()).to.deep.equal([]);
    write('KMICR', ENABLED);
    expect(take()).to.deep.equal([0x1c, 0xf0, 0x1c]);
  });
});

/** The device vocabulary: a small device that has one of everything, and what follows from its declarations. */
import { expect } from 'chai';
import { defineDevice } from '../../lib/device/device.ts';
import { Line } from '../../lib/device/line.ts';
import { bit, bits, moved, ro, rw, wo } from '../../lib/device/registers.ts';
import { benchFor } from '../devices/bench.ts';

const registers = {
  CTRL: rw({ at: 0x00, reset: 0x10, fields: { EN: bit(0), MODE: bits(5, 4, ['off', 'slow', 'fast']) } }),
  DATA: rw({ at: 0x04, destructive: true }),
  STAT: ro({ at: 0x08, widthBits: 8 }),
  CLEAR: wo({ at: 0x0c }),
  BYTES: rw({ at: 0x10, count: 3, strideBytes: 8, narrow: 'merged' }),
  ONES: rw({ at: 0x40, narrow: 'zeroed' }),
};

const gadget = defineDevice({
  compatible: 'test,gadget',
  summary: 'a device with one of everything',
  reference: 'this file',
  sizeBytes: 0x80,
  properties: { limit: { type: 'integer', default: 3, summary: 'a number' } },
  interrupts: ['INT'],
  registers,
  state: () => ({ reads: 0, words: new Uint8Array(2) }),
  behave: ({ registers: { CTRL, ONES }, state, line, event, clock, properties, report }) => {
    const interrupt = line('INT');
    const timer = event('timer', () => {
      CTRL.MODE = 2;
      interrupt.set(true);
    });
    return {
      read: { DATA: () => ++state.reads, STAT: () => properties.limit },
      write: {
        CTRL(value) {
          CTRL.value = value;
          if (CTRL.EN) timer.schedule(clock.now() + 100);
        },
        CLEAR: () => report('cleared'),
        ONES(value) {
          ONES.value |= value;
        },
      },
      settle: () => interrupt.set(CTRL.MODE === 2),
      ports: { timer },
    };
  },
});

describe('a device from declarations', () => {
  it('holds what is written to registers without hooks, element by element', () => {
    const { write, read } = benchFor(gadget);
    write('BYTES', 0x1111, 0);
    write('BYTES', 0x2222, 2);
    expect([0, 1, 2].map((n) => read('BYTES', n))).to.deep.equal([0x1111, 0, 0x2222]);
  });

  it('keeps the bits that fields name, and no others', () => {
    const { write, read } = benchFor(gadget);
    write('CTRL', 0xffff_fffe);
    expect(read('CTRL')).to.equal(0x30);
  });

  const narrow: [title: string, offset: number, widthBytes: 1 | 2, value: number, register: string, word: number][] = [
    ['merged: a byte keeps its neighbours', 0x11, 1, 0x1ff, 'BYTES', 0x4433_ff11],
    ['merged: a half-word keeps its neighbours', 0x12, 2, 0xabcd, 'BYTES', 0xabcd_2211],
    ['zeroed: a byte is the only one written', 0x42, 1, 0xff, 'ONES', 0x44ff_2211],
    ['whole: a byte is zero-extended', 0x00, 1, 0x20, 'CTRL', 0x20],
    ['whole: a byte beyond the first does nothing', 0x01, 1, 0x20, 'CTRL', 0x10],
  ];
  for (const [title, offset, widthBytes, value, register, word] of narrow) {
    it(`narrow write, ${title}`, () => {
      const { device, access, write, read } = benchFor(gadget);
      write('BYTES', 0x4433_2211);
      write('ONES', 0x4433_2211);
      device.write(offset, widthBytes, value, access);
      expect(read(register)).to.equal(word);
    });
  }

  it('narrow reads give the bytes addressed', () => {
    const { device, access, write } = benchFor(gadget);
    write('BYTES', 0x4433_2281);
    expect([0, 1, 2, 3].map((n) => device.read(0x10 + n, 1, access))).to.deep.equal([0x81, 0x22, 0x33, 0x44]);
    expect(device.read(0x12, 2, access)).to.equal(0x4433);
  });

  it('reports misuse once for each place and counts it always', () => {
    const { device, access, problems, write } = benchFor(gadget);
    for (let i = 0; i < 3; i++) device.read(0x14, 4, access);
    write('STAT', 1);
    device.read(0x0c, 4, access);
    write('CLEAR', 1);
    expect(problems).to.deep.equal([
      'read of reserved offset 0x14',
      'write of read-only 0x8',
      'read of write-only 0xc',
      'cleared',
    ]);
    expect(device.guestErrors).to.equal(6);
  });

  it('keeps a debugger from reading what reading changes', () => {
    const { device, read } = benchFor(gadget);
    expect([device.peek(4, 4), device.peek(0xc, 4), device.peek(8, 1)]).to.deep.equal([undefined, undefined, 3]);
    expect(read('DATA')).to.equal(1);
  });

  it('comes back from reset with its lines and events', () => {
    const { device, write, wait, level, read, clock } = benchFor(gadget);
    write('CTRL', 1);
    wait(100);
    write('CTRL', 0x21);
    expect([level('INT'), read('DATA')]).to.deep.equal([true, 1]);
    device.reset();
    expect([level('INT'), clock.nextDue(), read('CTRL'), read('DATA')]).to.deep.equal([false, Infinity, 0x10, 1]);
  });

  it('saves what differs from reset, and derives lines when it settles', () => {
    const { device, write, read } = benchFor(gadget);
    write('CTRL', 0x20);
    write('BYTES', 7, 1);
    read('DATA');
    const saved = device.save();
    expect(saved).to.deep.equal({
      registers: { CTRL: [0x20], BYTES: [0, 7, 0] },
      state: { reads: 1, words: new Uint8Array(2) },
    });
    const other = benchFor(gadget);
    other.device.restore(saved as never);
    expect(other.level('INT')).to.equal(false);
    other.device.settle();
    expect([other.level('INT'), other.read('DATA')]).to.deep.equal([true, 2]);
  });

  it('describes itself with fields by name', () => {
    expect(benchFor(gadget).device.describe()).to.deep.equal([
      '000 CTRL = 00000010 EN=0 MODE=slow',
      '004 DATA',
      '008 STAT = 00000003',
      '00c CLEAR',
      '010 BYTES[0] = 00000000',
      '018 BYTES[1] = 00000000',
      '020 BYTES[2] = 00000000',
      '040 ONES = 00000000',
    ]);
  });

  it('offers its ports, and names its events', () => {
    expect(benchFor(gadget).device.ports.timer.name).to.equal('device.timer');
  });

  const mistakes: [title: string, block: Parameters<typeof moved>[1], message: RegExp][] = [
    ['registers that share an offset', { A: rw({ at: 0 }), B: ro({ at: 0 }) }, /A and B|B and A/],
    ['a register outside its window', { A: rw({ at: 0x80 }) }, /outside a window/],
  ];
  for (const [title, block, message] of mistakes) {
    it(`refuses ${title}`, () => {
      const define = () =>
        defineDevice({
          compatible: 'test,bad',
          summary: '',
          reference: '',
          sizeBytes: 0x80,
          properties: {},
          interrupts: [],
          registers: block,
          state: () => ({}),
          behave: () => ({}),
        });
      expect(define).to.throw(RangeError, message);
    });
  }

  it('refuses a register that is not aligned', () => expect(() => rw({ at: 2 })).to.throw(RangeError));
  it('moves a block', () => expect(moved(0x20, { A: rw({ at: 4 }) }).A.at).to.equal(0x24));
});

describe('a line', () => {
  it('tells its sinks of changes only', () => {
    const line = new Line('wire');
    const seen: boolean[] = [];
    line.connect((level) => seen.push(level));
    for (const level of [false, true, true, false]) line.set(level);
    expect(seen).to.deep.equal([true, false]);
  });

  it('tells a new sink at once if it is asserted', () => {
    const line = new Line('wire');
    const seen: boolean[] = [];
    line.set(true);
    line.connect((level) => seen.push(level));
    expect(seen).to.deep.equal([true]);
  });
});

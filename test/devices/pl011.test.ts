/** PL011 UART, sentence by sentence of ARM DDI 0183G. */
import { expect } from 'chai';
import { pl011, pl011Registers } from '../../lib/devices/pl011.ts';
import { benchFor } from './bench.ts';

const FEN = 0x10;
const ENABLED = 0x301;
const [RX, TX, RT] = [0x10, 0x20, 0x40];
const RECEIVE_TIMEOUT_NS = 300_000;

describe('PL011', () => {
  const build = (control = ENABLED, lineControl = 0, revision = 1) => {
    const bench = benchFor(pl011, { revision });
    bench.write('UARTLCR_H', lineControl);
    bench.write('UARTCR', control);
    return bench;
  };

  describe('register summary (DDI 0183G, 3.2)', () => {
    const rows: [name: keyof typeof pl011Registers, at: number, reset: number, mask: number][] = [
      ['UARTDR', 0x000, 0, 0xfff],
      ['UARTRSR', 0x004, 0, 0xf],
      ['UARTFR', 0x018, 0x90, 0x1ff],
      ['UARTILPR', 0x020, 0, 0xff],
      ['UARTIBRD', 0x024, 0, 0xffff],
      ['UARTFBRD', 0x028, 0, 0x3f],
      ['UARTLCR_H', 0x02c, 0, 0xff],
      ['UARTCR', 0x030, 0x300, 0xff87],
      ['UARTIFLS', 0x034, 0x12, 0x3f],
      ['UARTIMSC', 0x038, 0, 0x7ff],
      ['UARTRIS', 0x03c, 0, 0x7ff],
      ['UARTMIS', 0x040, 0, 0x7ff],
      ['UARTICR', 0x044, 0, 0x7ff],
      ['UARTDMACR', 0x048, 0, 0x7],
    ];
    for (const [name, at, reset, mask] of rows) {
      it(`${name} at 0x${at.toString(16)} is 0x${reset.toString(16)} after reset`, () => {
        expect(pl011Registers[name]).to.include({ at, mask });
        if (pl011Registers[name].access !== 'wo') expect(benchFor(pl011).read(name)).to.equal(reset);
      });
    }
  });

  for (const [revision, id2] of [
    [1, 0x14],
    [3, 0x34],
  ] as const) {
    it(`identifies itself, revision ${revision}`, () => {
      const { device, access } = benchFor(pl011, { revision });
      const ids = Array.from({ length: 8 }, (_, n) => device.read(0xfe0 + 4 * n, 4, access));
      expect(ids).to.deep.equal([0x11, 0x10, id2, 0x00, 0x0d, 0xf0, 0x05, 0xb1]);
    });
  }

  for (const widthBytes of [1, 2, 4] as const) {
    it(`sends characters written ${widthBytes} bytes wide`, () => {
      const { device, access, sent } = build();
      for (const byte of Buffer.from('ok')) device.write(0, widthBytes, byte, access);
      expect(sent()).to.equal('ok');
    });
  }

  it('sends while disabled too, and reports it', () => {
    const { write, sent, problems } = build(0);
    write('UARTDR', 0x41);
    expect(sent()).to.equal('A');
    expect(problems).to.deep.equal(['data written while the UART or its transmitter is disabled']);
  });

  it('asserts the transmit interrupt when the level falls through the trigger, not before', () => {
    const { write, read, level } = build(ENABLED, FEN);
    write('UARTIMSC', TX);
    expect([read('UARTRIS'), level('UARTINTR')]).to.deep.equal([0, false]);
    write('UARTDR', 0x41);
    expect([read('UARTMIS'), level('UARTINTR')]).to.deep.equal([TX, true]);
    write('UARTICR', TX);
    expect([read('UARTRIS'), level('UARTINTR')]).to.deep.equal([0, false]);
  });

  it('without FIFOs interrupts for one character, and stops when it is read', () => {
    const { write, read, level, receive } = build();
    write('UARTIMSC', RX);
    receive('x');
    expect([read('UARTFR') & 0x50, level('UARTINTR')]).to.deep.equal([0x40, true]);
    expect(read('UARTDR')).to.equal(0x78);
    expect([read('UARTFR') & 0x50, level('UARTINTR')]).to.deep.equal([0x10, false]);
  });

  const triggers: [select: number, revision: number, characters: number][] = [
    [0, 1, 2],
    [1, 1, 4],
    [2, 1, 8],
    [3, 1, 12],
    [4, 1, 14],
    [2, 3, 16],
    [4, 3, 28],
  ];
  for (const [select, revision, characters] of triggers) {
    it(`RXIFLSEL ${select} of revision ${revision} interrupts at ${characters} characters`, () => {
      const { write, read, receive } = build(ENABLED, FEN, revision);
      write('UARTIFLS', select << 3);
      receive('x'.repeat(characters - 1));
      expect(read('UARTRIS') & RX).to.equal(0);
      receive('x');
      expect(read('UARTRIS') & RX).to.equal(RX);
      read('UARTDR');
      expect(read('UARTRIS') & RX).to.equal(0);
    });
  }

  it('asserts the receive timeout when data stay and none follow, until the FIFO is empty', () => {
    const { write, read, receive, wait, level } = build(ENABLED, FEN);
    write('UARTIMSC', RT);
    receive('ab');
    wait(RECEIVE_TIMEOUT_NS / 2);
    receive('c');
    wait(RECEIVE_TIMEOUT_NS / 2 + 1);
    expect(level('UARTINTR')).to.equal(false);
    wait(RECEIVE_TIMEOUT_NS);
    expect(level('UARTINTR')).to.equal(true);
    read('UARTDR');
    read('UARTDR');
    expect(level('UARTINTR')).to.equal(true);
    read('UARTDR');
    expect(level('UARTINTR')).to.equal(false);
  });

  it('keeps every byte that finds the FIFO full, in order', () => {
    const { read, receive } = build(ENABLED, FEN);
    const text = Array.from({ length: 10_000 }, (_, i) => String.fromCharCode(32 + (i % 90))).join('');
    receive(text);
    expect(read('UARTFR') & 0x40).to.equal(0x40);
    let seen = '';
    while ((read('UARTFR') & 0x10) === 0) seen += String.fromCharCode(read('UARTDR'));
    expect(seen).to.equal(text);
    expect(read('UARTDR')).to.equal(0);
  });

  it('in loopback receives what it sends, and its modem outputs', () => {
    const { write, read, sent } = build(ENABLED | 0x80 | 0x0c00, FEN);
    write('UARTDR', 0x55);
    expect([read('UARTDR'), read('UARTFR') & 0x107, sent()]).to.deep.equal([0x55, 0x003, '']);
  });

  it('shows the debugger no data: reading would take it', () => {
    const { device, receive, read } = build();
    receive('z');
    expect(device.peek(0, 4)).to.equal(undefined);
    expect(device.describe()).to.include('000 UARTDR');
    expect(read('UARTDR')).to.equal(0x7a);
  });

  it('keeps received data and the running timeout in a snapshot', () => {
    const { device, receive, wait, write, clock } = build(ENABLED, FEN);
    write('UARTIMSC', RT);
    receive('hello');
    wait(1000);
    const other = benchFor(pl011, { revision: 1 });
    other.clock.restore(clock.now());
    other.device.restore(structuredClone(device.save()) as never);
    other.device.settle();
    other.wait(RECEIVE_TIMEOUT_NS);
    expect([other.level('UARTINTR'), other.read('UARTDR')]).to.deep.equal([true, 0x68]);
  });
});

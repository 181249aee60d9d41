/** Physical space: regions, edges, widths, and accesses that nobody answers. */
import { expect } from 'chai';
import { Bus } from '../../lib/bus/bus.ts';
import type { MmioDevice } from '../../lib/device/mmio.ts';

const PAGE = 4096;
const access = { cpu: 1, secure: false, privileged: true };

/** A device that writes down its accesses, and reads as the offset of each byte. */
function recorder(name: string) {
  const log: string[] = [];
  const word = (offset: number, widthBytes: number) => {
    let value = 0;
    for (let i = widthBytes - 1; i >= 0; i--) value = value * 256 + ((offset + i) & 0xff);
    return value;
  };
  const device: MmioDevice = {
    name,
    read: (offset, widthBytes) => {
      log.push(`r${widthBytes}@${offset}`);
      return word(offset, widthBytes);
    },
    write: (offset, widthBytes, value) => void log.push(`w${widthBytes}@${offset}=${value.toString(16)}`),
    peek: (offset, widthBytes) => (offset === 0x10 ? undefined : word(offset, widthBytes)),
    reset() {},
    save: () => null,
    restore() {},
    settle() {},
    describe: () => [],
  };
  return { device, log };
}

function build() {
  const bus = new Bus(new ArrayBuffer(16 * PAGE));
  const blocks = ['block0', 'block1'].map(recorder);
  bus.addRam({ name: 'dram', at: 0x8000_0000, sizeBytes: 4 * PAGE, hostOffset: PAGE, writable: true });
  bus.addRam({ name: 'dram again', at: 0x8_8000_0000, sizeBytes: 4 * PAGE, hostOffset: PAGE, writable: true });
  bus.addRam({ name: 'rom', at: 0, sizeBytes: PAGE, hostOffset: 8 * PAGE, writable: false });
  bus.addRam({ name: 'next', at: 0x8000_4000, sizeBytes: PAGE, hostOffset: 12 * PAGE, writable: true });
  blocks.forEach(({ device }, n) => bus.addDevice(0x1c13_0000 + n * 0x200, 0x200, device));
  return { bus, blocks: blocks as [ReturnType<typeof recorder>, ReturnType<typeof recorder>] };
}

describe('the bus', () => {
  for (const [widthBytes, value] of [
    [1, 0xfe],
    [2, 0xfedc],
    [4, 0xfedc_ba98],
  ] as const) {
    for (let offset = 0; offset < 4; offset++) {
      it(`keeps ${widthBytes} bytes at RAM + ${offset}, little-endian`, () => {
        const { bus } = build();
        bus.write(0x8000_0100 + offset, widthBytes, value, access);
        expect(bus.read(0x8000_0100 + offset, widthBytes, access)).to.equal(value);
        expect(bus.read(0x8000_0100 + offset, 1, access)).to.equal(value & 0xff);
      });
    }
  }

  it('shows the same memory at an alias above 4 GB', () => {
    const { bus } = build();
    bus.write(0x8000_1234, 4, 0x1234_5678, access);
    expect(bus.read(0x8_8000_1234, 4, access)).to.equal(0x1234_5678);
    expect(bus.ramPage(0x8_8000_1234)).to.equal(2 * PAGE);
  });

  it('names the host page of RAM and ROM, and -1 for everything else', () => {
    const { bus } = build();
    const pages = [0x8000_0fff, 0x8000_1000, 0x0abc, 0x1c13_0000, 0x9000_0000, 0xff_ffff_ffff].map((a) =>
      bus.ramPage(a),
    );
    expect(pages).to.deep.equal([PAGE, 2 * PAGE, 8 * PAGE, -1, -1, -1]);
    expect([0x8000_0000, 0, 0x1c13_0000].map((a) => bus.isWritable(a))).to.deep.equal([true, false, false]);
  });

  it('takes an access over the edge of two regions apart', () => {
    const { bus } = build();
    bus.write(0x8000_3ffe, 4, 0x1122_3344, access);
    expect(bus.read(0x8000_4000, 2, access)).to.equal(0x1122);
    expect(bus.read(0x8000_3ffe, 4, access)).to.equal(0x1122_3344);
  });

  it('finds windows that share a page', () => {
    const { bus, blocks } = build();
    bus.read(0x1c13_01fc, 4, access);
    bus.read(0x1c13_0200, 2, access);
    expect(blocks.map(({ log }) => log)).to.deep.equal([['r4@508'], ['r2@0']]);
  });

  it('gives devices aligned accesses only', () => {
    const { bus, blocks } = build();
    expect(bus.read(0x1c13_0002, 4, access)).to.equal(0x0504_0302);
    bus.write(0x1c13_0001, 2, 0xabcd, access);
    expect(blocks[0].log).to.deep.equal(['r1@5', 'r1@4', 'r1@3', 'r1@2', 'w1@1=cd', 'w1@2=ab']);
  });

  it('reads 0 where nobody is, reports a place once and counts from then on', () => {
    const { bus } = build();
    const reports: string[] = [];
    bus.onUnassigned = ({ address, write, access: by }) =>
      reports.push(`${address.toString(16)} ${write} cpu${by.cpu}`);
    for (let i = 0; i < 3; i++) expect(bus.read(0x1c02_0000, 4, access)).to.equal(0);
    bus.write(0x1c02_0000, 4, 3, access);
    bus.read(0x40_0000_0000, 1, access);
    expect(reports).to.deep.equal(['1c020000 false cpu1', '1c020000 true cpu1', '4000000000 false cpu1']);
    expect(bus.unassigned().map(({ count }) => count)).to.deep.equal([3, 1, 1]);
  });

  it("ignores and reports the guest's writes to ROM, and lets a debugger write it", () => {
    const { bus } = build();
    bus.write(0x10, 4, 1, access);
    expect([bus.read(0x10, 4, access), bus.unassigned()[0]?.kind]).to.deep.equal([0, 'read-only']);
    expect(bus.poke(0x10, 4, 0xdead_beef)).to.equal(true);
    expect(bus.read(0x10, 4, access)).to.equal(0xdead_beef);
  });

  it('gives writes to ROM to whoever takes commands there, and reads while it is hidden', () => {
    const { bus } = build();
    const { device, log } = recorder('flash');
    const contents = { sizeBytes: PAGE, hostOffset: 14 * PAGE, writable: false, commands: device };
    for (const at of [0x1000_0000, 0x1100_0000]) bus.addRam({ name: 'flash', at, ...contents });
    const hides: number[] = [];
    bus.onHide = () => hides.push(bus.ramPage(0x1100_0000));
    bus.poke(0x1000_0004, 4, 0x1234);
    bus.write(0x1100_0002, 4, 0xabcd, access);
    expect([bus.read(0x1100_0004, 4, access), bus.ramPage(0x1100_0004)]).to.deep.equal([0x1234, 14 * PAGE]);
    bus.hide(device, true);
    expect([bus.read(0x1100_0004, 4, access), bus.ramPage(0x1000_0004), bus.isWritable(0x1000_0004)]).to.deep.equal([
      0x0706_0504,
      -1,
      false,
    ]);
    bus.poke(0x1000_0004, 4, 0x5678);
    expect([bus.peek(0x1100_0004, 4), bus.read(0x1000_0004, 2, access)]).to.deep.equal([0x5678, 0x0504]);
    bus.hide(device, false);
    expect([bus.read(0x1100_0004, 4, access), bus.ramPage(0x1000_0004)]).to.deep.equal([0x5678, 14 * PAGE]);
    expect(log).to.deep.equal(['w1@2=cd', 'w1@3=ab', 'w1@4=0', 'w1@5=0', 'r4@4', 'r2@4']);
    expect(hides).to.deep.equal([-1, 14 * PAGE]);
  });

  it('tells of every write to memory', () => {
    const { bus } = build();
    const writes: string[] = [];
    bus.onRamWrite = (address, length) => writes.push(`${address.toString(16)}+${length}`);
    bus.write(0x8000_0000, 2, 1, access);
    bus.poke(0x8000_0010, 1, 1);
    bus.loadBytes(0x8000_0ffe, new Uint8Array(8));
    expect(writes).to.deep.equal(['1000+2', '1010+1', '1ffe+8']);
  });

  it('loads over the edge of two regions, or not at all', () => {
    const { bus } = build();
    bus.loadBytes(0x8000_3ffe, Uint8Array.of(1, 2, 3, 4));
    expect([...bus.readBytes(0x8000_3ffe, 4)]).to.deep.equal([1, 2, 3, 4]);
    expect(() => bus.loadBytes(0x8000_4ffe, Uint8Array.of(9, 9, 9))).to.throw(RangeError, /0x80005000/);
    expect(bus.read(0x8000_4ffe, 2, access)).to.equal(0);
  });

  it('reads for a debugger up to the first byte that it must not touch', () => {
    const { bus, blocks } = build();
    expect([...bus.readBytes(0x1c13_000c, 8)]).to.deep.equal([12, 13, 14, 15]);
    expect(bus.peek(0x1c13_0010, 4)).to.equal(undefined);
    expect(bus.peek(0x5000_0000, 4)).to.equal(undefined);
    expect([blocks[0].log, bus.unassigned()]).to.deep.equal([[], []]);
  });

  const refusals: [title: string, add: (bus: Bus) => void, message: RegExp][] = [
    ['an overlap', (bus) => bus.addDevice(0x1c13_01f0, 0x20, recorder('x').device), /overlaps block0/],
    ['an address beyond 40 bits', (bus) => bus.addDevice(2 ** 40 - 0x10, 0x20, recorder('x').device), /40 bits/],
    [
      'memory in parts of pages',
      (bus) => bus.addRam({ name: 'x', at: 0x100, sizeBytes: PAGE, hostOffset: 0, writable: true }),
      /whole 4 KB pages/,
    ],
    [
      'memory that the host does not have',
      (bus) => bus.addRam({ name: 'x', at: 0x2000_0000, sizeBytes: 99 * PAGE, hostOffset: 0, writable: true }),
      /host's memory/,
    ],
  ];
  for (const [title, add, message] of refusals) {
    it(`refuses ${title}`, () => expect(() => add(build().bus)).to.throw(RangeError, message));
  }
});

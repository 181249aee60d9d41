/** Virtio over MMIO (OASIS Virtual I/O Device 1.1, 2.6, 4.2.2, 5.2 to 5.4), driven as a driver would. */
import { expect } from 'chai';
import type { DeviceModel } from '../../lib/device/model.ts';
import { virtioBlock } from '../../lib/devices/virtio/block.ts';
import { virtioConsole } from '../../lib/devices/virtio/console.ts';
import { virtioEntropy } from '../../lib/devices/virtio/entropy.ts';
import { benchFor } from './bench.ts';

const DESCRIPTORS = 0x1000;
const DRIVER = 0x2000;
const DEVICE = 0x3000;
const BUFFERS = 0x4000;
const SIZE = 8;

/** A part of a chain: bytes for the device, or room for its answer. */
type Part = Uint8Array | number;

function driverOf(model: DeviceModel) {
  const bench = benchFor(model);
  const { memory, write, read } = bench;
  const view = new DataView(memory.buffer);
  let offered = 0;
  const start = (queue = 0): void => {
    write('Status', 3);
    write('DeviceFeaturesSel', 1);
    expect(read('DeviceFeatures') & 1, 'VIRTIO_F_VERSION_1').to.equal(1);
    write('Status', 11);
    write('QueueSel', queue);
    write('QueueNum', SIZE);
    write('QueueDescLow', DESCRIPTORS);
    write('QueueDriverLow', DRIVER);
    write('QueueDeviceLow', DEVICE);
    write('QueueReady', 1);
    write('Status', 15);
  };
  const offer = (queue: number, ...parts: Part[]): number => {
    let at = BUFFERS;
    for (const [n, part] of parts.entries()) {
      const length = typeof part === 'number' ? part : part.length;
      if (typeof part !== 'number') memory.set(part, at);
      view.setUint32(DESCRIPTORS + 16 * n, at, true);
      view.setUint32(DESCRIPTORS + 16 * n + 8, length, true);
      const flags = (n + 1 < parts.length ? 1 : 0) | (typeof part === 'number' ? 2 : 0);
      view.setUint16(DESCRIPTORS + 16 * n + 12, flags, true);
      view.setUint16(DESCRIPTORS + 16 * n + 14, n + 1, true);
      at += length;
    }
    view.setUint16(DRIVER + 4 + 2 * (offered % SIZE), 0, true);
    view.setUint16(DRIVER + 2, ++offered, true);
    write('QueueNotify', queue);
    return BUFFERS;
  };
  /** How many chains were given back, and the length of the last answer. */
  const used = (): [count: number, lengthBytes: number] => {
    const count = view.getUint16(DEVICE + 2, true);
    return [count, view.getUint32(DEVICE + 4 + 8 * ((count - 1 + SIZE) % SIZE) + 4, true)];
  };
  return { ...bench, start, offer, used, view };
}

const request = (type: number, sector: number): Uint8Array => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, type, true);
  new DataView(bytes.buffer).setUint32(8, sector, true);
  return bytes;
};

describe('virtio over MMIO', () => {
  it('4.2.2: has the magic value "virt", version 2, and the ID of its kind', () => {
    for (const [model, id] of [
      [virtioBlock, 2],
      [virtioConsole, 3],
      [virtioEntropy, 4],
    ] as const) {
      const { read } = benchFor(model as DeviceModel);
      expect([read('MagicValue'), read('Version'), read('DeviceID')]).to.deep.equal([0x74726976, 2, id]);
    }
  });

  it('5.2.4: a disk has the capacity of its file in sectors', () => {
    const { read, store } = driverOf(virtioBlock);
    expect([read('Config', 0), read('Config', 1)]).to.deep.equal([store.length / 512, 0]);
  });

  it('5.2.6: writes and reads sectors, and interrupts until it is acknowledged', () => {
    const disk = driverOf(virtioBlock);
    disk.start();
    const data = Uint8Array.from({ length: 1024 }, (_, n) => n % 251);
    disk.offer(0, request(1, 3), data, 1);
    expect(disk.store.slice(3 * 512, 5 * 512)).to.deep.equal(data);
    expect(disk.used()).to.deep.equal([1, 1]);
    expect(disk.level('INTR')).to.equal(true);
    disk.write('InterruptACK', 1);
    expect(disk.level('INTR')).to.equal(false);
    const at = disk.offer(0, request(0, 4), 512, 1) + 16;
    expect(disk.memory.slice(at, at + 512)).to.deep.equal(data.slice(512));
    expect(disk.memory[at + 512]).to.equal(0);
    expect(disk.used()).to.deep.equal([2, 513]);
  });

  it('5.2.6: answers a request beyond the end with an error, an unknown one as unsupported', () => {
    const disk = driverOf(virtioBlock);
    disk.start();
    expect(disk.memory[disk.offer(0, request(0, disk.store.length / 512), 512, 1) + 16 + 512]).to.equal(1);
    expect(disk.memory[disk.offer(0, request(99, 0), 1) + 16]).to.equal(2);
    expect(disk.memory[disk.offer(0, request(4, 0), 1) + 16]).to.equal(0);
  });

  it('2.6.7: does not interrupt a driver that asks not to be', () => {
    const disk = driverOf(virtioBlock);
    disk.start();
    disk.view.setUint16(DRIVER, 1, true);
    disk.offer(0, request(4, 0), 1);
    expect(disk.used()[0]).to.equal(1);
    expect(disk.level('INTR')).to.equal(false);
  });

  it('2.1.1: asks for a reset when a chain lies outside memory or has no end, and works again after it', () => {
    const disk = driverOf(virtioBlock);
    disk.start();
    disk.view.setUint16(DESCRIPTORS + 12, 1, true);
    disk.view.setUint16(DESCRIPTORS + 14, 0, true);
    disk.view.setUint16(DRIVER + 2, 1, true);
    disk.write('QueueNotify', 0);
    expect(disk.read('Status') & 0x40).to.equal(0x40);
    expect(disk.problems).to.deep.equal(['queue 0: descriptor chain 0 has no end']);
    disk.write('Status', 0);
    expect([disk.read('Status'), disk.read('QueueReady')]).to.deep.equal([0, 0]);
  });

  it('5.4: fills what the driver offers with bytes that follow from a seed', () => {
    const bytes = [1, 1].map(() => {
      const source = driverOf(virtioEntropy);
      source.start();
      return source.memory.slice(source.offer(0, 64), BUFFERS + 64);
    });
    expect(new Set(bytes[0]).size).to.be.above(40);
    expect(bytes[0]).to.deep.equal(bytes[1]);
  });

  it('5.3: sends what the driver transmits, and gives it what comes in once it has room', () => {
    const console = driverOf(virtioConsole);
    console.start(1);
    console.offer(1, new TextEncoder().encode('hello'));
    expect(console.sent()).to.equal('hello');
    const receiver = driverOf(virtioConsole);
    receiver.start(0);
    receiver.receive('ab');
    const at = receiver.offer(0, 16);
    expect([...receiver.memory.slice(at, at + 2)]).to.deep.equal([0x61, 0x62]);
    expect(receiver.used()).to.deep.equal([1, 2]);
  });
});

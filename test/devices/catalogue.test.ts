/** What every device owes, whatever it does: one walk over the catalogue's declarations. */
import { expect } from 'chai';
import { catalogue } from '../../lib/devices/catalogue.ts';
import type { DeviceModel } from '../../lib/device/model.ts';
import type { Register } from '../../lib/device/registers.ts';
import { Random } from '../machine/device-tree/random-machine.ts';
import { benchFor } from './bench.ts';

const models: Readonly<Record<string, DeviceModel>> = catalogue;

/** Offsets of a register's elements: all of a small array, the first and the last of a big one. */
const elements = ({ at, count, strideBytes }: Register) =>
  (count <= 4 ? Array.from({ length: count }, (_, i) => i) : [0, count - 1]).map((i) => at + i * strideBytes);

for (const [compatible, model] of Object.entries(models)) {
  describe(`catalogue: ${compatible}`, () => {
    it('is found by its own name, and says what it is', () => {
      expect(model.compatible).to.equal(compatible);
      expect(model.summary).to.not.equal('');
      expect(model.reference).to.not.equal('');
    });

    it('is the same after reset as when it was built', () => {
      const { device, access } = benchFor(model);
      const before = device.describe();
      for (const register of Object.values(model.registers)) {
        for (const offset of elements(register)) device.write(offset, 4, 0x5a5a_5a5a, access);
      }
      device.reset();
      expect(device.describe()).to.deep.equal(before);
    });

    it('reads bits that do not exist as zero, in every width', () => {
      const { device, access } = benchFor(model);
      for (const [name, register] of Object.entries(model.registers)) {
        if (register.access !== 'rw') continue;
        for (const offset of elements(register)) {
          device.write(offset, 4, 0xffff_ffff, access);
          const word = device.read(offset, 4, access);
          expect(word & ~register.mask, name).to.equal(0);
          if (register.destructive) continue;
          expect(device.read(offset, 4, access), name).to.be.within(0, 0xffff_ffff);
          expect(device.read(offset, 2, access), name).to.be.within(0, 0xffff);
          expect(device.read(offset + 3, 1, access), name).to.be.within(0, 0xff);
        }
      }
    });

    it('ignores writes to what is read-only, and reports them', () => {
      const { device, access } = benchFor(model);
      for (const register of Object.values(model.registers)) {
        if (register.access !== 'ro' || register.destructive) continue;
        const before = device.peek(register.at, 4);
        const errors = device.guestErrors;
        device.write(register.at, 4, 0xffff_ffff, access);
        expect([device.peek(register.at, 4), device.guestErrors]).to.deep.equal([before, errors + 1]);
      }
    });

    it('shows a debugger what a read would give, and changes nothing by it', () => {
      const { device, access } = benchFor(model);
      const before = device.save();
      for (const register of Object.values(model.registers)) {
        for (const offset of elements(register)) {
          const seen = device.peek(offset, 4);
          if (register.destructive || register.access === 'wo') expect(seen).to.equal(undefined);
          else expect(seen).to.equal(device.read(offset, 4, access));
        }
      }
      for (let offset = 0; offset < model.sizeBytes; offset += 4) device.peek(offset, 4);
      device.describe();
      expect(device.save()).to.deep.equal(before);
      expect(device.guestErrors).to.equal(0);
    });

    it('continues from a snapshot', () => {
      const { device, access } = benchFor(model);
      for (const register of Object.values(model.registers)) {
        for (const offset of elements(register)) device.write(offset, 4, 0x0000_00a3, access);
      }
      const saved = device.save();
      const described = device.describe();
      const other = benchFor(model).device;
      other.restore(structuredClone(saved) as never);
      other.settle();
      expect(other.save()).to.deep.equal(saved);
      expect(other.describe()).to.deep.equal(described);
    });

    it('takes whatever a guest does, at any time, is where its image says, and can be saved then', () => {
      const random = new Random(1);
      const { device, access, wait, clock } = benchFor(model);
      const { words, plain } = device.image!;
      const plainWords = [...plain.keys()].filter((word) => plain[word] === 1);
      const widths = [4, 4, 4, 2, 1] as const;
      const registers = Object.values(model.registers);
      for (let n = 0; n < 5000; n++) {
        const register = random.one(registers);
        const width = random.one(widths);
        const at = register.at + random.below(register.count) * register.strideBytes + width * random.below(4 / width);
        const value = random.one([0, 1, 2 ** random.below(32), random.below(2 ** 16), 0xffff_ffff]);
        if (random.below(3) > 0) device.write(at, width, width === 4 ? value : value & (2 ** (8 * width) - 1), access);
        else expect(device.read(at, width, access)).to.be.within(0, 2 ** (8 * width) - 1);
        if (random.below(4) === 0) wait(random.one([1, 1000, 30_000, 5_000_000]));
        // What is plain is the same for everybody, and reading it changes and reports nothing.
        const word = random.one(plainWords);
        const errors = device.guestErrors;
        const anybody = { cpu: random.below(2), secure: random.below(2) === 0, privileged: random.below(2) === 0 };
        expect(device.read(4 * word, 4, anybody), `offset 0x${(4 * word).toString(16)}`).to.equal(words[word]);
        expect(device.guestErrors).to.equal(errors);
      }
      const other = benchFor(model);
      other.wait(clock.now());
      other.device.restore(structuredClone(device.save()) as never);
      other.device.settle();
      expect(other.device.describe()).to.deep.equal(device.describe());
    });

    it('answers reserved offsets with zero and a report', () => {
      const { device, access, problems } = benchFor(model);
      const used = new Set(
        Object.values(model.registers).flatMap((r) =>
          Array.from({ length: r.count }, (_, i) => r.at + i * r.strideBytes),
        ),
      );
      const free = Array.from({ length: model.sizeBytes / 4 }, (_, i) => 4 * i).find((offset) => !used.has(offset))!;
      expect(device.read(free, 4, access)).to.equal(0);
      device.read(free, 4, access);
      expect(problems).to.deep.equal([`read of reserved offset 0x${free.toString(16)}`]);
      expect(device.guestErrors).to.equal(2);
    });
  });
}

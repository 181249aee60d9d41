/** Tests of machines/*.yaml: rows from Arm DUI 0447J, DUI 0575, DUI 0604 and from QEMU's vexpress-a15. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { catalogue } from '../../../lib/devices/catalogue.ts';
import {
  bundledMachines,
  machinesDirectory,
  machineSchema,
  readDescription,
} from '../../../lib/machine/description/index.ts';

describe('bundled machines', () => {
  it('are listed without the parts that they share', () => {
    expect(bundledMachines()).to.deep.equal(['fvp-ve-a15x1', 'vexpress-a15']);
  });

  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(machineSchema(catalogue));
  for (const name of [...bundledMachines(), 've-rs1']) {
    it(`${name} follows the JSON Schema`, () => {
      const written: unknown = parse(readFileSync(join(machinesDirectory(), `${name}.yaml`), 'utf8'));
      expect(validate(written), JSON.stringify(validate.errors)).to.equal(true);
    });
  }

  for (const name of bundledMachines()) {
    describe(name, () => {
      const map: [device: string, at: number, spis: number[]][] = [
        ['sysregs', 0x1c01_0000, []],
        ['aaci', 0x1c04_0000, [11]],
        ['mci', 0x1c05_0000, [9, 10]],
        ['kmi0', 0x1c06_0000, [12]],
        ['kmi1', 0x1c07_0000, [13]],
        ['uart0', 0x1c09_0000, [5]],
        ['uart1', 0x1c0a_0000, [6]],
        ['uart2', 0x1c0b_0000, [7]],
        ['uart3', 0x1c0c_0000, [8]],
        ['timer0', 0x1c11_0000, [2]],
        ['timer1', 0x1c12_0000, [3]],
        ['rtc', 0x1c17_0000, [4]],
        ['clcd', 0x1c1f_0000, [14]],
        ['gic', 0x2c00_1000, []],
      ];
      for (const [device, at, spis] of map) {
        it(`has ${device} at 0x${at.toString(16)} with SPIs [${spis.join(', ')}]`, async () => {
          const { devices } = await readDescription(name, { catalogue });
          expect(devices.find((it) => it.name === device)).to.deep.include({ at, spis });
        });
      }

      it('sees NOR flash 0 at 0x08000000 and at 0', async () => {
        const { memory } = await readDescription(name, { catalogue });
        const flash = memory.find((it) => it.name === 'flash0');
        expect(flash).to.deep.include({ at: 0x800_0000, aliases: [0], sizeBytes: 2 ** 26, kind: 'flash' });
      });
    });
  }

  it('differ as the boards do', async () => {
    const [fvp, qemu] = await Promise.all(
      ['fvp-ve-a15x1', 'vexpress-a15'].map((name) => readDescription(name, { catalogue })),
    );
    expect(fvp!.cluster).to.include({ security: true, virtualization: true, counterHz: 100_000_000 });
    expect(qemu!.cluster).to.include({ security: false, virtualization: true, counterHz: 62_500_000 });
    const names = (machine: typeof fvp): Set<string> =>
      new Set([...machine!.devices, ...machine!.memory].map((it) => it.name));
    expect([...names(fvp)].filter((it) => !names(qemu).has(it))).to.deep.equal(['sysctl', 'watchdog']);
    expect([...names(qemu)].filter((it) => !names(fvp).has(it))).to.deep.equal(['psram']);
    const part = (machine: typeof fvp): unknown =>
      machine!.devices.find((it) => it.name === 'mci')?.properties.partNumber;
    expect([part(fvp), part(qemu)]).to.deep.equal([0x180, 0x181]);
  });

  it('take the names of Fast Models', async () => {
    const overrides = [
      'cluster.NUM_CORES=2',
      'motherboard.flashloader0.fname=/rom.bin',
      'cluster.cpu0.vfp-enable_at_reset=1',
    ];
    const machine = await readDescription('fvp-ve-a15x1', { catalogue, overrides });
    expect(machine.cluster).to.include({ cpus: 2, vfpEnabled: true });
    expect(machine.memory.find((it) => it.name === 'flash0')?.file).to.equal('/rom.bin');
  });

  it('can have more memory than lies below 4 GiB, which table formats of 40 bits reach', async () => {
    const { memory } = await readDescription('vexpress-a15', { catalogue, memory: '3GiB' });
    expect(memory.find((it) => it.name === 'dram')?.sizeBytes).to.equal(3 * 2 ** 30);
  });
});

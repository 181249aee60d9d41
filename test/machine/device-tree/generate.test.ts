/** The tree that is made of a description: what Linux's bindings ask for, and nothing that `dtc` warns of. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { catalogue } from '../../../lib/devices/catalogue.ts';
import { readDeviceTree, writeDeviceTree } from '../../../lib/image/index.ts';
import { bundledMachines, readDescription } from '../../../lib/machine/description/index.ts';
import { deviceTreeSource, generateDeviceTree } from '../../../lib/machine/device-tree/index.ts';
import { needs } from '../../tools/requirements.ts';
import { randomMachine } from './random-machine.ts';

const treeOf = async (name: string, overrides: string[] = []) =>
  generateDeviceTree(await readDescription(name, { catalogue, overrides }));

describe('a generated device tree', () => {
  it('says where a device is, what it interrupts with, and which clocks feed it', async () => {
    const { root } = await treeOf('vexpress-a15');
    const uart = root.find('serial@1c0a0000')!;
    expect(uart.strings('compatible')).to.deep.equal(['arm,pl011', 'arm,primecell']);
    expect(uart.cells('reg')).to.deep.equal([0, 0x1c0a_0000, 0, 0x1000]);
    expect(uart.cells('interrupts')).to.deep.equal([0, 6, 4]);
    expect(uart.strings('clock-names')).to.deep.equal(['uartclk', 'apb_pclk']);
    const clock = root.children.find((node) => node.cell('phandle') === uart.cell('clocks'))!;
    expect(clock.cell('clock-frequency')).to.equal(24_000_000);
    expect(root.find('aliases')!.string('serial1')).to.equal('/serial@1c0a0000');
    expect(root.find('chosen')!.string('stdout-path')).to.equal('/serial@1c090000');
  });

  it('has the four frames of the GIC and its maintenance interrupt with the Virtualization Extensions, else two', async () => {
    const gic = (await treeOf('vexpress-a15')).root.find('interrupt-controller')!;
    expect(gic.cells('reg')!.filter((_, index) => index % 2 === 1)).to.deep.equal([
      ...[0x2c00_1000, 0x1000, 0x2c00_2000, 0x2000, 0x2c00_4000, 0x2000, 0x2c00_6000, 0x2000],
    ]);
    expect(gic.cells('interrupts')).to.deep.equal([1, 9, 0x108]);
    const plain = (await treeOf('vexpress-a15', ['cluster.virtualization=false'])).root.find('interrupt-controller')!;
    expect(plain.cells('reg')).to.have.length(8);
    expect(plain.cells('interrupts')).to.equal(undefined);
  });

  it('follows the description: CPUs, RAM, places and numbers', async () => {
    const { root } = await treeOf('vexpress-a15', [
      ...['cluster.cpus=4', 'dram.at=0x10_0000_0000', 'dram.size=3GiB', 'uart0.at=0x1d000000', 'uart0.spi=100'],
    ]);
    expect(root.find('cpus')!.children.map(({ name }) => name)).to.deep.equal(['cpu@0', 'cpu@1', 'cpu@2', 'cpu@3']);
    expect(root.find('timer')!.cells('interrupts')!.slice(0, 3)).to.deep.equal([1, 13, 0xf08]);
    expect(root.find('memory@1000000000')!.cells('reg')).to.deep.equal([0x10, 0, 0, 0xc000_0000]);
    expect(root.find('serial@1d000000')!.cells('interrupts')).to.deep.equal([0, 100, 4]);
  });

  it('has flash, by what the driver of memory-mapped flash asks for', async () => {
    const { root } = await treeOf('vexpress-a15');
    const flash = root.find('flash@c000000')!;
    expect(flash.string('compatible')).to.equal('cfi-flash');
    expect(flash.cells('reg')).to.deep.equal([0, 0xc00_0000, 0, 0x400_0000]);
    expect(flash.cell('bank-width')).to.equal(4);
  });

  it('knows power off as a function of the board', async () => {
    const { root } = await treeOf('vexpress-a15');
    const bus = root.find('mcc')!;
    expect(bus.cell('arm,vexpress,config-bridge')).to.equal(root.find('sysreg')!.cell('phandle'));
    expect(bus.find('shutdown')!.cells('arm,vexpress-sysreg,func')).to.deep.equal([8, 0]);
  });
});

describe('dtc on generated device trees', () => {
  needs('dtc');
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'armhyp-tree-'))));
  after(() => rmSync(folder, { recursive: true }));

  function dtc(from: 'dts' | 'dtb', to: 'dts' | 'dtb', input: string | Uint8Array): { stdout: string; stderr: string } {
    const [source, result] = [join(folder, `in.${from}`), join(folder, `out.${to}`)];
    writeFileSync(source, input);
    const { stderr } = spawnSync('dtc', ['-I', from, '-O', to, '-o', result, source], { encoding: 'utf8' });
    return { stdout: readFileSync(result, 'latin1'), stderr };
  }

  const machines = [...bundledMachines(), ...[3, 4, 5, 6, 7].map((seed) => `seed ${seed}`)];
  for (const name of machines)
    it(`has nothing to warn of, and finds the source and the blob alike: ${name}`, async () => {
      const file = join(folder, 'machine.yaml');
      const seed = /^seed (\d+)$/.exec(name)?.[1];
      if (seed !== undefined) writeFileSync(file, randomMachine(Number(seed)));
      const tree = await treeOf(seed === undefined ? name : file);
      const blob = writeDeviceTree(tree);
      expect(dtc('dtb', 'dts', blob).stderr).to.equal('');
      const compiled = dtc('dts', 'dtb', deviceTreeSource(tree));
      expect(compiled.stderr).to.equal('');
      const again = readDeviceTree(Buffer.from(compiled.stdout, 'latin1'), 'compiled');
      expect(Buffer.compare(writeDeviceTree(again), blob)).to.equal(0);
    });
});

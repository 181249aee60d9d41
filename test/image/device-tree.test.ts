/** Tests of device trees: lib/image/{device-tree,fdt,boot-edits}.ts, rows from the Devicetree Specification 0.4. */
import { execFileSync, spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { editForBoot, ImageError, readDeviceTree, toCells, writeDeviceTree } from '../../lib/image/index.ts';
import { blob, reread, tree } from './samples.ts';

describe('device tree blobs', () => {
  it('are read and written back to the same bytes, reservations included', () => {
    const first = blob();
    const again = reread(first);
    expect(again.reservations).to.deep.equal([{ address: 0x8100_0000n, sizeBytes: 0x1000n }]);
    expect(writeDeviceTree(again)).to.deep.equal(first);
  });

  it('have their parts aligned: 8 bytes for the reservations, 4 for the structure (5.1)', () => {
    const view = new DataView(blob().buffer);
    expect(view.getUint32(16) % 8).to.equal(0);
    expect(view.getUint32(8) % 4).to.equal(0);
    expect(view.getUint32(4)).to.equal(view.byteLength);
  });

  it('get spare bytes at their end when asked', () => {
    const roomy = writeDeviceTree(tree(), 4096);
    expect(roomy.length).to.equal(blob().length + 4096);
    expect(writeDeviceTree(reread(roomy))).to.deep.equal(blob());
  });

  it('keep a property without a value, and one of odd length', () => {
    const it = tree();
    it.root.properties.set('dma-coherent', new Uint8Array(0));
    it.root.properties.set('odd', new Uint8Array([1, 2, 3]));
    const { root } = reread(writeDeviceTree(it));
    expect([...root.properties.get('dma-coherent')!]).to.deep.equal([]);
    expect([...root.properties.get('odd')!]).to.deep.equal([1, 2, 3]);
    expect(root.cells('odd')).to.equal(undefined);
  });

  it('are refused when cut off anywhere', () => {
    const whole = blob();
    for (let length = 0; length < whole.length; length++)
      expect(() => readDeviceTree(whole.subarray(0, length), 'a.dtb'), `${length}`).to.throw(ImageError);
  });

  it('are what dtc reads and writes', function () {
    if (spawnSync('dtc', ['--version']).error) this.skip();
    const again = execFileSync('dtc', ['-q', '-I', 'dtb', '-O', 'dtb', '-'], { input: blob() });
    expect(new Uint8Array(again)).to.deep.equal(blob());
  });
});

describe('tree nodes', () => {
  it('are found by path, with or without their unit address', () => {
    const { root } = tree();
    expect(root.find('cpus/cpu@1')?.cell('reg')).to.equal(1);
    expect(root.find('/memory')?.name).to.equal('memory@80000000');
    expect(root.find('/')).to.equal(root);
    expect(root.find('soc/uart')).to.equal(undefined);
  });

  it('give strings and lists of strings', () => {
    const { root } = tree();
    expect(root.strings('compatible')).to.deep.equal(['arm,vexpress,v2p-ca15,tc1', 'arm,vexpress']);
    expect(root.string('compatible')).to.equal('arm,vexpress,v2p-ca15,tc1');
    expect(root.string('#address-cells')).to.equal(undefined);
    expect(root.string('model')).to.equal(undefined);
  });

  it('split numbers into cells, the most significant first (2.2.4)', () => {
    expect(toCells(0x8_1234_5678, 2)).to.deep.equal([8, 0x1234_5678]);
    expect(toCells(0x8000_0000, 1)).to.deep.equal([0x8000_0000]);
  });
});

describe('edits of a boot program', () => {
  it('set the arguments and the ramdisk in /chosen, making it if there is none', () => {
    const it = tree();
    editForBoot(it, { bootArguments: 'console=ttyAMA0', initrd: { address: 0x8800_0000, sizeBytes: 0x1234 } });
    const chosen = reread(writeDeviceTree(it)).root.find('chosen');
    expect(chosen?.string('bootargs')).to.equal('console=ttyAMA0');
    expect(chosen?.cells('linux,initrd-start')).to.deep.equal([0x8800_0000]);
    expect(chosen?.cells('linux,initrd-end')).to.deep.equal([0x8800_1234]);
  });

  it('set the range of memory in as many cells as the root says, and leave one such node', () => {
    const it = tree();
    it.root.childOrNew('memory@880000000').setStrings('device_type', 'memory');
    editForBoot(it, { ram: { address: 0x8000_0000, sizeBytes: 0x1_0000_0000 } });
    expect(it.root.children.map(({ name }) => name)).to.deep.equal(['cpus', 'memory@80000000']);
    expect(it.root.find('memory')?.cells('reg')).to.deep.equal([0, 0x8000_0000, 1, 0]);
  });

  it('take 2 and 1 cells where the root says nothing (2.3.5)', () => {
    const it = tree();
    it.root.properties.clear();
    editForBoot(it, { ram: { address: 0x8000_0000, sizeBytes: 0x1000_0000 } });
    expect(it.root.find('memory')?.cells('reg')).to.deep.equal([0, 0x8000_0000, 0x1000_0000]);
  });

  it('remove the CPUs that the machine does not have, and invent none', () => {
    const names = (cpus: number): string[] => {
      const it = tree();
      editForBoot(it, { cpus });
      return it.root.find('cpus')!.children.map(({ name }) => name);
    };
    expect(names(1)).to.deep.equal(['cpu@0']);
    expect(names(4)).to.deep.equal(['cpu@0', 'cpu@1']);
  });

  it('change nothing that was not asked for', () => {
    const it = tree();
    editForBoot(it, {});
    expect(writeDeviceTree(it)).to.deep.equal(blob());
  });
});

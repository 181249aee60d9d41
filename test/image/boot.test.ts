/** Tests of lib/image/boot.ts: rows from Linux's booting.rst and from what QEMU's direct boot does. */
import { expect } from 'chai';
import {
  type BootImages,
  type BootPlacement,
  type DeviceTree,
  editForBoot,
  ImageError,
  planBoot,
  TreeNode,
} from '../../lib/image/index.ts';
import { elf, reread, tree, uImage, zImage } from './samples.ts';

const MiB = 2 ** 20;
const board = (sizeBytes: number, cpus = 1): BootPlacement => ({
  ram: { address: 0x8000_0000, sizeBytes },
  memory: [
    { name: 'rom', address: 0, sizeBytes: 0x1_0000 },
    { name: 'sram', address: 0x2e00_0000, sizeBytes: 0x1_0000 },
    { name: 'dram', address: 0x8000_0000, sizeBytes },
  ],
  cpus,
  machineType: 0x8e0,
  zImageOffset: 0x10000,
  imageOffset: 0x8000,
  modulesOffset: 128 * MiB,
  treeOffset: 0,
  secondaries: { pen: 0x2e00_0000, release: 0x1c01_0030, cpuInterface: 0x2c00_2000 },
});
const kernel = { file: 'zImage', bytes: zImage(5 * MiB, 20 * MiB) };
const initrd = { file: 'initrd', bytes: new Uint8Array(0x1001) };
const places = (images: BootImages, placement: BootPlacement): [string, number][] =>
  planBoot(images, placement).pieces.map(({ name, address }) => [name, address]);

describe('boot plan', () => {
  const usual: [ram: number, modules: number][] = [
    [2048 * MiB, 0x8800_0000],
    [512 * MiB, 0x8800_0000],
    [128 * MiB, 0x8400_0000],
  ];
  for (const [ram, modules] of usual) {
    it(`puts a zImage at RAM + 64 KB, ramdisk and tree at the lower of 128 MB and half of ${ram / MiB} MB`, () => {
      expect(places({ kernel, initrd, deviceTree: tree() }, board(ram))).to.deep.equal([
        ['zImage', 0x8001_0000],
        ['initrd', modules],
        ['device tree', modules + 0x2000],
      ]);
    });
  }

  it('puts the tree alone there when there is no ramdisk', () => {
    expect(places({ kernel, deviceTree: tree() }, board(1024 * MiB))[1]).to.deep.equal(['device tree', 0x8800_0000]);
  });

  it('keeps clear of the decompressed kernel and of the room that decompressing takes', () => {
    const address = places({ kernel, initrd, deviceTree: tree() }, board(40 * MiB))[1]![1];
    expect(address).to.be.within(0x8000_8000 + 25 * MiB, 0x8000_0000 + 40 * MiB);
  });

  it('hands over 0, the machine type and the tree in r0, r1 and r2 (booting.rst, 5)', () => {
    const { starts, linux } = planBoot({ kernel, deviceTree: tree() }, board(512 * MiB));
    expect(starts).to.deep.equal([{ entry: 0x8001_0000, registers: [0, 0x8e0, 0x8800_0000] }]);
    expect(linux).to.equal(true);
  });

  it('tells the kernel of arguments, ramdisk, RAM and CPUs in the tree', () => {
    const plan = planBoot({ kernel, initrd, deviceTree: tree(), bootArguments: 'quiet' }, board(512 * MiB));
    const { root } = reread(plan.pieces.at(-1)!.bytes);
    expect(root.find('chosen')?.string('bootargs')).to.equal('quiet');
    expect(root.find('chosen')?.cells('linux,initrd-start')).to.deep.equal([0x8800_0000]);
    expect(root.find('chosen')?.cells('linux,initrd-end')).to.deep.equal([0x8800_1001]);
    expect(root.find('memory')?.cells('reg')).to.deep.equal([0, 0x8000_0000, 0, 0x2000_0000]);
    expect(root.find('cpus')?.children).to.have.length(1);
  });

  it('lets the other CPUs of a Linux kernel wait in a loop that names GICC and the release register', () => {
    const { starts, pieces } = planBoot({ kernel, deviceTree: tree() }, board(512 * MiB, 2));
    expect(starts[1]).to.deep.equal({ entry: 0x2e00_0000, registers: [0, 0, 0] });
    const loop = pieces.find(({ address }) => address === 0x2e00_0000)!.bytes;
    expect([...new Uint32Array(loop.buffer).slice(-2)]).to.deep.equal([0x2c00_2000, 0x1c01_0030]);
  });

  it('starts every CPU of an ELF program at its entry with r0 to r2 zero, the tree at the start of RAM', () => {
    const program = { file: 'a.elf', bytes: elf({ virtualAddress: 0x8000_8000 }) };
    const { starts, pieces, linux } = planBoot({ kernel: program, deviceTree: tree() }, board(512 * MiB, 2));
    expect(starts).to.deep.equal(Array(2).fill({ entry: 0x8000_8000, registers: [0, 0, 0] }));
    expect(pieces.map(({ address }) => address)).to.deep.equal([0x8000_8000, 0x8000_0000]);
    expect(linux).to.equal(false);
  });

  it('puts the tree of an ELF program elsewhere if the program lies at the start of RAM', () => {
    const program = { file: 'a.elf', bytes: elf() };
    expect(places({ kernel: program, deviceTree: tree() }, board(512 * MiB))[1]).to.deep.equal([
      'device tree',
      0x8800_0000,
    ]);
  });

  it('puts a plain Image at RAM + 32 KB (booting.rst, 4a) and a uImage where it says', () => {
    const image = { file: 'Image', bytes: new Uint8Array(0x1000) };
    expect(planBoot({ kernel: image }, board(512 * MiB)).starts[0]?.entry).to.equal(0x8000_8000);
    const wrapped = { file: 'uImage', bytes: uImage(zImage(0x1000)) };
    const plan = planBoot({ kernel: wrapped }, board(512 * MiB));
    expect([plan.pieces[0]?.address, plan.starts[0]?.entry]).to.deep.equal([0x8000_8000, 0x8000_8040]);
  });

  it('loads further files: programs where they say, others at their address', () => {
    const loads = [
      { file: 'b.elf', bytes: elf({ virtualAddress: 0xa000_0000 }) },
      { file: 'c.bin', bytes: new Uint8Array(4), at: 0x9000_0000 },
      { file: 'd.elf', bytes: elf(), at: 0x9100_0000 },
    ];
    const plan = planBoot({ loads }, board(1024 * MiB));
    expect(plan.pieces.map(({ address }) => address)).to.deep.equal([0xa000_0000, 0x9000_0000, 0x9100_0000]);
    expect(plan.starts[0]?.entry).to.equal(0xa000_0000);
  });

  it('leaves the CPUs at their reset vector when nothing names an entry', () => {
    const loads = [{ file: 'rom', bytes: new Uint8Array(4), at: 0 }];
    expect(planBoot({ loads }, board(512 * MiB)))
      .to.include({ linux: false })
      .and.have.deep.property('starts', []);
  });

  it('lets an image go over the border of two memories that touch', () => {
    const memory = [0x1000, 0].map((address) => ({ name: 'half', address, sizeBytes: 0x1000 }));
    const loads = [{ file: 'x', bytes: new Uint8Array(0x2000), at: 0 }];
    expect(places({ loads }, { ...board(MiB), memory })).to.deep.equal([['x', 0]]);
  });

  const bytes = new Uint8Array(16);
  const wrong: [BootImages, string][] = [
    [
      { kernel: { file: 'k.gz', bytes: new Uint8Array([0x1f, 0x8b, 8, 0]) } },
      'k.gz: this is a gzip file; decompress it',
    ],
    [{ kernel, initrd }, 'initrd: the guest learns of modules and of arguments from its device tree'],
    [{ kernel, bootArguments: 'x' }, 'zImage: the guest learns of modules'],
    [
      { kernel: { file: 'big', bytes: zImage(513 * MiB) } },
      'big: this would lie from 0x8001_0000 to 0xa011_0000, RAM from 0x8000_0000 to 0xa000_0000; give the machine more memory',
    ],
    [{ kernel, loads: [{ file: 'x', bytes }] }, 'x: this has no address of its own; say where it goes: x@0x80000000'],
    [
      { kernel, loads: [{ file: 'x', bytes, at: 0x8001_0010 }] },
      'x: this lies from 0x8001_0010, where zImage ends only at 0x8051_0000; load one of them elsewhere',
    ],
    [
      { kernel: { file: 'p.elf', bytes: elf({ virtualAddress: 0x5000_0000 }) } },
      'p.elf: this would lie from 0x5000_0000 to 0x5000_0108, and there is no memory at 0x5000_0000; ' +
        'there is rom from 0x0 to 0x0001_0000, sram from 0x2e00_0000 to 0x2e01_0000, dram from 0x8000_0000 to 0xa000_0000',
    ],
    [
      { loads: [{ file: 'x', bytes, at: 0x9fff_fff8 }] },
      'x: this would lie from 0x9fff_fff8 to 0xa000_0008, and there is no memory at 0xa000_0000; there is rom',
    ],
    [
      {
        kernel,
        modules: [
          { file: 'm', bytes, at: 0, kind: 'kernel' },
          { file: 'n', bytes, at: 0x1_0000, kind: 'x' },
        ],
        deviceTree: tree(),
      },
      'n: this would lie from 0x0001_0000 to 0x0001_0010, and there is no memory at 0x0001_0000; there is rom',
    ],
  ];
  for (const [images, message] of wrong)
    it(`says "${message}"`, () => expect(() => planBoot(images, board(512 * MiB))).to.throw(ImageError, message));
});

describe('boot modules', () => {
  const cells = (tree: DeviceTree, path: string): number[] | undefined => tree.root.find(path)?.cells('reg');

  it('are nodes of /chosen, with the kind, the place and the arguments of each', () => {
    const tree: DeviceTree = { root: new TreeNode(''), reservations: [], bootCpu: 0 };
    const ram = { address: 0x9000_0000, sizeBytes: 0x1_2345 };
    editForBoot(tree, {
      modules: [
        { ...ram, kind: 'kernel', bootArguments: 'console=hvc0 a:b' },
        { kind: 'ramdisk', address: 0x9d00_0000, sizeBytes: 16 },
      ],
    });
    const kernel = tree.root.find('chosen/module@90000000')!;
    expect(kernel.strings('compatible')).to.deep.equal(['multiboot,kernel', 'multiboot,module']);
    expect(kernel.string('bootargs')).to.equal('console=hvc0 a:b');
    expect(cells(tree, 'chosen/module@90000000')).to.deep.equal([0, 0x9000_0000, 0, 0x1_2345]);
    expect(cells(tree, 'chosen/module@9d000000')).to.deep.equal([0, 0x9d00_0000, 0, 16]);
  });

  it('take the cells that /chosen has', () => {
    const tree: DeviceTree = { root: new TreeNode(''), reservations: [], bootCpu: 0 };
    const chosen = tree.root.childOrNew('chosen');
    chosen.setCells('#address-cells', 1);
    chosen.setCells('#size-cells', 1);
    editForBoot(tree, { modules: [{ kind: 'ramdisk', address: 0x9d00_0000, sizeBytes: 16 }] });
    expect(cells(tree, 'chosen/module@9d000000')).to.deep.equal([0x9d00_0000, 16]);
  });
});

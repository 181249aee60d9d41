/**
 * Plans a start from guest images: what lies where in RAM, and how each CPU begins.
 * Linux, Documentation/arch/arm/booting.rst (4, 5): registers, where kernel, ramdisk and device tree may lie. Kernel,
 * ramdisk and tree get the addresses that QEMU's direct kernel boot gives them, so that runs can be compared.
 */
import { type BootModule, editForBoot, type MemoryRange } from './boot-edits.ts';
import { detectImage } from './detect.ts';
import type { DeviceTree } from './device-tree.ts';
import { type ElfImage, readElf } from './elf.ts';
import { writeDeviceTree } from './fdt.ts';
import { type HoldingPen, holdingPen } from './holding-pen.ts';
import { hex, ImageError } from './image-error.ts';
import { readUImage } from './uimage.ts';
import { readZImage } from './zimage.ts';

export interface GuestFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What the user gives. */
export interface BootImages {
  /** An ELF program, or a Linux kernel as zImage, uImage or plain Image. */
  readonly kernel?: GuestFile | undefined;
  readonly initrd?: GuestFile | undefined;
  /** Edited in place. */
  readonly deviceTree?: DeviceTree | undefined;
  readonly bootArguments?: string | undefined;
  /** Files for a hypervisor's guests, which the device tree names. */
  readonly modules?: readonly (GuestFile & Pick<BootModule, 'kind' | 'bootArguments'> & { readonly at: number })[];
  /** ELF programs go where they say, anything with an address goes there as it is. */
  readonly loads?: readonly (GuestFile & { readonly at?: number | undefined })[];
}

/** What the machine's description says; offsets are bytes from the start of RAM. */
export interface BootPlacement {
  readonly ram: MemoryRange;
  /** All that images may lie in, at each of its addresses. */
  readonly memory: readonly (MemoryRange & { readonly name: string })[];
  readonly cpus: number;
  /** Linux's number of the board, handed over in r1. */
  readonly machineType: number;
  readonly zImageOffset: number;
  readonly imageOffset: number;
  /** Ramdisk and device tree lie from here, or from the middle of RAM if that is lower. */
  readonly modulesOffset: number;
  /** The device tree of an ELF program. */
  readonly treeOffset: number;
  /** Without one, every CPU starts at the kernel's entry. */
  readonly secondaries?: HoldingPen | undefined;
}

/** Bytes for physical memory: `bytes` at `address`, then zeros up to `sizeBytes`. */
export interface Piece {
  readonly name: string;
  readonly address: number;
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
}

/** How one CPU begins; bit 0 of a physical entry address stands for Thumb. */
export interface CpuStart {
  readonly entry: number;
  readonly registers: readonly [r0: number, r1: number, r2: number];
}

export interface BootPlan {
  readonly pieces: readonly Piece[];
  /** One per CPU; empty if nothing names an entry, then the CPUs start at their reset vector. */
  readonly starts: readonly CpuStart[];
  /** Whether Linux's boot protocol applies, which may ask for another state than reset gives. */
  readonly linux: boolean;
}

/** Where Linux decompresses itself to, from the start of RAM (arch/arm/Makefile, `textofs-y`). */
const TEXT_OFFSET = 0x8000;
/** What the decompressor needs around itself: its stack, heap and page tables (arch/arm/boot/compressed/head.S). */
const DECOMPRESSOR_BYTES = 2 ** 20;
/** Kernels grow this much at most when decompressed (kexec-tools assumes the same where a zImage does not say). */
const GROWTH = 5;
const PAGE_BYTES = 4096;
/** Trees of boards have 10 to 60 KB. */
const TREE_ROOM_BYTES = 2 ** 16;
const NOTHING = new Uint8Array(0);

interface Kernel {
  readonly file: string;
  readonly pieces: readonly Piece[];
  readonly entry: number;
  readonly linux: boolean;
  /** First byte after all that it surely occupies, and after all that it may occupy. */
  readonly end: number;
  readonly likelyEnd: number;
}

/** Plans a start; throws an ImageError when an image is damaged, does not fit, lies upon another, or where no memory is. */
export function planBoot(images: BootImages, placement: BootPlacement): BootPlan {
  const { ram } = placement;
  const { initrd, deviceTree, loads = [], modules = [] } = images;
  const pieces: Piece[] = [];
  let kernel = images.kernel && placeKernel(images.kernel, placement);
  if (kernel) pieces.push(...kernel.pieces);
  for (const { at, ...load } of loads) {
    if (at !== undefined) pieces.push(piece(load.file, at, load.bytes));
    else if (detectImage(load.bytes) === 'elf') {
      const elf = placeElf(load);
      pieces.push(...elf.pieces);
      kernel ??= elf;
    } else
      throw new ImageError(load.file, 'this has no address of its own', `say where it goes: ${load.file}@0x80000000`);
  }
  for (const { file, at, bytes } of modules) pieces.push(piece(file, at, bytes));
  if (!deviceTree && (initrd || modules.length > 0 || images.bootArguments !== undefined))
    throw new ImageError(
      initrd?.file ?? modules[0]?.file ?? images.kernel?.file ?? 'kernel arguments',
      'the guest learns of modules and of arguments from its device tree, and there is none',
      'give the device tree too',
    );

  const ramdisk = initrd && unwrapRamdisk(initrd);
  const edit = (address: number): Uint8Array => {
    if (!deviceTree) return NOTHING;
    const range = ramdisk && { address, sizeBytes: ramdisk.bytes.length };
    const { bootArguments } = images;
    const placed = modules.map(({ at, bytes, ...module }) => ({ ...module, address: at, sizeBytes: bytes.length }));
    editForBoot(deviceTree, { bootArguments, initrd: range, ram, cpus: placement.cpus, modules: placed });
    return writeDeviceTree(deviceTree);
  };
  const start = Math.ceil(modulesAt(kernel, placement, ramdisk?.bytes.length ?? 0) / PAGE_BYTES) * PAGE_BYTES;
  const tree = edit(start);
  if (ramdisk) pieces.push(inside(ram, piece(ramdisk.file, start, ramdisk.bytes)));
  let treeAddress = 0;
  if (deviceTree) {
    const low = piece('device tree', ram.address + placement.treeOffset, tree);
    // Kernels may overwrite the page that a ramdisk ends in, so the tree begins in the next one.
    const high = piece(
      'device tree',
      Math.ceil((start + (ramdisk?.bytes.length ?? 0)) / PAGE_BYTES) * PAGE_BYTES,
      tree,
    );
    const chosen = !kernel?.linux && !pieces.some((other) => overlap(low, other)) ? low : high;
    pieces.push(inside(ram, chosen));
    treeAddress = chosen.address;
  }
  const pen = kernel?.linux && placement.cpus > 1 ? placement.secondaries : undefined;
  if (pen) pieces.push(piece('loop of the secondary CPUs', pen.pen, holdingPen(pen)));
  refuseOverlap(pieces);
  for (const each of pieces) refuseOutside(placement.memory, each);
  return { pieces, starts: kernel ? startsOf(kernel, treeAddress, placement, pen) : [], linux: kernel?.linux ?? false };
}

function startsOf(kernel: Kernel, tree: number, placement: BootPlacement, pen: HoldingPen | undefined): CpuStart[] {
  // booting.rst, 5: r0 is 0, r1 the machine type, r2 the device tree. An ELF program gets zeros.
  const first: CpuStart = {
    entry: kernel.entry,
    registers: kernel.linux ? [0, placement.machineType, tree] : [0, 0, 0],
  };
  const other: CpuStart = pen ? { entry: pen.pen, registers: [0, 0, 0] } : first;
  return Array.from({ length: placement.cpus }, (_, cpu) => (cpu === 0 ? first : other));
}

function placeKernel(kernel: GuestFile, placement: BootPlacement): Kernel {
  const { ram } = placement;
  switch (detectImage(kernel.bytes)) {
    case 'elf':
      return placeElf(kernel);
    case 'zimage':
      return placeZImage(kernel, ram.address + placement.zImageOffset, ram);
    case 'uimage': {
      const it = readUImage(kernel.bytes, kernel.file);
      if (it.contents !== 'kernel')
        throw new ImageError(
          kernel.file,
          `this uImage holds a ${it.contents}`,
          'a kernel is made by mkimage -T kernel',
        );
      const inner = { file: kernel.file, bytes: it.bytes };
      const placed =
        detectImage(it.bytes) === 'zimage'
          ? placeZImage(inner, it.loadAddress, ram)
          : placeImage(inner, it.loadAddress, ram);
      return { ...placed, entry: it.entry };
    }
    case 'gzip':
      throw new ImageError(kernel.file, 'this is a gzip file', `decompress it first: gunzip ${kernel.file}`);
    case 'fdt':
      throw new ImageError(kernel.file, 'this is a device tree, not a kernel', 'give it as the device tree');
    case 'raw':
      return placeImage(kernel, ram.address + placement.imageOffset, ram);
  }
}

function placeElf({ file, bytes }: GuestFile): Kernel {
  const elf: ElfImage = readElf(bytes, file);
  const pieces = elf.segments.map((segment) => ({
    name: file,
    address: segment.physicalAddress,
    sizeBytes: segment.sizeBytes,
    bytes: segment.bytes,
  }));
  const end = Math.max(...pieces.map(endOf));
  return { file, pieces, entry: elf.physicalEntry, linux: false, end, likelyEnd: end };
}

function placeZImage({ file, bytes }: GuestFile, at: number, ram: MemoryRange): Kernel {
  const zImage = readZImage(bytes, file);
  const sizeBytes = Math.max(bytes.length, zImage.sizeBytes);
  const placed = inside(ram, { ...piece(file, at, bytes), sizeBytes });
  // It decompresses to the start of RAM, having moved itself behind the result if it lay in the way.
  const room = (kernelBytes: number): number =>
    Math.max(endOf(placed), ram.address + TEXT_OFFSET + kernelBytes + sizeBytes + DECOMPRESSOR_BYTES);
  const likelyEnd = room(zImage.kernelBytes ?? bytes.length * GROWTH);
  const end = zImage.kernelBytes === undefined ? endOf(placed) : likelyEnd;
  return { file, pieces: [placed], entry: at, linux: true, end, likelyEnd };
}

function placeImage({ file, bytes }: GuestFile, at: number, ram: MemoryRange): Kernel {
  const placed = inside(ram, piece(file, at, bytes));
  // Its zeroed data follow; the file does not say how many.
  return {
    file,
    pieces: [placed],
    entry: at,
    linux: true,
    end: endOf(placed),
    likelyEnd: endOf(placed) + bytes.length,
  };
}

function modulesAt(kernel: Kernel | undefined, { ram, modulesOffset }: BootPlacement, moduleBytes: number): number {
  const usual = ram.address + Math.min(modulesOffset, Math.floor(ram.sizeBytes / 2));
  if (!kernel) return usual;
  const room = moduleBytes + TREE_ROOM_BYTES;
  if (!kernel.linux) {
    const modules = { name: '', address: usual, sizeBytes: room, bytes: NOTHING };
    return kernel.pieces.some((it) => overlap(it, modules)) ? Math.max(usual, kernel.end) : usual;
  }
  const behind = Math.max(usual, kernel.likelyEnd);
  return behind + room <= ram.address + ram.sizeBytes ? behind : Math.max(usual, kernel.end);
}

function unwrapRamdisk(initrd: GuestFile): GuestFile {
  if (detectImage(initrd.bytes) !== 'uimage') return initrd;
  return { file: initrd.file, bytes: readUImage(initrd.bytes, initrd.file).bytes };
}

const piece = (name: string, address: number, bytes: Uint8Array): Piece => ({
  name,
  address,
  sizeBytes: bytes.length,
  bytes,
});

const endOf = (it: Piece): number => it.address + it.sizeBytes;

const overlap = (a: Piece, b: Piece): boolean =>
  a.sizeBytes > 0 && b.sizeBytes > 0 && a.address < endOf(b) && b.address < endOf(a);

function inside(ram: MemoryRange, it: Piece): Piece {
  const ramEnd = ram.address + ram.sizeBytes;
  if (it.address >= ram.address && endOf(it) <= ramEnd) return it;
  throw new ImageError(
    it.name,
    `this would lie from ${hex(it.address)} to ${hex(endOf(it))}, RAM from ${hex(ram.address)} to ${hex(ramEnd)}`,
    'give the machine more memory',
  );
}

function refuseOutside(memory: BootPlacement['memory'], it: Piece): void {
  for (let at = it.address; at < endOf(it);) {
    const region = memory.find(({ address, sizeBytes }) => at >= address && at < address + sizeBytes);
    if (region === undefined) {
      const regions = memory.map(
        ({ name, address, sizeBytes }) => `${name} from ${hex(address)} to ${hex(address + sizeBytes)}`,
      );
      throw new ImageError(
        it.name,
        `this would lie from ${hex(it.address)} to ${hex(endOf(it))}, and there is no memory at ${hex(at)}`,
        `there is ${regions.join(', ')}`,
      );
    }
    at = region.address + region.sizeBytes;
  }
}

function refuseOverlap(pieces: readonly Piece[]): void {
  const sorted = pieces.filter((it) => it.sizeBytes > 0).sort((a, b) => a.address - b.address);
  for (const [index, it] of sorted.entries()) {
    const next = sorted[index + 1];
    // Segments of one program may share a page's worth of bytes: the later one wins, as in the file.
    if (next && next.name !== it.name && overlap(it, next))
      throw new ImageError(
        next.name,
        `this lies from ${hex(next.address)}, where ${it.name} ends only at ${hex(endOf(it))}`,
        'load one of them elsewhere',
      );
  }
}

/** Small guest images for tests, laid out field by field as their formats say. */
import { readDeviceTree, TreeNode, writeDeviceTree, type DeviceTree } from '../../lib/image/index.ts';

const words = (little: boolean, ...values: number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint32(index * 4, value, little));
  return bytes;
};

const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

export interface ElfSample {
  machine?: number;
  class?: number;
  data?: number;
  type?: number;
  entry?: number;
  virtualAddress?: number;
  physicalAddress?: number;
  memoryBytes?: number;
  code?: Uint8Array;
}

/** An ELF file with one loadable segment and the symbols `_start` (function) and `answer` (object). */
export function elf(given: ElfSample = {}): Uint8Array {
  const code = given.code ?? words(true, 0xe1a00000, 0xeafffffe);
  const virtualAddress = given.virtualAddress ?? 0x8000_0000;
  const strings = Buffer.from('\0_start\0answer\0$a\0');
  const codeAt = 52 + 32;
  const symbolsAt = codeAt + code.length;
  const stringsAt = symbolsAt + 4 * 16;
  const sectionsAt = stringsAt + strings.length;
  const ident = [0x7f, 0x45, 0x4c, 0x46, given.class ?? 1, given.data ?? 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const half = (low: number, high: number): number => (low | (high << 16)) >>> 0;
  return join(
    new Uint8Array(ident),
    words(
      true,
      half(given.type ?? 2, given.machine ?? 40),
      1,
      given.entry ?? virtualAddress,
      52,
      sectionsAt,
      0x0500_0000,
    ),
    words(true, half(52, 32), half(1, 40), half(3, 0)),
    words(true, 1, codeAt, virtualAddress, given.physicalAddress ?? virtualAddress),
    words(true, code.length, given.memoryBytes ?? code.length + 0x100, 5, 4),
    code,
    words(true, 0, 0, 0, 0),
    words(true, 15, virtualAddress, 0, half(0, 1)),
    words(true, 1, virtualAddress, 8, half(2, 1)),
    words(true, 8, virtualAddress + 8, 4, half(1, 1)),
    new Uint8Array(strings),
    words(true, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    words(true, 0, 2, 0, 0, symbolsAt, 4 * 16, 2, 1, 4, 16),
    words(true, 0, 3, 0, 0, stringsAt, strings.length, 0, 0, 1, 0),
  );
}

/** A zImage of so many bytes; with `kernelBytes` it says how large the kernel is, of which 0x1000 are zeroed data. */
export function zImage(sizeBytes: number, kernelBytes?: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  const view = new DataView(bytes.buffer);
  const put = (at: number, ...values: number[]): void =>
    values.forEach((value, index) => view.setUint32(at + index * 4, value, true));
  put(0x24, 0x016f2818, 0, sizeBytes, 0x04030201);
  if (kernelBytes !== undefined) {
    put(0x34, 0x45454545, 0x40);
    put(0x40, 2, 0, 6, 0x5a534c4b, 0x60, 0x1000, 0x8000, 0x10000, 0);
    put(0x60, kernelBytes - 0x1000);
  }
  return bytes;
}

/** A uImage for Arm around some bytes; type 2 is a kernel, 3 a ramdisk. */
export function uImage(
  inside: Uint8Array,
  given: { type?: number; compression?: number; arch?: number } = {},
): Uint8Array {
  const name = new Uint8Array(32);
  name.set(Buffer.from('Linux'));
  return join(
    words(false, 0x27051956, 0, 0, inside.length, 0x8000_8000, 0x8000_8040, 0),
    new Uint8Array([5, given.arch ?? 2, given.type ?? 2, given.compression ?? 0]),
    name,
    inside,
  );
}

/** A tree as boards have it: two CPUs, memory, `#address-cells` and `#size-cells` of 2, one reservation. */
export function tree(): DeviceTree {
  const root = new TreeNode('');
  root.setCells('#address-cells', 2);
  root.setCells('#size-cells', 2);
  root.setStrings('compatible', 'arm,vexpress,v2p-ca15,tc1', 'arm,vexpress');
  const cpus = root.childOrNew('cpus');
  for (const cpu of [0, 1]) {
    const node = cpus.childOrNew(`cpu@${cpu}`);
    node.setStrings('device_type', 'cpu');
    node.setCells('reg', cpu);
  }
  const memory = root.childOrNew('memory@80000000');
  memory.setStrings('device_type', 'memory');
  memory.setCells('reg', 0, 0x8000_0000, 0, 0x4000_0000);
  return { root, reservations: [{ address: 0x8100_0000n, sizeBytes: 0x1000n }], bootCpu: 0 };
}

export const blob = (): Uint8Array => writeDeviceTree(tree());
export const reread = (bytes: Uint8Array): DeviceTree => readDeviceTree(bytes, 'again.dtb');

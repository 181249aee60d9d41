/**
 * What a boot program changes in a device tree before it hands it on.
 * Devicetree Specification 0.4, 3.4 (memory), 3.6 (chosen), 3.8 (cpus);
 * Linux, Documentation/arch/arm/booting.rst (4b).
 */
import { type DeviceTree, toCells, type TreeNode } from './device-tree.ts';

export interface MemoryRange {
  readonly address: number;
  readonly sizeBytes: number;
}

/** A file in memory that a hypervisor starts a guest from (Xen, docs/misc/arm/device-tree/booting.txt). */
export interface BootModule extends MemoryRange {
  /** What it is to the hypervisor: `kernel`, `ramdisk`, or another word after `multiboot,`. */
  readonly kind: string;
  readonly bootArguments?: string | undefined;
}

/** Edits only what is given; RAM and initial ramdisk are physical ranges. */
export interface BootEdits {
  readonly bootArguments?: string | undefined;
  readonly initrd?: MemoryRange | undefined;
  readonly ram?: MemoryRange | undefined;
  /** Nodes of CPUs beyond so many go; a tree that has fewer stays as it is. */
  readonly cpus?: number | undefined;
  readonly modules?: readonly BootModule[];
}

/** Changes the tree in place as asked. */
export function editForBoot(tree: DeviceTree, edits: BootEdits): void {
  const { root } = tree;
  if (edits.bootArguments !== undefined) root.childOrNew('chosen').setStrings('bootargs', edits.bootArguments);
  if (edits.initrd) {
    const { address, sizeBytes } = edits.initrd;
    const chosen = root.childOrNew('chosen');
    const cells = address + sizeBytes >= 2 ** 32 ? 2 : 1;
    chosen.setCells('linux,initrd-start', ...toCells(address, cells));
    chosen.setCells('linux,initrd-end', ...toCells(address + sizeBytes, cells));
  }
  for (const module of edits.modules ?? []) addModule(root, module);
  if (edits.ram) setMemory(root, edits.ram);
  if (edits.cpus !== undefined) keepCpus(root, edits.cpus);
}

/** Modules take the cells of `/chosen`, which it has from the first of them on. */
function addModule(root: TreeNode, { address, sizeBytes, kind, bootArguments }: BootModule): void {
  const chosen = root.childOrNew('chosen');
  if (!chosen.properties.has('#address-cells')) chosen.setCells('#address-cells', 2);
  if (!chosen.properties.has('#size-cells')) chosen.setCells('#size-cells', 2);
  const cells = (name: string): number => Math.min(chosen.cell(name) ?? 2, 4);
  const node = chosen.childOrNew(`module@${address.toString(16)}`);
  node.setStrings('compatible', `multiboot,${kind}`, 'multiboot,module');
  node.setCells('reg', ...toCells(address, cells('#address-cells')), ...toCells(sizeBytes, cells('#size-cells')));
  if (bootArguments !== undefined) node.setStrings('bootargs', bootArguments);
}

const isMemory = (node: TreeNode): boolean => node.string('device_type') === 'memory' || /^memory(@|$)/.test(node.name);

function setMemory(root: TreeNode, { address, sizeBytes }: MemoryRange): void {
  const nodes = root.children.filter(isMemory);
  const node = nodes[0] ?? root.childOrNew(`memory@${address.toString(16)}`);
  root.removeChildren((child) => child !== node && nodes.includes(child));
  node.setStrings('device_type', 'memory');
  // 2.3.5: a root without these has 2 and 1.
  const addressCells = Math.min(root.cell('#address-cells') ?? 2, 4);
  const sizeCells = Math.min(root.cell('#size-cells') ?? 1, 4);
  node.setCells('reg', ...toCells(address, addressCells), ...toCells(sizeBytes, sizeCells));
}

function keepCpus(root: TreeNode, count: number): void {
  let seen = 0;
  const isCpu = (node: TreeNode): boolean => node.string('device_type') === 'cpu' || node.name.startsWith('cpu@');
  root.child('cpus')?.removeChildren((node) => isCpu(node) && ++seen > count);
}

/**
 * A device tree as a small model: nodes, and properties as bytes with typed views of them.
 * Devicetree Specification 0.4, 2.2 (names, values) and 2.3.5 (`#address-cells`).
 */

/** A node; children and properties keep the order of the file. */
export class TreeNode {
  /** With its unit address: `memory@80000000`; empty for the root. */
  readonly name: string;
  readonly properties = new Map<string, Uint8Array>();
  readonly children: TreeNode[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Finds a child by its full name, or by its name without a unit address; undefined if there is none. */
  child(name: string): TreeNode | undefined {
    return (
      this.children.find((child) => child.name === name) ?? this.children.find((child) => baseName(child) === name)
    );
  }

  /** Finds a node below this one by a path such as `cpus/cpu@0`; undefined if there is none. */
  find(path: string): TreeNode | undefined {
    const names = path.split('/').filter((name) => name !== '');
    return names.reduce<TreeNode | undefined>((node, name) => node?.child(name), this);
  }

  /** Finds a child, or adds an empty one at the end. */
  childOrNew(name: string): TreeNode {
    const found = this.child(name);
    if (found) return found;
    const added = new TreeNode(name);
    this.children.push(added);
    return added;
  }

  /** Removes children; returns how many. */
  removeChildren(unwanted: (child: TreeNode) => boolean): number {
    const kept = this.children.filter((child) => !unwanted(child));
    const removed = this.children.length - kept.length;
    if (removed > 0) this.children.splice(0, this.children.length, ...kept);
    return removed;
  }

  /** The property's 32-bit cells; undefined if it is missing or its length is no multiple of 4. */
  cells(name: string): number[] | undefined {
    const bytes = this.properties.get(name);
    if (!bytes || bytes.length % 4 !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4));
  }

  /** The property's first cell; undefined if there is none. */
  cell(name: string): number | undefined {
    return this.cells(name)?.[0];
  }

  setCells(name: string, ...cells: readonly number[]): void {
    const bytes = new Uint8Array(cells.length * 4);
    const view = new DataView(bytes.buffer);
    cells.forEach((cell, index) => view.setUint32(index * 4, cell));
    this.properties.set(name, bytes);
  }

  /** The property's strings; undefined if it is missing, empty or does not end in a zero byte. */
  strings(name: string): string[] | undefined {
    const bytes = this.properties.get(name);
    if (bytes?.at(-1) !== 0) return undefined;
    return Buffer.from(bytes).toString('utf8').slice(0, -1).split('\0');
  }

  /** The property's first string; undefined if there is none. */
  string(name: string): string | undefined {
    return this.strings(name)?.[0];
  }

  setStrings(name: string, ...strings: readonly string[]): void {
    this.properties.set(name, new Uint8Array(Buffer.from(strings.map((string) => `${string}\0`).join(''), 'utf8')));
  }
}

const baseName = (node: TreeNode): string => node.name.replace(/@.*/s, '');

/** A region that the boot program must leave alone (Devicetree Specification 0.4, 5.3). */
export interface Reservation {
  readonly address: bigint;
  readonly sizeBytes: bigint;
}

export interface DeviceTree {
  readonly root: TreeNode;
  readonly reservations: readonly Reservation[];
  /** Physical ID of the boot CPU, as the header has it. */
  readonly bootCpu: number;
}

/** Splits a number of up to 53 bits into so many cells, the most significant first. */
export function toCells(value: number, cells: number): number[] {
  const result: number[] = [];
  for (let index = 0, rest = value; index < cells; index++, rest = Math.floor(rest / 2 ** 32))
    result.unshift(rest % 2 ** 32);
  return result;
}

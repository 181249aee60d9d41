/** A device tree as source text that people read and `dtc` compiles (Devicetree Specification 0.4, chapter 6). */
import type { DeviceTree, TreeNode } from '../../image/index.ts';

/** Shows a tree as source; a value is text if it looks like text, else cells, else bytes. */
export function deviceTreeSource({ root, reservations }: DeviceTree): string {
  const reserved = reservations.map(({ address, sizeBytes }) => `/memreserve/ ${big(address)} ${big(sizeBytes)};\n`);
  const targets = new Map<number, Target>();
  collectTargets(root, '', targets);
  return `/dts-v1/;\n\n${reserved.join('')}${nodeLines(root, '', targets).join('\n')}\n`;
}

/** Properties of references, and the property of a target that says how many cells follow the reference to it. */
const references: Readonly<Record<string, string | null>> = {
  clocks: '#clock-cells',
  'interrupt-parent': null,
  'arm,vexpress,config-bridge': null,
  'remote-endpoint': null,
  'vmmc-supply': null,
};

interface Target {
  readonly path: string;
  readonly node: TreeNode;
}

function collectTargets(node: TreeNode, path: string, targets: Map<number, Target>): void {
  const phandle = node.cell('phandle');
  if (phandle !== undefined) targets.set(phandle, { path: path === '' ? '/' : path, node });
  for (const child of node.children) collectTargets(child, `${path}/${child.name}`, targets);
}

const big = (value: bigint): string => `0x${value.toString(16)}`;
const hex = (value: number): string => `0x${value.toString(16)}`;

function nodeLines(node: TreeNode, indent: string, targets: ReadonlyMap<number, Target>): string[] {
  const inner = `${indent}\t`;
  const properties = [...node.properties.keys()].map((name) => {
    const value = name in references ? referencesOf(node.cells(name), references[name]!, targets) : undefined;
    return `${inner}${name}${value ?? valueOf(node.properties.get(name)!)};`;
  });
  const children = node.children.flatMap((child) => ['', ...nodeLines(child, inner, targets)]);
  const lines = [...properties, ...children];
  return [`${indent}${node.name || '/'} {`, ...(lines[0] === '' ? lines.slice(1) : lines), `${indent}};`];
}

/** Cells with references written as paths; undefined where one has no target. */
function referencesOf(
  cells: readonly number[] | undefined,
  countedBy: string | null,
  targets: ReadonlyMap<number, Target>,
): string | undefined {
  const words: string[] = [];
  for (let index = 0; cells !== undefined && index < cells.length;) {
    const target = targets.get(cells[index++]!);
    if (target === undefined) return undefined;
    words.push(`&{${target.path}}`);
    const more = countedBy === null ? 0 : (target.node.cell(countedBy) ?? 0);
    for (const end = index + more; index < Math.min(end, cells.length); index++) words.push(hex(cells[index]!));
  }
  return words.length === 0 ? undefined : ` = <${words.join(' ')}>`;
}

function valueOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  const text = Buffer.from(bytes).toString('latin1');
  if (/^([\x20-\x7e]+\0)+$/.test(text)) {
    const strings = text.slice(0, -1).split('\0');
    return ` = ${strings.map((each) => `"${each.replace(/["\\]/g, '\\$&')}"`).join(', ')}`;
  }
  const digits = Buffer.from(bytes).toString('hex');
  if (bytes.length % 4 !== 0) return ` = [${digits.replace(/..(?=.)/g, '$& ')}]`;
  const cells = digits.match(/.{8}/g)!.map((cell) => hex(Number.parseInt(cell, 16)));
  return ` = <${cells.join(' ')}>`;
}

/**
 * The guest's device tree, made from a machine's description and from what the models of its devices declare: machine
 * and guest cannot disagree. Devicetree Specification 0.4, chapters 2 and 3.
 */
import { basename } from 'node:path';
import { itself, type CompanionNode, type Reference, type TreeBinding, type TreeValue } from '../../device/binding.ts';
import { type DeviceTree, toCells, TreeNode } from '../../image/index.ts';
import { flashBinding } from '../../devices/flash/nor-flash.ts';
import type { DeviceDescription, MachineDescription, MemoryDescription } from '../description/index.ts';
import { cpusNode, privateInterrupt, timerNode } from './cortex-a15.ts';

/** Linux, include/dt-bindings/interrupt-controller/arm-gic.h. */
const GIC_SPI = 0;
const LEVEL_HIGH = 4;
/** Cells of an address and of a size: physical addresses have 40 bits. */
const CELLS = 2;

interface Bound {
  readonly device: DeviceDescription;
  readonly binding: TreeBinding;
  readonly node: TreeNode;
  /** The phandles of the binding's labels. */
  readonly labels: Map<string, number>;
}

/** Makes the tree; boot arguments, ramdisk and modules come to it when a guest is loaded. */
export function generateDeviceTree(machine: MachineDescription): DeviceTree {
  return new Generator(machine).tree();
}

class Generator {
  readonly #machine: MachineDescription;
  readonly #root = new TreeNode('');
  readonly #clocks = new Map<number, TreeNode>();
  #phandles = 0;

  constructor(machine: MachineDescription) {
    this.#machine = machine;
  }

  tree(): DeviceTree {
    const { cluster, memory, boot, name, summary } = this.#machine;
    const root = this.#root;
    root.setStrings('model', summary);
    root.setStrings('compatible', ...(boot.compatible ?? [`armhyp,${basename(name).replace(/\.ya?ml$/, '')}`]));
    root.setCells('#address-cells', CELLS);
    root.setCells('#size-cells', CELLS);
    const bound = this.#machine.devices.flatMap((device): Bound[] => {
      const binding = device.model.deviceTree?.(device.properties);
      const at = device.at.toString(16);
      return binding ? [{ device, binding, node: new TreeNode(`${binding.node}@${at}`), labels: new Map() }] : [];
    });
    const controller = bound.find(({ binding }) => binding.properties?.['interrupt-controller'] === true);
    if (controller) root.setCells('interrupt-parent', this.#phandleOf(controller.node));

    const chosen = root.childOrNew('chosen');
    const aliases = this.#aliases(bound);
    const console = bound.find(({ device }) => device.name === boot.console);
    if (console) chosen.setStrings('stdout-path', `/${console.node.name}`);
    if (aliases.properties.size > 0) root.children.push(aliases);
    const ram = memory.find((it) => it.name === boot.ram)!;
    const ramNode = root.childOrNew(`memory@${ram.at.toString(16)}`);
    ramNode.setStrings('device_type', 'memory');
    ramNode.setCells('reg', ...toCells(ram.at, CELLS), ...toCells(ram.sizeBytes, CELLS));
    root.children.push(cpusNode(cluster));
    if (controller) root.children.push(timerNode(cluster));
    for (const each of bound) this.#fill(each, controller !== undefined);
    root.children.push(...this.#clocks.values(), ...memory.flatMap((each) => this.#flash(each)));
    root.children.push(...bound.map(({ node }) => node));
    for (const each of bound)
      for (const companion of each.binding.companions ?? []) root.children.push(this.#companion(companion, each));
    return { root, reservations: [], bootCpu: cluster.clusterId << 8 };
  }

  #fill(bound: Bound, controlled: boolean): void {
    const { device, binding, node } = bound;
    const { at, sizeBytes, spis } = device;
    node.setStrings('compatible', ...binding.compatible);
    const windows = binding.windows ?? [[0, sizeBytes]];
    node.setCells(
      'reg',
      ...windows.flatMap(([offset, bytes]) => [...toCells(at + offset, CELLS), ...toCells(bytes, CELLS)]),
    );
    const interrupts = spis.slice(0, binding.interrupts).flatMap((spi) => [GIC_SPI, spi, LEVEL_HIGH]);
    if (binding.privateInterrupt !== undefined)
      interrupts.push(...privateInterrupt(binding.privateInterrupt, this.#machine.cluster.cpus));
    if (controlled && interrupts.length > 0) node.setCells('interrupts', ...interrupts);
    const clocks = Object.entries(binding.clocks ?? {});
    if (clocks.length > 0) {
      node.setCells('clocks', ...clocks.map(([, hz]) => this.#phandleOf(this.#clock(hz))));
      node.setStrings('clock-names', ...clocks.map(([name]) => name));
    }
    this.#set(node, binding.properties ?? {}, bound);
    node.children.push(...(binding.children ?? []).map((child) => this.#companion(child, bound)));
  }

  #flash({ kind, at, sizeBytes }: MemoryDescription): TreeNode[] {
    if (kind !== 'flash') return [];
    const node = new TreeNode(`${flashBinding.node}@${at.toString(16)}`);
    node.setStrings('compatible', ...flashBinding.compatible);
    node.setCells('reg', ...toCells(at, CELLS), ...toCells(sizeBytes, CELLS));
    node.setCells('bank-width', flashBinding.bankWidth);
    return [node];
  }

  #aliases(bound: readonly Bound[]): TreeNode {
    const aliases = new TreeNode('aliases');
    const counts = new Map<string, number>();
    for (const { binding, node } of bound) {
      if (binding.alias === undefined) continue;
      const number = counts.get(binding.alias) ?? 0;
      counts.set(binding.alias, number + 1);
      aliases.setStrings(`${binding.alias}${number}`, `/${node.name}`);
    }
    return aliases;
  }

  /** The one fixed clock of this rate (Linux, bindings/clock/fixed-clock.yaml). */
  #clock(hz: number): TreeNode {
    const known = this.#clocks.get(hz);
    if (known) return known;
    const node = new TreeNode(`clock-${hz}`);
    node.setStrings('compatible', 'fixed-clock');
    node.setCells('#clock-cells', 0);
    node.setCells('clock-frequency', hz);
    this.#clocks.set(hz, node);
    return node;
  }

  #companion({ node: name, label, properties, children = [] }: CompanionNode, bound: Bound): TreeNode {
    const node = new TreeNode(name);
    if (label !== undefined) node.setCells('phandle', this.#phandleOfLabel(label, bound));
    this.#set(node, properties, bound);
    node.children.push(...children.map((child) => this.#companion(child, bound)));
    return node;
  }

  #set(node: TreeNode, properties: Readonly<Record<string, TreeValue>>, bound: Bound): void {
    for (const [name, value] of Object.entries(properties)) {
      if (value === true) node.setCells(name);
      else if (value === itself) node.setCells(name, this.#phandleOf(bound.node));
      else if (isReference(value)) node.setCells(name, this.#phandleOfLabel(value.label, bound));
      else if (typeof value === 'string') node.setStrings(name, value);
      else if (value instanceof Uint8Array) node.properties.set(name, value);
      else if (isTexts(value)) node.setStrings(name, ...value);
      else node.setCells(name, ...value);
    }
  }

  /** A label may be referred to before its node is made. */
  #phandleOfLabel(label: string, { labels }: Bound): number {
    const phandle = labels.get(label) ?? ++this.#phandles;
    labels.set(label, phandle);
    return phandle;
  }

  #phandleOf(node: TreeNode): number {
    const known = node.cell('phandle');
    if (known !== undefined) return known;
    node.setCells('phandle', ++this.#phandles);
    return this.#phandles;
  }
}

const isReference = (value: TreeValue): value is Reference => typeof value === 'object' && 'label' in value;
const isTexts = (value: readonly string[] | readonly number[]): value is readonly string[] =>
  typeof value[0] === 'string';

/**
 * What a device-tree binding says of a kind of device (Linux, Documentation/devicetree/bindings): the facts of its node
 * that do not follow from where a machine has it. Addresses, interrupts and references are filled in by the machine.
 */

/** A property: a flag, texts, cells, bytes, or a reference. */
export type TreeValue = true | string | readonly string[] | readonly number[] | Uint8Array | typeof itself | Reference;

/** Stands for a reference (phandle) to the node of the device. */
export const itself: unique symbol = Symbol.for('armhyp:itself');

/** Stands for a reference (phandle) to a node of the same binding, by its label. */
export interface Reference {
  readonly label: string;
}
export const reference = (label: string): Reference => ({ label });

/** A node that a binding wants beside or below the device's own; a name without a unit address. */
export interface CompanionNode {
  readonly node: string;
  /** By which references of the same binding find it. */
  readonly label?: string;
  readonly properties: Readonly<Record<string, TreeValue>>;
  readonly children?: readonly CompanionNode[];
}

export interface TreeBinding {
  /** The generic name of the node (Devicetree Specification 0.4, 2.2.2): `serial`. */
  readonly node: string;
  readonly compatible: readonly string[];
  /** Clocks that feed it, in hertz by their `clock-names`, in the binding's order. */
  readonly clocks?: Readonly<Record<string, number>>;
  /** The windows that `reg` lists, as offset and size in bytes; the device's whole window if left out. */
  readonly windows?: readonly (readonly [offset: number, sizeBytes: number])[];
  /** How many of its outputs the binding knows; all that a description connects if left out. */
  readonly interrupts?: number;
  /** A private interrupt that belongs to it, by its ID of 16 to 31. */
  readonly privateInterrupt?: number;
  readonly properties?: Readonly<Record<string, TreeValue>>;
  /** Devices with one word here are numbered by it in `/aliases`, in the order of the description. */
  readonly alias?: string;
  /** Nodes below the device's own. */
  readonly children?: readonly CompanionNode[];
  /** Nodes of the root that belong to this one. */
  readonly companions?: readonly CompanionNode[];
}

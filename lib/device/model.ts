/** A kind of device: all that machines, the monitor and the documentation know about it. */
import type { Clock } from '../clock/clock.ts';
import type { TreeBinding } from './binding.ts';
import type { RegisterImage } from './image.ts';
import type { Line } from './line.ts';
import type { MmioDevice } from './mmio.ts';
import type { RegisterBlock } from './registers.ts';

/** The form that a string must have. */
export interface Pattern {
  readonly form: RegExp;
  readonly example: string;
}

export interface Property {
  /** `frequency` is in hertz, `size` in bytes; both are whole numbers once read. A `path` is absolute then, or empty. */
  readonly type: 'integer' | 'boolean' | 'string' | 'path' | 'frequency' | 'size';
  readonly default: number | boolean | string;
  /** Of a string, all that it may be. */
  readonly choices?: readonly string[];
  readonly pattern?: Pattern;
  readonly summary: string;
}
export type Properties = Readonly<Record<string, Property>>;

type Value<T extends Property['type']> = T extends 'boolean' ? boolean : T extends 'string' | 'path' ? string : number;

/** The values of declared properties, by name. */
export type Values<P extends Properties> = { readonly [K in keyof P]: Value<P[K]['type']> };

/** One end of a character connection, for UARTs. */
export interface CharacterPort {
  /** Takes a byte that the guest sends. */
  write(byte: number): void;
  /** Called with each byte for the guest; the device sets it. */
  onReceive: (byte: number) => void;
}

/** A keyboard's user, who types. */
export interface KeyboardPort {
  /** Called with text that is typed; the device sets it. */
  onText: (text: string) => void;
}

/** The cable of an Ethernet controller. Frames are without their check sequence. */
export interface NetworkPort {
  /** Whether there is somebody at the other end. */
  readonly linked: boolean;
  send(frame: Uint8Array): void;
  /** Called with each frame for the guest; the device sets it. */
  onFrame: (frame: Uint8Array) => void;
}

/** Physical memory as a device sees it that reads and writes by itself. */
export interface MemoryPort {
  /** Copies bytes; undefined if some of them are no memory. */
  read(address: number, lengthBytes: number): Uint8Array | undefined;
  /** Returns false, and writes nothing, if some of the bytes are no memory. */
  write(address: number, bytes: Uint8Array): boolean;
}

/** A file that holds what a disk or another store holds. */
export interface StorePort {
  readonly sizeBytes: number;
  /** False if the file can only be read. */
  readonly writable: boolean;
  read(offset: number, lengthBytes: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
}

/** Who listens to what is played. */
export interface SoundPort {
  /** Takes samples of 16 bits, left and right in turn, at so many pairs a second. */
  write(samples: Int16Array, rateHz: number): void;
}

/** What the host is to do with a character connection, unless the user says otherwise. */
export interface Terminal {
  /** The file that output goes to; empty for none. */
  readonly outFile: string;
  /** Whether each byte is written at once. */
  readonly unbufferedOutput: boolean;
  /** The run ends when the guest sends this; empty for never. */
  readonly shutdownTag: string;
}

/** The same as properties, for devices that have a terminal. */
export const terminalProperties = {
  outFile: { type: 'path', default: '', summary: 'the file that output goes to, unless --uart says otherwise' },
  unbufferedOutput: { type: 'boolean', default: false, summary: 'whether each byte is written to it at once' },
  shutdownTag: { type: 'string', default: '', summary: 'the run ends when the guest sends this' },
} as const satisfies Record<keyof Terminal, Property>;

/** What devices may ask of the world outside the machine. */
export interface HostPorts {
  /** Returns the character connection of a device, by the device's name. */
  character(deviceName: string, terminal?: Terminal): CharacterPort;
  /** Returns the keyboard of a device, by the device's name. */
  keyboard(deviceName: string): KeyboardPort;
  /** Returns the cable of a device, by the device's name. */
  network(deviceName: string): NetworkPort;
  readonly memory: MemoryPort;
  /** Opens a file; an empty path gives an empty store. Throws the system's error if it cannot be read. */
  store(path: string, readOnly: boolean): StorePort;
  /** Opens a file for what is played; with an empty path nobody listens. Throws the system's error if it cannot be written. */
  sound(path: string): SoundPort;
  /** Returns the wire of this name, DEVICE.OUTPUT: the same for the device that drives it and for who looks at it. */
  wire(name: string): Line;
  /** Asks for the machine to end; it ends after the access that caused this. */
  powerOff(): void;
  /** Asks for the machine to start again; it does so after the access that caused this. */
  reset(): void;
}

export interface DeviceContext<P extends Properties = Properties> {
  readonly name: string;
  readonly clock: Clock;
  /** Where the interrupt outputs go, by the names in `interrupts`; one that is missing goes nowhere. */
  readonly lines: Readonly<Record<string, Line>>;
  readonly properties: Values<P>;
  readonly host: HostPorts;
  /** Returns a place for so many words of registers; without it the device has one of its own. */
  image?(words: number): RegisterImage;
}

/** A device as a model builds it: it reports misuse, and may offer ports for other parts of the machine to connect to. */
export interface BuiltDevice<X = unknown> extends MmioDevice {
  readonly ports: X;
  /** Called at the first misuse of each kind and place by the guest, with one sentence; all are counted. */
  onGuestError: (problem: string) => void;
  readonly guestErrors: number;
}

export interface DeviceModel<P extends Properties = Properties, X = unknown> {
  /** The name by which a machine description asks for it. */
  readonly compatible: string;
  readonly summary: string;
  /** The manual. */
  readonly reference: string;
  readonly sizeBytes: number;
  readonly properties: P;
  /** Names of its interrupt outputs, in the order in which a description numbers them. */
  readonly interrupts: readonly string[];
  readonly registers: RegisterBlock;
  /** Returns what the guest's device tree says of it; a device without one is not in the tree. */
  deviceTree?(properties: Values<P>): TreeBinding;
  build(context: DeviceContext<P>): BuiltDevice<X>;
}

/** Returns the default value of every property. */
export function defaultValues<P extends Properties>(properties: P): Values<P> {
  return Object.fromEntries(Object.entries(properties).map(([key, { default: value }]) => [key, value])) as Values<P>;
}

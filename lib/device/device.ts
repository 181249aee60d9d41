/**
 * Devices from declarations: a register block (data), hooks (behaviour), one state object.
 *
 * `defineDevice` is the one way to write a device, in this project or outside it. Dispatch, access checks, narrow
 * accesses, the debugger's view, reset and save-state follow from the block; a hook is written only where a register
 * does more than hold its value. What a device holds is in its registers and its state object, and nowhere else.
 */
import type { Clock, ClockEvent } from '../clock/clock.ts';
import { hex } from '../bits/bits.ts';
import { unsharedImage, type RegisterImage } from './image.ts';
import { assignState, cloneState } from './state.ts';
import type { Line } from './line.ts';
import { debuggerAccess, type Access, type WidthBytes } from './mmio.ts';
import type { BuiltDevice, DeviceContext, DeviceModel, HostPorts, Properties, Values } from './model.ts';
import { layOut, type Layout } from './layout.ts';
import { maskOf, type Register, type RegisterBlock } from './registers.ts';
import { viewOf, type View } from './view.ts';

export type { Access, MmioDevice, WidthBytes } from './mmio.ts';

/** Gives the value of a register instead of the stored word. */
export type ReadHook = (index: number, access: Readonly<Access>) => number;
/** Takes a write instead of the stored word, masked already; it stores the word itself if the register holds it. */
export type WriteHook = (value: number, index: number, access: Readonly<Access>) => void;

/** What a device does beyond holding values. `index` is the element of an array register, else 0. */
export interface Behaviour<R extends RegisterBlock, X = unknown> {
  readonly read?: { readonly [K in keyof R]?: ReadHook };
  readonly write?: { readonly [K in keyof R]?: WriteHook };
  /** Derives line levels and events from registers and state; called after reset and restore. */
  readonly settle?: () => void;
  /** What other parts of the machine connect to. */
  readonly ports?: X;
}

/** What a device's behaviour is built from. */
export interface Parts<R extends RegisterBlock, S extends object, P extends Properties> {
  readonly name: string;
  readonly registers: View<R>;
  /** Always the same object: reset and restore change it in place. */
  readonly state: S;
  readonly clock: Clock;
  readonly properties: Values<P>;
  readonly host: HostPorts;
  /** Returns an output: one of the interrupts, or a wire that other devices may look at (`HostPorts.wire`). */
  line(name: string): Line;
  /** Creates an event on the clock; reset and restore cancel it, `settle` arms it again. */
  event(name: string, run: () => void): ClockEvent;
  /** Reports a misuse by the guest, once per text. */
  report(problem: string): void;
}

export interface DeviceDefinition<R extends RegisterBlock, S extends object, P extends Properties, X> extends Omit<
  DeviceModel<P, X>,
  'build' | 'registers'
> {
  readonly registers: R;
  /** Returns the state after reset: plain data and typed arrays. */
  readonly state: (properties: Values<P>) => S;
  readonly behave: (parts: Parts<R, S, P>) => Behaviour<R, X>;
}

/** Makes a device model from its declarations. Throws RangeError if registers overlap or leave the window. */
export function defineDevice<const R extends RegisterBlock, S extends object, const P extends Properties, X = unknown>(
  definition: DeviceDefinition<R, S, P, X>,
): DeviceModel<P, X> & { readonly registers: R } {
  const { compatible, summary, reference, sizeBytes, properties, interrupts, registers, deviceTree } = definition;
  const layout = layOut(registers, sizeBytes);
  const build = (context: DeviceContext<P>) => new Device(definition, layout, context);
  const model = { compatible, summary, reference, sizeBytes, properties, interrupts, registers, build };
  return deviceTree === undefined ? model : { ...model, deviceTree };
}

export interface Snapshot {
  /** Words that differ from reset, by register; arrays in full. */
  readonly registers: Readonly<Record<string, number[]>>;
  readonly state: unknown;
}

/** A memory-mapped device as `defineDevice` makes it. */
class Device<R extends RegisterBlock, S extends object, P extends Properties, X> implements BuiltDevice<X> {
  readonly name: string;
  readonly image: RegisterImage;
  readonly ports: X;
  onGuestError: (problem: string) => void = () => {};
  readonly #layout: Layout;
  readonly #words: Uint32Array;
  readonly #readers: (ReadHook | null)[];
  readonly #writers: (WriteHook | null)[];
  readonly #state: S;
  readonly #initialState: () => S;
  readonly #behaviour: Behaviour<R, X>;
  readonly #events: ClockEvent[] = [];
  readonly #reported = new Set<string>();
  #guestErrors = 0;

  constructor(definition: DeviceDefinition<R, S, P, X>, layout: Layout, context: DeviceContext<P>) {
    const { name, clock, properties, host } = context;
    this.name = name;
    this.#layout = layout;
    this.image = context.image?.(layout.resets.length) ?? unsharedImage(layout.resets.length);
    this.#words = this.image.words;
    this.#words.set(layout.resets);
    this.#initialState = () => definition.state(properties);
    this.#state = this.#initialState();
    const registers = viewOf(definition.registers, this.#words);
    this.#behaviour = definition.behave({
      name,
      registers,
      state: this.#state,
      clock,
      properties,
      host,
      line: (line) => context.lines[line] ?? host.wire(`${name}.${line}`),
      event: (event, run) => {
        const made = clock.event(`${name}.${event}`, run);
        this.#events.push(made);
        return made;
      },
      report: (problem) => this.#report(problem),
    });
    this.ports = this.#behaviour.ports ?? ({} as X);
    this.#readers = layout.keyOf.map((key) => this.#behaviour.read?.[key] ?? null);
    this.#writers = layout.keyOf.map((key) => this.#behaviour.write?.[key] ?? null);
    for (const [slot, word] of layout.wordOf.entries())
      this.image.plain[word] = this.#readers[slot] === null && layout.registerOf[slot]!.access !== 'wo' ? 1 : 0;
    this.settle();
  }

  get guestErrors(): number {
    return this.#guestErrors;
  }

  read(offset: number, widthBytes: WidthBytes, access: Readonly<Access>): number {
    const slot = this.#layout.slots[offset >>> 2];
    if (slot === undefined || slot < 0) return this.#refuse('read of reserved offset', offset);
    if (this.#layout.registerOf[slot]!.access === 'wo') return this.#refuse('read of write-only', offset);
    const word = this.#read(slot, offset >>> 2, access);
    return widthBytes === 4 ? word : narrowed(word, offset, widthBytes);
  }

  write(offset: number, widthBytes: WidthBytes, value: number, access: Readonly<Access>): void {
    const slot = this.#layout.slots[offset >>> 2];
    if (slot === undefined || slot < 0) return void this.#refuse('write of reserved offset', offset);
    const register = this.#layout.registerOf[slot]!;
    if (register.access === 'ro') return void this.#refuse('write of read-only', offset);
    let word = value;
    if (widthBytes !== 4) {
      const shift = 8 * (offset & 3);
      const ones = widthBytes === 1 ? 0xff : 0xffff;
      if (register.narrow === 'whole') {
        if (shift !== 0) return void this.#refuse('narrow write inside the register at', offset);
        word = value & ones;
      } else {
        word = (value & ones) << shift;
        if (register.narrow === 'merged') word |= this.#read(slot, offset >>> 2, access) & ~(ones << shift);
      }
    }
    word = (word & this.#layout.masks[slot]!) >>> 0;
    const writer = this.#writers[slot]!;
    if (writer === null) this.#words[offset >>> 2] = word;
    else writer(word, this.#layout.elementOf[slot]!, access);
  }

  peek(offset: number, widthBytes: WidthBytes, access = debuggerAccess): number | undefined {
    const slot = this.#layout.slots[offset >>> 2];
    if (slot === undefined || slot < 0) return 0;
    const register = this.#layout.registerOf[slot]!;
    if (register.access === 'wo' || register.destructive) return undefined;
    const word = this.#read(slot, offset >>> 2, access);
    return widthBytes === 4 ? word : narrowed(word, offset, widthBytes);
  }

  reset(): void {
    for (const event of this.#events) event.cancel();
    this.#words.set(this.#layout.resets);
    assignState(this.#state, this.#initialState());
    this.settle();
  }

  save(): Snapshot {
    const registers: Record<string, number[]> = {};
    for (const key of this.#layout.keys) {
      const words = this.#wordsOf(key);
      if (words.every((word) => this.#words[word] === this.#layout.resets[word])) continue;
      registers[key] = words.map((word) => this.#words[word]!);
    }
    return { registers, state: cloneState(this.#state) };
  }

  restore(snapshot: Snapshot): void {
    for (const event of this.#events) event.cancel();
    this.#words.set(this.#layout.resets);
    for (const key of this.#layout.keys) {
      const words = this.#wordsOf(key);
      snapshot.registers[key]?.forEach((value, i) => (this.#words[words[i]!] = value));
    }
    assignState(this.#state, cloneState(snapshot.state) as S);
  }

  settle(): void {
    this.#behaviour.settle?.();
  }

  describe(): string[] {
    const lines: string[] = [];
    for (const [slot, register] of this.#layout.registerOf.entries()) {
      const index = this.#layout.elementOf[slot]!;
      const at = register.at + index * register.strideBytes;
      const label = `${hex(at, 3)} ${this.#layout.keyOf[slot]}${register.array ? `[${index}]` : ''}`;
      const word = this.peek(at, 4);
      // Of an array only what was changed is worth a line; a distributor has hundreds.
      if (register.count > 8 && word === register.reset) continue;
      lines.push(word === undefined ? label : `${label} = ${hex(word, 8)}${decoded(register, word)}`);
    }
    return lines;
  }

  #read(slot: number, word: number, access: Readonly<Access>): number {
    const reader = this.#readers[slot]!;
    if (reader === null) return this.#words[word]!;
    return reader(this.#layout.elementOf[slot]!, access) >>> 0;
  }

  /** Where the elements of a register are. */
  #wordsOf(key: string): number[] {
    const { keyOf, registerOf, wordOf } = this.#layout;
    const first = keyOf.indexOf(key);
    return Array.from(wordOf.subarray(first, first + registerOf[first]!.count));
  }

  #refuse(what: string, offset: number): number {
    this.#report(`${what} 0x${hex(offset)}`);
    return 0;
  }

  #report(problem: string): void {
    this.#guestErrors++;
    // A guest that probes at random must not fill the host's memory.
    if (this.#reported.has(problem) || this.#reported.size >= MOST_REPORTS) return;
    this.#reported.add(problem);
    this.onGuestError(problem);
  }
}

const MOST_REPORTS = 1024;

function narrowed(word: number, offset: number, widthBytes: 1 | 2): number {
  return (word >>> (8 * (offset & 3))) & (widthBytes === 1 ? 0xff : 0xffff);
}

function decoded({ fields }: Register, word: number): string {
  return Object.entries(fields)
    .map(([key, field]) => {
      const value = (word & maskOf(field)) >>> field.low;
      return ` ${key}=${field.values?.[value] ?? value}`;
    })
    .join('');
}

/** Registers of a device by name, as its register block declares them and as one CPU would read them. Nothing changes. */
import { debuggerAccess } from '../device/mmio.ts';
import type { BuiltDevice } from '../device/model.ts';
import { maskOf, type RegisterBlock } from '../device/registers.ts';
import type { Machine } from '../machine/machine.ts';

export class DeviceRegisters {
  readonly #device: BuiltDevice;
  readonly #block: RegisterBlock;

  constructor(device: BuiltDevice, block: RegisterBlock) {
    this.#device = device;
    this.#block = block;
  }

  /** The registers of the only device of this kind; undefined if there is none. */
  static find({ description, devices }: Machine, compatible: string): DeviceRegisters | undefined {
    const found = description.devices.find((each) => each.compatible === compatible);
    const device = found && devices.get(found.name);
    return device && found.model.registers && new DeviceRegisters(device, found.model.registers);
  }

  /** A register, or the one with this number of an array; 0 where there is none. */
  word(name: string, index = 0, cpu = 0): number {
    const { at, strideBytes } = this.#block[name]!;
    return this.#device.peek(at + index * strideBytes, 4, { ...debuggerAccess, cpu }) ?? 0;
  }
  /** A field of a register, by its name. */
  field(name: string, field: string, index = 0, cpu = 0): number {
    const place = this.#block[name]!.fields[field]!;
    return (this.word(name, index, cpu) & maskOf(place)) >>> place.low;
  }
  /** A field as its declaration calls that value. */
  valueOf(name: string, field: string, index = 0, cpu = 0): string {
    const value = this.field(name, field, index, cpu);
    return this.#block[name]!.fields[field]!.values?.[value] ?? String(value);
  }
  /** A bit of an array that has one for each interrupt. */
  bit(name: string, id: number, cpu = 0): boolean {
    return ((this.word(name, id >>> 5, cpu) >>> (id & 31)) & 1) !== 0;
  }
  /** A byte of an array that has one for each interrupt. */
  byte(name: string, id: number, cpu = 0): number {
    return (this.word(name, id >>> 2, cpu) >>> (8 * (id & 3))) & 0xff;
  }
  /** The fields that are not zero, in words: `En State=pending EOICount=2`. */
  fields(name: string, index = 0, cpu = 0): string {
    return Object.entries(this.#block[name]!.fields)
      .filter(([field]) => this.field(name, field, index, cpu) !== 0)
      .map(([field, { high, low }]) => (high === low ? field : `${field}=${this.valueOf(name, field, index, cpu)}`))
      .join(' ');
  }
}

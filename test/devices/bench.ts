/** A workbench for one device: virtual time, wires, a character port that records, and one access to use again. */
import { Clock } from '../../lib/clock/clock.ts';
import { Line } from '../../lib/device/line.ts';
import type { WidthBytes } from '../../lib/device/mmio.ts';
import {
  defaultValues,
  type DeviceModel,
  type HostPorts,
  type Properties,
  type Values,
} from '../../lib/device/model.ts';

/** The path of an empty store. */
export const NO_FILE = 'none';

export function benchFor<P extends Properties, X>(model: DeviceModel<P, X>, overrides: Partial<Values<P>> = {}) {
  const clock = new Clock();
  const sent: number[] = [];
  const host: string[] = [];
  const memory = new Uint8Array(0x1_0000);
  const store = new Uint8Array(0x8_0000);
  const port = { write: (byte: number) => void sent.push(byte), onReceive: (_: number) => {} };
  const frames: Uint8Array[] = [];
  const cable = { linked: true, send: (frame: Uint8Array) => void frames.push(frame), onFrame: (_: Uint8Array) => {} };
  const keyboard = { onText: (_: string) => {} };
  const played: { samples: number[]; rateHz: number } = { samples: [], rateHz: 0 };
  const ports: HostPorts = {
    character: () => port,
    keyboard: () => keyboard,
    network: () => cable,
    memory: {
      read: (address, length) =>
        address + length <= memory.length ? memory.slice(address, address + length) : undefined,
      write: (address, bytes) => {
        if (address + bytes.length > memory.length) return false;
        memory.set(bytes, address);
        return true;
      },
    },
    store: (path) => ({
      sizeBytes: path === NO_FILE ? 0 : store.length,
      writable: true,
      read: (offset, length) => store.slice(offset, offset + length),
      write: (offset, bytes) => store.set(bytes, offset),
    }),
    sound: () => ({
      write: (samples, rateHz) => {
        played.samples.push(...samples);
        played.rateHz = rateHz;
      },
    }),
    wire: (name) => new Line(name),
    powerOff: () => void host.push('power off'),
    reset: () => void host.push('reset'),
  };
  const lines = Object.fromEntries(model.interrupts.map((name) => [name, new Line(name)]));
  const properties = { ...defaultValues(model.properties), ...overrides };
  const device = model.build({ name: 'device', clock, lines, properties, host: ports });
  const problems: string[] = [];
  device.onGuestError = (problem) => problems.push(problem);
  const access = { cpu: 0, secure: true, privileged: true };
  const at = (name: string, index = 0) => {
    const register = model.registers[name];
    if (register === undefined) throw new Error(`no register ${name}`);
    return register.at + index * register.strideBytes;
  };
  return {
    clock,
    device,
    access,
    at,
    problems,
    /** What devices with access to memory see from address 0 on. */
    memory,
    /** What the device's file holds. */
    store,
    /** What the device asked of the host. */
    host,
    sent: () => String.fromCharCode(...sent),
    receive: (text: string) => new TextEncoder().encode(text).forEach((byte) => port.onReceive(byte)),
    /** Frames that the device has sent. */
    frames,
    /** Gives the device a frame. */
    arrive: (frame: Uint8Array) => cable.onFrame(frame),
    /** What was played, left and right in turn, and the last rate. */
    played,
    /** Types at the keyboard. */
    type: (text: string) => keyboard.onText(text),
    level: (name: string) => lines[name]!.level,
    read: (name: string, index = 0, widthBytes: WidthBytes = 4) => device.read(at(name, index), widthBytes, access),
    write: (name: string, value: number, index = 0) => device.write(at(name, index), 4, value, access),
    /** Lets time pass, in nanoseconds. */
    wait: (ns: number) => clock.advance(clock.now() + ns),
  };
}

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

export function benchFor<P extends Properties, X>(model: DeviceModel<P, X>, overrides: Partial<Values<P>> = {}) {
  const clock = new Clock();
  const sent: number[] = [];
  const host: string[] = [];
  const port = { write: (byte: number) => void sent.push(byte), onReceive: (_: number) => {} };
  const ports: HostPorts = {
    character: () => port,
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
    /** What the device asked of the host. */
    host,
    sent: () => String.fromCharCode(...sent),
    receive: (text: string) => new TextEncoder().encode(text).forEach((byte) => port.onReceive(byte)),
    level: (name: string) => lines[name]!.level,
    read: (name: string, index = 0, widthBytes: WidthBytes = 4) => device.read(at(name, index), widthBytes, access),
    write: (name: string, value: number, index = 0) => device.write(at(name, index), 4, value, access),
    /** Lets time pass, in nanoseconds. */
    wait: (ns: number) => clock.advance(clock.now() + ns),
  };
}

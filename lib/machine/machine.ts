/**
 * A running machine: built from a description and guest images, run in slices, watched through its UARTs.
 */
import { Bus } from '../bus/bus.ts';
import { Clock } from '../clock/clock.ts';
import { Cluster, type Engine } from '../cpu/cluster.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { memoryMap } from '../cpu/state/memory-map.ts';
import { LINE } from '../cpu/system/exceptions.ts';
import { WorldWatches } from '../cpu/system/world.ts';
import type { BuiltDevice, DeviceModel } from '../device/model.ts';
import type { InterruptControllerPorts } from '../devices/gicv2/gic.ts';
import type { NorFlash } from '../devices/flash/nor-flash.ts';
import { png } from '../devices/lcd/png.ts';
import type { DisplayPorts } from '../devices/pl111.ts';
import type { BootPlan } from '../image/index.ts';
import { cpuLines } from './cpu-lines.ts';
import { Tarmac, type TraceWindow } from './tarmac/tarmac.ts';
import { startCpus, type Entry } from './entry.ts';
import { buildFlash, offsetIn } from './flash.ts';
import { WorldLog } from './world-log.ts';
import { interpreter } from './interpreter.ts';
import { Outside, type UartPort } from './outside.ts';
import { RegisterImages } from './register-images.ts';
import { clusterStatistics } from './statistics.ts';
import { Semihosting, type SemihostingOptions } from './semihosting/semihosting.ts';
import { freeMemory } from './semihosting/free-memory.ts';
import type { DeviceDescription, MachineDescription, MemoryDescription } from './description/index.ts';

export interface RunLimits {
  /** At most so many instructions. */
  readonly instructions?: number;
  /** At most about so many milliseconds of the host's time. */
  readonly hostMs?: number;
  /** Not beyond this virtual time, in nanoseconds since power-on. */
  readonly untilNs?: number;
  /** `realtime` does not let virtual time run ahead of the host's clock; `free` (the default) skips idle time. */
  readonly pace?: 'free' | 'realtime';
  /** Return when the guest has reset itself and the machine is ready to start again. */
  readonly stopAtReset?: boolean;
}

/**
 * Why a run ended: a limit, {@link Machine.stop}, the guest's power off or reset, a breakpoint, a step (see
 * {@link Cluster.stepped}), the machine reset as `stopAtReset` asks (`rebooted`), or nothing left to do:
 * `stuck` if the guest can never run again, `idle` if only input, or at realtime pace time, can go on.
 */
export interface RunResult {
  readonly reason:
    'limit' | 'stopped' | 'poweredOff' | 'reset' | 'exit' | 'stuck' | 'idle' | 'breakpoint' | 'stepped' | 'rebooted';
  /** The guest's own exit status, if it gave one. */
  readonly status?: number;
  /** With `idle` at realtime pace: the virtual time at which something happens. */
  readonly idleUntilNs?: number;
}

export interface MachineParts {
  readonly description: MachineDescription;
  readonly plan: BootPlan;
  /** The absolute path of the ELF program that is started. */
  readonly program?: string | undefined;
  readonly rtcSeconds: number;
  readonly noReboot: boolean;
  /** Whether Ethernet controllers reach the host's loopback interface. */
  readonly network?: boolean | undefined;
  readonly entry?: Entry | undefined;
  /** Without it, SVC with the numbers of semihosting is like any other. */
  readonly semihosting?: SemihostingOptions | undefined;
  /** What executes instructions; nothing that the guest sees depends on it. */
  readonly engine?: Engine;
  /** Told once per kind and place of what real software should not do. */
  readonly report: (kind: string, message: string) => void;
}

/** Instructions between two looks at the host's clock. */
const CHUNK = 1_000_000;
/** Reports that are kept. */
const MOST_REPORTS = 1000;
const ONCE: { readonly count: number } = { count: 1 };

export class Machine {
  readonly name: string;
  readonly description: MachineDescription;
  readonly clock = new Clock();
  readonly bus: Bus;
  readonly devices: ReadonlyMap<string, BuiltDevice>;
  readonly uarts: readonly UartPort[];
  /** Called when something came from the host that lets a sleeping guest go on. */
  onActivity: () => void = () => {};
  readonly cluster: Cluster;
  readonly interrupts: InterruptControllerPorts | undefined;
  readonly #parts: MachineParts;
  readonly #outside: Outside;
  readonly #images: RegisterImages;
  readonly #flashes: NorFlash[] = [];
  readonly #reports: { readonly text: string; readonly counted: { readonly count: number } }[] = [];
  /** Whether SVC with the numbers of semihosting is a call to the machine. */
  semihosting: boolean;
  #semihosting: Semihosting | undefined;
  /** A semihosting call waits for input. */
  #awaitsInput = false;
  #ending: 'poweredOff' | 'reset' | 'exit' | undefined;
  #exitStatus = 0;
  #stopped = false;
  #resets = 0;
  /** Host time at which virtual time was 0, for realtime pace. */
  #hostStartMs: number | undefined;

  constructor(parts: MachineParts) {
    const { description } = parts;
    this.#parts = parts;
    this.semihosting = parts.semihosting !== undefined;
    this.name = description.name;
    this.description = description;
    const { cluster } = description;
    const guestBytes = description.memory.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const map = memoryMap(cluster.cpus, guestBytes);
    const memory = new WebAssembly.Memory({ initial: map.pages, maximum: map.pages });
    this.bus = new Bus(memory.buffer);
    this.#images = new RegisterImages(memory.buffer);
    this.bus.onUnassigned = (report) => {
      const { kind, address, widthBytes, write, value, access } = report;
      const cpu = this.cluster.cpus[access.cpu];
      const pc = cpu?.pcOf(cpu.accessRecord) ?? 0;
      const what = write ? `write of 0x${value.toString(16)}` : 'read';
      const absent = description.absent.find(({ at, sizeBytes }) => address >= at && address < at + sizeBytes);
      const place = `0x${address.toString(16)}${absent === undefined ? '' : ` (${absent.name}: ${absent.what})`}`;
      this.#report(
        kind,
        `cpu${access.cpu}: ${kind} ${what}, ${widthBytes} bytes at ${place}, at pc 0x${pc.toString(16)}`,
        report,
      );
    };
    let host = map.guest;
    for (const region of description.memory) {
      this.#addMemory(region, host, memory.buffer);
      host += region.sizeBytes;
    }
    this.#outside = new Outside({
      bus: this.bus,
      clock: this.clock,
      network: parts.network === true,
      consoleInput: () => this.#semihosting?.input,
      end: (how) => this.#end(how),
    });
    this.#outside.onActivity = () => this.onActivity();
    this.#semihosting = parts.semihosting && this.#newSemihosting(parts.semihosting);
    this.devices = new Map(description.devices.map((device) => [device.name, this.#addDevice(device)]));
    this.uarts = this.#outside.uarts;
    const gic = (this.interrupts = this.#interruptController());
    const { table, module, forms } = interpreter();
    this.cluster = new Cluster({
      ...(parts.engine === undefined ? {} : { engine: parts.engine }),
      memory,
      map,
      bus: this.bus,
      clock: this.clock,
      table,
      module,
      forms,
      configuration: Object.defineProperty({ ...cluster }, 'semihosting', {
        get: () => (this.semihosting ? this.#callHost : undefined),
      }),
      cpus: cluster.cpus,
      nanosecondsPerInstruction: cluster.nanosecondsPerInstruction,
      lines: (cpu) => cpuLines(gic, cluster.performanceSpis, cpu),
      report: this.#report,
    });
    this.cluster.cpus.forEach((cpu, n) => {
      gic?.irq[n]?.connect((level) => cpu.setLine(LINE.irq, level));
      gic?.fiq[n]?.connect((level) => cpu.setLine(LINE.fiq, level));
      gic?.virq[n]?.connect((level) => cpu.setLine(LINE.virtualIrq, level));
      gic?.vfiq[n]?.connect((level) => cpu.setLine(LINE.virtualFiq, level));
    });
    this.#connectInterrupts(gic);
    this.#start();
  }

  get program(): string | undefined {
    return this.#parts.program;
  }
  get cpuCount(): number {
    return this.cluster.cpus.length;
  }
  /** Instructions executed by all CPUs since power-on. */
  get instructions(): number {
    return this.cluster.instructions;
  }
  get virtualNs(): number {
    return this.clock.now();
  }

  /** Runs until a limit, an ending or a stop; returns synchronously. A reset by the guest reboots and goes on. */
  run(limits: RunLimits): RunResult {
    const end = this.cluster.instructions + (limits.instructions ?? Infinity);
    const deadline = performance.now() + (limits.hostMs ?? Infinity);
    this.#stopped = false;
    for (;;) {
      const { untilNs = Infinity } = limits;
      const nsLeft = untilNs - this.virtualNs;
      const untilThen = Math.ceil(nsLeft / this.description.cluster.nanosecondsPerInstruction);
      const budget = Math.min(CHUNK, end - this.cluster.instructions, untilThen);
      if (budget <= 0) return { reason: 'limit' };
      const mayRunToNs = this.#mayRunTo(limits);
      const why = this.cluster.run(budget, mayRunToNs);
      if (this.#ending !== undefined) {
        const reason = this.#ending;
        this.#ending = undefined;
        if (reason === 'exit') return { reason, status: this.#exitStatus };
        if (reason === 'poweredOff' || this.#parts.noReboot) return { reason };
        this.reset();
        if (limits.stopAtReset) return { reason: 'rebooted' };
      } else if (this.#awaitsInput) {
        this.#awaitsInput = false;
        return { reason: 'idle' };
      } else if (why === 'breakpoint' || why === 'stepped') return { reason: why };
      else if (why === 'waiting') {
        if (mayRunToNs < untilNs || untilNs === Infinity) return this.#nothingToDo();
        this.clock.advance(untilNs);
      }
      if (this.#stopped) return { reason: 'stopped' };
      if (performance.now() >= deadline) return { reason: 'limit' };
    }
  }
  /** Ends {@link run} after the current instruction. */
  stop(): void {
    this.#stopped = true;
    this.cluster.stop();
  }
  /** Reset of the whole machine; images are loaded again, time and counts go on. */
  reset(): void {
    this.#resets++;
    this.close();
    for (const device of [...this.devices.values(), ...this.#flashes]) device.reset();
    this.#semihosting?.reset();
    this.cluster.reset();
    this.#start();
  }

  /** Types at the first keyboard; false if there is none. */
  type(text: string): boolean {
    const { keyboards } = this.#outside;
    keyboards[0]?.onText(text);
    return keyboards.length > 0;
  }
  /** What leads to the guest's ports, if the machine has a network. */
  get network(): Pick<Outside, 'dial'> | undefined {
    return this.#outside.networks.length > 0 ? this.#outside : undefined;
  }
  /** Returns what the first display shows as a PNG, or undefined if there is none or it is off. */
  screenshot(): Uint8Array | undefined {
    for (const { ports } of this.devices.values()) {
      const frame = (ports as Partial<DisplayPorts> | undefined)?.frame?.();
      if (frame !== undefined) return png(frame);
    }
    return undefined;
  }

  /** Ends what the machine holds open outside: connections of its network. */
  close(): void {
    for (const network of this.#outside.networks) network.close();
  }

  /** Gives `write` the lines of a log of world switches, from now on (see world-log.ts). */
  traceWorlds(write: (text: string) => void): void {
    const log = new WorldLog(write, () => this.virtualNs, this.interrupts);
    for (const cpu of this.cluster.cpus) cpu.worlds = cpu.worlds === null ? log : new WorldWatches([cpu.worlds, log]);
  }
  /** Gives `write` the lines of a Tarmac trace, from now on (see tarmac/tarmac.ts). */
  traceInstructions(write: (text: string) => void, window: TraceWindow = {}): void {
    this.cluster.tracer = new Tarmac(this.cluster, interpreter().table, window, write);
  }
  /** The last of what was reported, one line each, with how often it has happened since. */
  get reports(): string[] {
    return this.#reports.map(({ text, counted: { count } }) => (count === 1 ? text : `${text} (${count} times)`));
  }
  /** Figures for `--stats`. */
  statistics(): Record<string, number> {
    const unassignedAccesses = this.bus.unassigned().reduce((sum, { count }) => sum + count, 0);
    return { ...clusterStatistics(this.cluster, this.virtualNs), unassignedAccesses, resets: this.#resets };
  }

  // Building.

  #addMemory(memory: MemoryDescription, hostOffset: number, buffer: ArrayBuffer): void {
    const { name, at, sizeBytes, kind, aliases } = memory;
    const flash = kind === 'flash' ? buildFlash(memory, hostOffset, buffer, this.bus, this.#parts.plan) : undefined;
    if (flash !== undefined) this.#flashes.push(flash);
    for (const place of [at, ...aliases]) {
      const region = { name, at: place, sizeBytes, hostOffset, writable: kind === 'ram' };
      this.bus.addRam(flash === undefined ? region : { ...region, commands: flash });
    }
  }
  #addDevice(device: DeviceDescription): BuiltDevice {
    const model = device.model as DeviceModel;
    const lines = Object.fromEntries(
      model.interrupts.map((output) => [output, this.#outside.wire(`${device.name}.${output}`)]),
    );
    const properties =
      'initialSeconds' in device.properties
        ? { ...device.properties, initialSeconds: this.#parts.rtcSeconds }
        : device.properties;
    const built = model.build({
      name: device.name,
      clock: this.clock,
      lines,
      properties,
      host: this.#outside.ports,
      image: (words) => this.#images.take(words),
    });
    built.onGuestError = (problem) => this.#report('device', `${device.name}: ${problem}`);
    this.bus.addDevice(device.at, device.sizeBytes, built);
    return built;
  }
  #newSemihosting(options: SemihostingOptions): Semihosting {
    const { description, plan, rtcSeconds } = this.#parts;
    return new Semihosting(options, {
      write: (byte) => this.uarts[0]?.onOutput(byte),
      exit: (status) => {
        this.#exitStatus = status;
        this.#end('exit');
      },
      report: this.#report,
      elapsedNs: () => this.virtualNs,
      startSeconds: rtcSeconds,
      freeMemory: freeMemory(
        description.memory.find(({ name }) => name === description.boot.ram)!,
        plan.pieces,
      ),
    });
  }
  /** A call that waits for input holds the whole machine, as a debugger's host does that answers it. */
  readonly #callHost = (cpu: Cpu): boolean => {
    this.#semihosting ??= this.#newSemihosting({});
    this.#awaitsInput = !this.#semihosting.call(cpu);
    if (this.#awaitsInput) this.cluster.stop();
    return !this.#awaitsInput;
  };
  readonly #report = (kind: string, message: string, counted = ONCE): void => {
    if (this.#reports.push({ text: `${kind}: ${message}`, counted }) > MOST_REPORTS) this.#reports.shift();
    this.#parts.report(kind, message);
  };
  #end(how: 'poweredOff' | 'reset' | 'exit'): void {
    this.#ending = how;
    this.cluster.stop();
  }
  #interruptController(): InterruptControllerPorts | undefined {
    for (const device of this.devices.values()) {
      const ports = device.ports as Partial<InterruptControllerPorts> | undefined;
      if (ports?.ppi !== undefined) return ports as InterruptControllerPorts;
    }
    return undefined;
  }
  #connectInterrupts(gic: InterruptControllerPorts | undefined): void {
    for (const { name, model, spis } of this.description.devices) {
      spis.forEach((spi, n) => {
        const input = gic?.spi(spi);
        if (input) this.#outside.wire(`${name}.${model.interrupts[n]}`).connect((level) => input.set(level));
      });
    }
  }

  // Starting.

  #start(): void {
    const { plan, description, entry } = this.#parts;
    const flash = description.memory.filter(({ kind }) => kind === 'flash');
    for (const { address, bytes, sizeBytes } of plan.pieces) {
      // Flash keeps over a reset what was programmed.
      if (this.#resets > 0 && flash.some((memory) => offsetIn(memory, address) !== undefined)) continue;
      this.bus.loadBytes(address, bytes);
      if (sizeBytes > bytes.length)
        this.bus.loadBytes(address + bytes.length, new Uint8Array(sizeBytes - bytes.length));
    }
    startCpus(this.cluster.cpus, this.interrupts, plan, description, entry);
  }

  // Pace.

  /** How far virtual time may be at realtime pace, which is also that of a guest that talks with the host. */
  #mayRunTo({ pace, untilNs = Infinity }: RunLimits): number {
    if (pace !== 'realtime' && !this.#outside.busy) {
      this.#hostStartMs = undefined;
      return untilNs;
    }
    const hostMs = performance.now();
    this.#hostStartMs ??= hostMs - this.virtualNs / 1e6;
    return Math.min(untilNs, (hostMs - this.#hostStartMs) * 1e6);
  }
  #nothingToDo(): RunResult {
    const due = this.clock.nextDue();
    if (due !== Infinity) return { reason: 'idle', idleUntilNs: due };
    const inputs = this.uarts.length > 0 || this.#outside.busy;
    const masked = this.cluster.cpus.every((cpu) => cpu.deaf);
    return { reason: inputs && !masked ? 'idle' : 'stuck' };
  }
}

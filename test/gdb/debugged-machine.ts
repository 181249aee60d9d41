/** A machine that runs between a real gdb's packets, as the command runs it. */
import { join } from 'node:path';
import { GdbServer, Hub, type Context } from '../../gdbstub/index.ts';
import { DebuggableMachine, loadMachine, type MachineOptions } from '../../lib/index.ts';

const SLICE_MS = 10;

export const root = join(import.meta.dirname, '../..');
export const selfCheck = join(root, 'machines/firmware/self-check/self-check.elf');

export class DebuggedMachine {
  readonly machine: DebuggableMachine;
  readonly #servers: GdbServer[];
  readonly hub: Hub;
  #closed = false;
  #looping = false;
  /** What came out of UART 0. */
  output = '';
  /** Called after each slice while the machine runs. */
  onSlice: () => void = () => {};

  private constructor(machine: DebuggableMachine, hub: Hub, server: GdbServer) {
    this.machine = machine;
    this.hub = hub;
    this.#servers = [server];
    machine.onWake = () => this.#loop();
    machine.machine.uarts[0]!.onOutput = (byte) => (this.output += String.fromCharCode(byte));
  }

  /** The machine stands at reset. */
  static async start(name: string, options: MachineOptions): Promise<DebuggedMachine> {
    const machine = new DebuggableMachine(await loadMachine(name, options));
    const hub = new Hub(machine.debugTarget);
    return new DebuggedMachine(machine, hub, await GdbServer.listen(hub, { port: 0 }));
  }

  /** Where all contexts are to be debugged. */
  get port(): number {
    return this.#servers[0]!.port;
  }
  /** What to type in gdb. */
  get remote(): string {
    return `target remote :${this.port}`;
  }
  /** What to type in gdb for the hypervisor alone, and for one guest alone. */
  async hostRemote(): Promise<string> {
    return this.#open(({ id }) => id === 1);
  }
  async guestRemote(ordinal: number): Promise<string> {
    const { id } = this.machine.debugTarget.awaitGuest({ ordinal });
    return this.#open((context) => context.id === id);
  }
  async #open(shows: (context: Context) => boolean): Promise<string> {
    const server = await GdbServer.listen(this.hub, { port: 0, shows });
    this.#servers.push(server);
    return `target remote :${server.port}`;
  }

  /** Resolves when it has come to print what matches. */
  async prints(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) await new Promise((resolve) => setImmediate(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  #loop(): void {
    if (this.#looping) return;
    this.#looping = true;
    const slice = (): void => {
      if (this.#closed || !this.machine.debugTarget.running) {
        this.#looping = false;
        return;
      }
      this.machine.run({ hostMs: SLICE_MS });
      this.onSlice();
      setImmediate(slice);
    };
    setImmediate(slice);
  }
}

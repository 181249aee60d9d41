/** A machine that runs between a real gdb's packets, as the command runs it. */
import { join } from 'node:path';
import { GdbServer, Hub } from '../../gdbstub/index.ts';
import { DebuggableMachine, loadMachine, type MachineOptions } from '../../lib/index.ts';

const SLICE_MS = 10;

export const root = join(import.meta.dirname, '../..');
export const selfCheck = join(root, 'machines/firmware/self-check/self-check.elf');

export class DebuggedMachine {
  readonly machine: DebuggableMachine;
  readonly #server: GdbServer;
  #closed = false;
  #looping = false;
  /** What came out of UART 0. */
  output = '';
  /** Called after each slice while the machine runs. */
  onSlice: () => void = () => {};

  private constructor(machine: DebuggableMachine, server: GdbServer) {
    this.machine = machine;
    this.#server = server;
    machine.onWake = () => this.#loop();
    machine.machine.uarts[0]!.onOutput = (byte) => (this.output += String.fromCharCode(byte));
  }

  /** The machine stands at reset. */
  static async start(name: string, options: MachineOptions): Promise<DebuggedMachine> {
    const machine = new DebuggableMachine(await loadMachine(name, options));
    return new DebuggedMachine(machine, await GdbServer.listen(new Hub(machine.debugTarget), { port: 0 }));
  }

  /** What to type in gdb. */
  get remote(): string {
    return `target remote :${this.#server.port}`;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#server.close();
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

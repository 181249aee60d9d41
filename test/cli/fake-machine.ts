/** Machines of a few lines of script, one instruction per byte that they print, for the tests of the command. */
import type { RunnableMachine } from '../../bin/machine.ts';
import type { ResumeAction, StopReason, Target, Thread } from '../../gdbstub/index.ts';
import type { RunLimits, RunResult, UartPort } from '../../lib/index.ts';

/** What a guest does: a text to print on UART 0, or on another one, or the result of a run. */
export type Deed = string | { readonly uart: number; readonly text: string } | RunResult;

/** A UART that keeps what it receives. */
class FakeUart implements UartPort {
  readonly name: string;
  received = '';
  ended = false;
  onOutput: (byte: number) => void = () => {};
  readonly #onInput: () => void;

  constructor(name: string, onInput: () => void) {
    this.name = name;
    this.#onInput = onInput;
  }

  receive(byte: number): void {
    this.received += String.fromCharCode(byte);
    this.#onInput();
  }

  end(): void {
    this.ended = true;
  }
}

/** A machine that does the deeds in order; at `idle` it waits for input, at any other result it stays. */
export class FakeMachine implements RunnableMachine {
  readonly name = 'fake';
  readonly uarts: readonly FakeUart[];
  instructions = 0;
  resets = 0;
  onWake: () => void = () => {};
  /** Set for a machine with a network. */
  declare network?: NonNullable<RunnableMachine['network']>;
  readonly debugTarget = new FakeTarget(() => this.onWake());
  readonly #deeds: readonly Deed[];
  #next = 0;
  #character = 0;
  #stopping = false;
  #input = false;

  constructor(deeds: readonly Deed[], uartCount = 2) {
    this.#deeds = deeds;
    this.uarts = Array.from({ length: uartCount }, (_, index) => {
      return new FakeUart(`uart${index}`, () => (this.#input = true));
    });
  }

  get virtualNs(): number {
    return this.instructions;
  }

  run({ instructions = 1000 }: RunLimits): RunResult {
    this.#stopping = false;
    for (let left = instructions; left > 0; left--) {
      if (this.debugTarget.takeInterrupt()) return { reason: 'breakpoint' };
      const deed = this.#deeds[this.#next] ?? '';
      if (typeof deed === 'object' && 'reason' in deed) {
        if (deed.reason === 'reset') this.#next++;
        if (deed.reason !== 'idle' || !this.#input) return this.#result(deed);
        this.#input = false;
        this.#next++;
        continue;
      }
      const { uart, text } = typeof deed === 'string' ? { uart: 0, text: deed } : deed;
      this.instructions++;
      if (this.#character < text.length) this.uarts[uart]?.onOutput(text.charCodeAt(this.#character++));
      if (this.#character >= text.length) {
        this.#character = 0;
        if (this.#next < this.#deeds.length) this.#next++;
      }
      if (this.#stopping) return { reason: 'stopped' };
    }
    return { reason: 'limit' };
  }

  #result(deed: RunResult): RunResult {
    if (deed.reason === 'poweredOff') this.debugTarget.end({ kind: 'exited', status: 0 });
    return deed;
  }

  stop(): void {
    this.#stopping = true;
  }

  reset(): void {
    this.resets++;
  }

  statistics(): Record<string, number> {
    return { instructions: this.instructions, virtualSeconds: this.virtualNs / 1e9, exceptions: 3 };
  }
}

const coreRegisters = [...Array.from({ length: 13 }, (_, n) => `r${n}`), 'sp', 'lr', 'pc', 'cpsr'].map((name) => ({
  name,
  bits: 32,
  type: 'uint32' as const,
  feature: 'org.gnu.gdb.arm.core',
}));
const thread: Thread = {
  id: 1,
  name: 'cpu0',
  registers: { description: coreRegisters, read: () => undefined, write: () => {} },
  readMemory: () => new Uint8Array(),
  writeMemory: () => {},
};

/** A target that runs, stops when it is asked to, and has one thread without registers. */
class FakeTarget implements Target {
  readonly contexts = [{ id: 1, name: 'fake', threads: [thread] }];
  running = false;
  onStop: (stop: StopReason) => void = () => {};
  /** Set for a machine with guests. */
  declare awaitGuest?: NonNullable<NonNullable<RunnableMachine['debugTarget']>['awaitGuest']>;
  readonly #wake: () => void;
  #interrupted = false;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  resume(_actions: readonly ResumeAction[]): void {
    this.running = true;
    this.#wake();
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#wake();
  }

  takeInterrupt(): boolean {
    if (!this.#interrupted) return false;
    this.#interrupted = false;
    this.end({ kind: 'interrupt' });
    return true;
  }

  end(stop: StopReason): void {
    if (!this.running) return;
    this.running = false;
    this.onStop(stop);
  }
}

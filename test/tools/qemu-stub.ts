/** QEMU through its gdb stub on a pipe, as the other side of a lockstep comparison. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { encodePacket } from '../../gdbstub/framing.ts';

/** R0-R15 and CPSR. */
export interface CoreState {
  readonly r: Uint32Array;
  cpsr: number;
}

const CORE_REGISTERS = 16;
/** In what `g` answers: eight registers of twelve bytes and a status word stand between R15 and CPSR. */
const CPSR = 4 * CORE_REGISTERS + 8 * 12 + 4;
/** A QEMU that answers nothing for so long waits for ever, for example in WFI. */
const PATIENCE_MS = 20_000;

/** QEMU has ended, or does not answer. */
export class QemuGone extends Error {
  override readonly name = 'QemuGone';
}

export class QemuStub {
  readonly #process: ChildProcessWithoutNullStreams;
  #received = '';
  #errors = '';
  #wake: (() => void) | undefined;
  #layout = Buffer.alloc(0);

  private constructor(process: ChildProcessWithoutNullStreams) {
    this.#process = process;
    const wake = (): void => this.#wake?.();
    process.stdout.on('data', (data: Buffer) => {
      this.#received += data.toString('latin1');
      wake();
    });
    process.stderr.on('data', (data: Buffer) => (this.#errors += data.toString()));
    process.stdin.on('error', wake);
    process.on('exit', wake);
  }

  /** Starts `qemu-system-arm` with these arguments, stopped at reset. The caller must {@link stop} it. */
  static async start(argv: readonly string[]): Promise<QemuStub> {
    const fixed = ['-display', 'none', '-serial', 'null', '-monitor', 'none', '-S', '-gdb', 'stdio'];
    const env = { ...process.env, QEMU_AUDIO_DRV: 'none' };
    const qemu = new QemuStub(spawn('qemu-system-arm', [...argv, ...fixed], { env }));
    await qemu.ask('?');
    return qemu;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  /** Sends a packet and gives the reply's body. Throws QemuGone. */
  async ask(body: string): Promise<string> {
    this.#process.stdin.write(encodePacket(body));
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const match = /\$([^#]*)#..(?=)/s.exec(this.#received);
      if (match) {
        this.#received = this.#received.slice(match.index + match[0].length);
        this.#process.stdin.write('+');
        return match[1]!;
      }
      if (this.#process.exitCode !== null) throw new QemuGone(`qemu-system-arm has ended: ${this.#errors.trim()}`);
      const left = deadline - Date.now();
      if (left <= 0) throw new QemuGone(`qemu-system-arm does not answer ${body}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async read(): Promise<CoreState> {
    this.#layout = Buffer.from(await this.ask('g'), 'hex');
    return {
      r: Uint32Array.from({ length: CORE_REGISTERS }, (_, i) => this.#layout.readUInt32LE(4 * i)),
      cpsr: this.#layout.readUInt32LE(CPSR),
    };
  }

  async write({ r, cpsr }: CoreState): Promise<void> {
    r.forEach((value, i) => this.#layout.writeUInt32LE(value, 4 * i));
    this.#layout.writeUInt32LE(cpsr, CPSR);
    // Twice: the first may change the mode, after R13 and R14 went to the old one's.
    for (let times = 0; times < 2; times++) await this.ask(`G${this.#layout.toString('hex')}`);
  }

  /** Executes one instruction, with interrupts held. */
  async step(): Promise<void> {
    await this.ask('s');
  }

  /** Continues until it has come to `address` so many times. Throws QemuGone if it never does. */
  async runTo(address: number, times: number): Promise<void> {
    const at = `0,${address.toString(16)},4`;
    for (let n = 0; n < times; n++) {
      // The instruction under the breakpoint must not stop it again.
      await this.step();
      if ((await this.read()).r[15] === address) continue;
      await this.ask(`Z${at}`);
      const reply = await this.ask('c');
      await this.ask(`z${at}`);
      if (!reply.startsWith('T05')) throw new QemuGone(`qemu-system-arm ended with ${reply}`);
    }
  }
}

/** QEMU's Cortex-A15 as a second opinion, one instruction at a time, through its gdb stub on a pipe. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { BASE } from '../engines.ts';

const CORE_REGISTERS = 16;
/** In what `g` answers: eight registers of twelve bytes and a status word stand between R15 and CPSR. */
const CPSR = 4 * CORE_REGISTERS + 8 * 12 + 4;

/** A machine whose memory starts at {@link BASE}, stopped before each instruction. */
export class Qemu {
  readonly #process: ChildProcessWithoutNullStreams;
  #received = '';
  #wake: (() => void) | undefined;
  #registers = Buffer.alloc(0);

  private constructor(process: ChildProcessWithoutNullStreams) {
    this.#process = process;
    process.stdout.on('data', (data: Buffer) => {
      this.#received += data.toString('latin1');
      this.#wake?.();
    });
  }

  /** Starts the machine; its caller must {@link stop} it. */
  static async start(): Promise<Qemu> {
    if (BASE !== 0x40000000) throw new Error('the virt machine has its memory at 0x40000000');
    const options = '-M virt -cpu cortex-a15 -m 64 -display none -serial none -monitor none -nodefaults -S -gdb stdio';
    const qemu = new Qemu(spawn('qemu-system-arm', options.split(' ')));
    await qemu.#ask('?');
    qemu.#registers = Buffer.from(await qemu.#ask('g'), 'hex');
    return qemu;
  }
  async stop(): Promise<void> {
    this.#process.kill();
    await once(this.#process, 'exit');
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += 1024) {
      const part = Buffer.from(bytes.subarray(at, at + 1024));
      await this.#ask(`M${(address + at).toString(16)},${part.length.toString(16)}:${part.toString('hex')}`);
    }
  }
  async word(address: number): Promise<number> {
    return Buffer.from(await this.#ask(`m${address.toString(16)},4`), 'hex').readUInt32LE(0);
  }
  /** Executes one instruction with these registers, R15 and CPSR among them, and returns the same of what it left. */
  async step(registers: readonly number[], cpsr: number): Promise<{ r: Uint32Array; cpsr: number }> {
    registers.forEach((value, i) => this.#registers.writeUInt32LE(value >>> 0, 4 * i));
    this.#registers.writeUInt32LE(cpsr >>> 0, CPSR);
    // Twice: the first may change the mode, after R13 and R14 went to the old one's.
    await this.#ask(`G${this.#registers.toString('hex')}`);
    await this.#ask(`G${this.#registers.toString('hex')}`);
    await this.#ask('s');
    const after = Buffer.from(await this.#ask('g'), 'hex');
    return {
      r: Uint32Array.from({ length: CORE_REGISTERS }, (_, i) => after.readUInt32LE(4 * i)),
      cpsr: after.readUInt32LE(CPSR),
    };
  }

  async #ask(command: string): Promise<string> {
    const sum = Buffer.from(command, 'latin1').reduce((total, byte) => (total + byte) & 255, 0);
    this.#process.stdin.write(`$${command}#${sum.toString(16).padStart(2, '0')}`);
    for (;;) {
      const answer = /\$([^#]*)#../.exec(this.#received);
      if (answer) {
        this.#received = this.#received.slice(answer.index + answer[0].length);
        this.#process.stdin.write('+');
        return answer[1]!.replace(/(.)\*(.)/g, (_, c: string, n: string) => c.repeat(n.charCodeAt(0) - 28));
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

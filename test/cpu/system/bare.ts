/** A whole processor with memory and no program: what tests of system state need. */
import type { Cpu } from '../../../lib/cpu/cpu.ts';
import type { Engine } from '../../../lib/cpu/cluster.ts';
import { BIT } from '../../../lib/cpu/system/fields.ts';
import { MODE, PSR, type ModeName } from '../../../lib/cpu/system/modes.ts';
import { readCpsr, writeCpsr } from '../../../lib/cpu/system/psr.ts';
import { registerNamed } from '../../../lib/cpu/system/registers.ts';
import { loadMachine, type Machine } from '../../../lib/index.ts';

/** Memory, and where programs lie. */
export const RAM = 0x8000_0000;
export const CODE = RAM + 0x1_0000;
/** Where all vector tables lie: those of PL1 (Secure, Non-secure), Monitor and Hyp mode. */
export const VECTORS = { secure: RAM, nonSecure: RAM + 0x100, monitor: RAM + 0x200, hyp: RAM + 0x300 } as const;

/** A mode in a security state; Monitor is Secure and Hyp Non-secure in any case. */
export interface Where {
  readonly mode: ModeName;
  readonly secure?: boolean;
}

export interface BareOptions {
  readonly engine?: Engine;
  readonly cpus?: number;
  readonly security?: boolean;
  readonly virtualization?: boolean;
}

export class Bare {
  readonly machine: Machine;
  readonly cpu: Cpu;

  private constructor(machine: Machine) {
    this.machine = machine;
    this.cpu = machine.cluster.cpus[0]!;
  }
  static async start({ engine, cpus = 1, security = true, virtualization = true }: BareOptions = {}): Promise<Bare> {
    return new Bare(
      await loadMachine('vexpress-a15', {
        memory: 0x100_0000,
        noReboot: true,
        cpus,
        overrides: [`cluster.security=${security}`, `cluster.virtualization=${virtualization}`],
        ...(engine === undefined ? {} : { engine }),
      }),
    );
  }

  /** Resets, with the MMU off and vectors at {@link VECTORS}. */
  reset(): void {
    this.machine.reset();
    this.set('VBAR', VECTORS.secure, 0);
    this.set('VBAR', VECTORS.nonSecure, 1);
    this.set('MVBAR', VECTORS.monitor);
    this.set('HVBAR', VECTORS.hyp);
  }
  /** Puts words into memory. */
  write(address: number, ...words: number[]): void {
    this.machine.bus.loadBytes(address, new Uint8Array(Uint32Array.from(words).buffer));
  }
  /** Puts halfwords into memory: T32 instructions of 32 bits are given as two. */
  writeHalfwords(address: number, ...halfwords: number[]): void {
    this.machine.bus.loadBytes(address, new Uint8Array(Uint16Array.from(halfwords).buffer));
  }
  word(address: number): number {
    return new DataView(this.machine.bus.readBytes(address, 4).buffer).getUint32(0, true);
  }
  /** Changes to a mode, with all interrupts masked. */
  enter({ mode, secure = true }: Where): void {
    const { cpu } = this;
    const isSecure = mode === 'mon' || (secure && mode !== 'hyp');
    if (cpu.hasSecurity) this.set('SCR', isSecure ? BIT.SCR.HCE : BIT.SCR.NS | BIT.SCR.HCE);
    writeCpsr(cpu, PSR.AIF | MODE[mode]);
    cpu.securityChanged();
  }
  /** The value of a system register, unsigned; `copy` 0 is the Secure one of a banked register, 1 the other. */
  get(name: string, copy: 0 | 1 = 0): number {
    const { index, stride } = registerNamed(name);
    return this.cpu.words[index + copy * stride]! >>> 0;
  }
  /** Sets a register's word as no instruction would: without any effect of writing it. */
  set(name: string, value: number, copy: 0 | 1 = 0): void {
    const { index, stride } = registerNamed(name);
    this.cpu.words[index + copy * stride] = value;
  }
  get cpsr(): number {
    return readCpsr(this.cpu) >>> 0;
  }
  r(n: number): number {
    return this.cpu.words[n]! >>> 0;
  }
  /** Executes so many instructions; bit 0 of the address selects Thumb state. */
  run(at: number, instructions = 1): void {
    this.cpu.pc = at;
    this.machine.run({ instructions });
  }
  /** Executes A32 instructions, given as words, at {@link CODE}. */
  execute(...words: number[]): void {
    this.write(CODE, ...words);
    this.run(CODE, words.length);
  }
  /** The vector to which the last instruction went: its offset, or undefined. */
  get vector(): number | undefined {
    const offset = this.cpu.pc - RAM;
    return offset >= 0 && offset < 0x400 ? offset & 0xff : undefined;
  }
}

/**
 * Lowers a template to an interpreter handler: operands come from the current 16-byte record, all state is in memory, flags
 * included. A handler takes the address of its record and the CPU's base, and returns the next record, or 0 to stop.
 *
 * (Measured: one function with a branch table and everything in locals is a quarter slower, handlers that tail-call each
 * other slower still, and lazy flags gain nothing.)
 */
import { ACCESS, LOAD, SIZES, STORE } from '../ir/ops.ts';
import type { Template } from '../ir/template.ts';
import { RECORD, type Staging } from '../isa/table.ts';
import { TLB } from '../state/layout.ts';
import type { Code } from '../wasm/code.ts';
import type { Body } from '../wasm/module.ts';
import { W } from '../wasm/opcodes.ts';
import { CPU, LOCAL, UP } from './state-lowering.ts';
import { SystemLowering } from './system-lowering.ts';

export class HandlerLowering extends SystemLowering {
  /** Inside what follows a successful `access`: the host's address is the guest's plus `LOCAL.host`. */
  #covered = false;

  handler(staging: Staging, template: Template): Body {
    return this.function(staging, () => {
      this.#covered = false;
      this.lower(template);
      this.next();
    });
  }

  // Memory: one test for a TLB hit, permission and alignment; the rest is the CPU's.

  /** The TLB entry of an address. */
  #lookup(address: number, access: number, write: boolean): void {
    this.code.get(address).const(10).op(W.shrU).const(0x3ffffc).op(W.and);
    this.get((access & ACCESS.unprivileged) !== 0 ? 'tlbUnprivileged' : 'tlb').op(W.add);
    this.code
      .memory(W.load, write ? TLB.write : TLB.read)
      .const(TLB.slow)
      .op(W.xor);
  }
  /** Turns the entry on the stack into: must this access take the slow path? */
  #misfit(size: number, address: number): void {
    const { code } = this;
    if (size === 4) code.get(address).op(W.or);
    else if (size === 2) code.get(address).const(1).op(W.and).op(W.or);
    code.const(TLB.slow).op(W.and);
  }
  /** What the slow path is told of an access. */
  #tell(access: number): Code {
    const { code } = this;
    if ((access & ACCESS.single) === 0) return code.const(access);
    code.get(UP).memory(W.load8u, RECORD.registers).const(ACCESS.register).op(W.shl);
    return code.const(access | (this.staging.sizeBytes === 4 ? ACCESS.wide : 0)).op(W.or);
  }
  protected load(access: number, address: number): void {
    const { code } = this;
    const width = access & ACCESS.width;
    if (this.#covered) {
      this.value(address);
      code.get(LOCAL.host).op(W.add).memory(LOAD[width]!);
      return;
    }
    this.value(address);
    code.set(LOCAL.address);
    this.#lookup(LOCAL.address, access, false);
    code.tee(LOCAL.entry);
    this.#misfit(SIZES[width]!, LOCAL.address);
    code.ifValueUnlikely().get(LOCAL.address);
    this.#tell(access).get(UP).get(CPU);
    code.call(this.functions.memory.load + width);
    this.#checkFault();
    code.else().get(LOCAL.entry).get(LOCAL.address).op(W.add).memory(LOAD[width]!).end();
  }
  protected store(access: number, address: number, value: number): void {
    const { code } = this;
    const width = access & ACCESS.width;
    if (this.#covered) {
      this.value(address);
      code.get(LOCAL.host).op(W.add);
      this.value(value);
      code.memory(STORE[width]!);
      return;
    }
    this.value(value);
    code.set(LOCAL.data);
    this.value(address);
    code.set(LOCAL.address);
    this.#lookup(LOCAL.address, access, true);
    code.tee(LOCAL.entry);
    this.#misfit(SIZES[width]!, LOCAL.address);
    code.ifUnlikely();
    code.get(LOCAL.address);
    this.#tell(access).get(LOCAL.data).get(UP).get(CPU);
    code.call(this.functions.memory.store + width);
    this.#checkFault();
    code.else().get(LOCAL.entry).get(LOCAL.address).op(W.add).get(LOCAL.data).memory(STORE[width]!).end();
  }
  protected load64(address: number, access: number): void {
    const { code } = this;
    if (this.#covered) {
      this.value(address);
      code.get(LOCAL.host).op(W.add).memory(W.i64Load);
      return;
    }
    const base = this.local(address);
    const half = (offset: number): Code =>
      code
        .get(base)
        .const(offset)
        .op(W.add)
        .const(access & ~ACCESS.doubleword)
        .get(UP)
        .get(CPU)
        .call(this.functions.memory.load + (access & ACCESS.width))
        .op(W.i64ExtendU);
    half(0);
    this.#halfShift(0, access).op(W.i64Shl);
    half(4);
    this.#halfShift(4, access).op(W.i64Shl).op(W.i64Or);
  }
  protected store64(address: number, value: number, access: number): void {
    const { code } = this;
    if (this.#covered) {
      this.value(address);
      code.get(LOCAL.host).op(W.add);
      this.value(value);
      code.memory(W.i64Store);
      return;
    }
    const base = this.local(address);
    const data = this.local(value);
    const half = (offset: number): void => {
      code
        .get(base)
        .const(offset)
        .op(W.add)
        .const(access & ~ACCESS.doubleword)
        .get(data);
      this.#halfShift(offset, access).op(W.i64ShrU);
      code
        .op(W.wrap)
        .get(UP)
        .get(CPU)
        .call(this.functions.memory.store + (access & ACCESS.width));
    };
    half(0);
    half(4);
  }
  /** Where in eight bytes the word at this offset stands: in a big-endian doubleword the first one is the higher. */
  #halfShift(offset: number, access: number): Code {
    const { code } = this;
    if ((access & ACCESS.doubleword) === 0) return code.const64(8 * offset, 0);
    this.get('bigEndian').const(5).op(W.shl);
    if (offset !== 0) code.const(32).op(W.xor);
    return code.op(W.i64ExtendU);
  }
  /**
   * If the range is aligned, in one page and in the TLB, what follows goes to the host directly; else the CPU takes the
   * faults, and what follows goes access by access. So it is emitted twice.
   */
  protected access(mode: number, address: number, size: number, rest: number, to: number): boolean {
    const { code } = this;
    const write = (mode & 1) === 1;
    this.value(address);
    code.set(LOCAL.address);
    this.value(size);
    code.set(LOCAL.data);
    this.#lookup(LOCAL.address, mode, write);
    code.tee(LOCAL.host).get(LOCAL.address).op(W.or).const(3).op(W.and);
    code.get(LOCAL.address).const(0xfff).op(W.and).get(LOCAL.data).op(W.add).const(0x1000).op(W.gtU).op(W.or).op(W.eqz);
    code.if();
    this.scoped(() => {
      this.#covered = true;
      this.range(rest, to);
      this.next();
      this.#covered = false;
    });
    code.else();
    code
      .get(LOCAL.address)
      .get(LOCAL.data)
      .const(mode | ACCESS.aligned)
      .get(UP)
      .get(CPU)
      .call(this.functions.memory.probe);
    this.#checkFault();
    this.range(rest, to);
    this.next();
    code.end();
    return true;
  }
  /** The instruction did not happen: go where the exception goes. */
  #checkFault(): void {
    this.get('fault').ifUnlikely();
    this.set('fault', () => this.code.const(0));
    this.jumpAnywhere();
    this.code.end();
  }
}

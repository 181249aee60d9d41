/**
 * Accesses that the one test in a handler refused, in WebAssembly as far as the first-level TLB answers them: what is not
 * aligned where it may be (DDI 0406C, A3.2.1), ranges over two pages, and loads from registers of devices that are nothing but
 * a word. The rest is for lib/cpu/mmu/data-access.ts.
 */
import { ACCESS, LOAD, SIZES, STORE } from '../ir/ops.ts';
import type { MmuFunctions } from '../mmu/generated/functions.ts';
import { isPlain, placeOfByte } from '../mmu/generated/registers.ts';
import { SEEN, SHARED, STATE, TLB } from '../state/layout.ts';
import { Code } from '../wasm/code.ts';
import type { Body } from '../wasm/module.ts';
import { W } from '../wasm/opcodes.ts';
import { emit } from '../wasm/writer.ts';
import { importIndex, IMPORTS, type InterpreterImports } from './imports.ts';

/** Indices in the module: the first of the loads and of the stores, one for each width, and the probe. */
export interface MemoryFunctions {
  readonly load: number;
  readonly store: number;
  readonly probe: number;
}

const PAGE = 4096;

/** Writes a function that stands before an import, with the same parameters; `access` and `cpu` are two of them. */
class MemoryCode {
  readonly code = new Code();
  readonly #import: number;
  readonly #access: number;
  readonly #cpu: number;
  /** Locals: the tables that the access is judged by, and an entry of theirs. */
  readonly #tables: number;
  readonly entry: number;

  constructor(name: keyof InterpreterImports, access: number) {
    this.#import = importIndex(name);
    this.#access = access;
    this.#tables = IMPORTS[this.#import]!.signature.parameters.length;
    this.#cpu = this.#tables - 1;
    this.entry = this.#tables + 1;
    this.#state(STATE.tlbUnprivileged);
    this.#state(STATE.tlb);
    this.access(ACCESS.unprivileged).op(W.select).set(this.#tables);
  }
  get up(): number {
    return this.#cpu - 1;
  }
  cpu(): Code {
    return this.code.get(this.#cpu);
  }
  #state(offset: number): Code {
    return this.code.get(this.#cpu).memory(W.load, offset);
  }
  /** Leaves bits of `access` on the stack. */
  access(bits: number): Code {
    return this.code.get(this.#access).const(bits).op(W.and);
  }
  /** Where the entry of the address on the stack is, but for which table it is of. */
  place(): Code {
    return this.code.const(10).op(W.shrU).const(0x3ffffc).op(W.and).get(this.#tables).op(W.add);
  }
  /** Whether `size` bytes at an address in a page of memory may be accessed at once. */
  fits(address: number, size: number): void {
    const { code } = this;
    this.aligned(address, size);
    if (size === 1) return;
    this.access(ACCESS.aligned);
    this.#state(STATE.alignmentChecked).op(W.or);
    code.get(this.#tables).memory(W.load, TLB.strict).op(W.or).op(W.eqz);
    code
      .get(address)
      .const(PAGE - 1)
      .op(W.and)
      .const(PAGE - size)
      .op(W.leU)
      .op(W.and)
      .op(W.or);
  }
  /** Leaves on the stack whether the address is aligned. */
  aligned(address: number, size: number): Code {
    return this.code
      .get(address)
      .const(size - 1)
      .op(W.and)
      .op(W.eqz);
  }
  /** Notes what the current record does, a bit of SEEN, if somebody asks. */
  note(what: number): void {
    const { code } = this;
    code.const(0).memory(W.load, SHARED.seen).tee(this.#tables).if();
    code.get(this.#tables).get(this.up).const(4).op(W.shrU).op(W.add).tee(this.#tables);
    code.get(this.#tables).memory(W.load8u).const(what).op(W.or).memory(W.store8).end();
  }
  /** Asks the import. */
  body(): Body {
    const { signature } = IMPORTS[this.#import]!;
    for (let i = 0; i < signature.parameters.length; i++) this.code.get(i);
    this.code.call(this.#import);
    return { signature, locals: ['i32', 'i32'], code: this.code };
  }
}

/** The load or store of a width: at once if the first-level TLB has the page, or as soon as it has. */
function transfer(name: 'load' | 'store', width: number, mmu: MmuFunctions, overwrite: number): Body {
  const [address, access] = [0, 1];
  const c = new MemoryCode(name, access);
  const { code, entry } = c;
  const size = SIZES[width]!;
  const attempt = (): void => {
    code.get(address);
    c.place()
      .memory(W.load, TLB[name === 'load' ? 'read' : 'write'])
      .const(TLB.slow)
      .op(W.xor);
    code.tee(entry).const(TLB.slow).op(W.and).op(W.eqz);
    c.fits(address, size);
    code.op(W.and).if();
    if (size > 1) {
      c.aligned(address, size).op(W.eqz).if();
      c.note(SEEN.unaligned);
      code.end();
    }
    code.get(entry).get(address).op(W.add);
    if (name === 'load') code.memory(LOAD[width]!);
    else code.get(2).memory(STORE[width]!);
    code.op(W.return).end();
  };
  attempt();
  if (name === 'load') {
    code.get(entry).const(TLB.slow).op(W.and).const(TLB.window).op(W.eq);
    c.aligned(address, size).op(W.and).if();
    emit(code, placeOfByte({ local: entry }, { local: address }, { local: c.up + 1 })).set(entry);
    emit(code, isPlain({ local: entry })).if();
    c.note(SEEN.register);
    code.get(entry).memory(LOAD[width]!).op(W.return).end().end();
  }
  code.get(entry).const(TLB.slow).op(W.eq).if();
  code
    .get(address)
    .get(access)
    .const(name === 'load' ? 0 : 1);
  c.cpu().call(mmu.refill).if();
  attempt();
  if (name === 'store') {
    code.get(address).const(size);
    c.cpu().call(overwrite).tee(entry).if();
    code.get(entry).get(2).memory(STORE[width]!).op(W.return).end();
  }
  code.else();
  // An alignment fault would come first.
  c.aligned(address, size).if();
  code
    .get(address)
    .get(access)
    .const(name === 'load' ? 0 : 1)
    .get(c.up);
  c.cpu().call(mmu.abortData).if();
  if (name === 'load') code.const(0);
  code.op(W.return).end().end().end().end();
  return c.body();
}

/** What the first-level TLB allows, devices included, does not fault. */
function probe(mmu: MmuFunctions): Body {
  const [address, size, access] = [0, 1, 2];
  const c = new MemoryCode('probe', access);
  const { code } = c;
  const last = (): Code => code.get(address).get(size).op(W.add).const(4).op(W.sub);
  const allowed = (at: () => void): void => {
    at();
    c.place().const(TLB.write).const(TLB.read);
    c.access(1).op(W.select).op(W.add).memory(W.load).const(TLB.slow).op(W.and).ifValue();
    code.const(1).else();
    at();
    code.get(access);
    c.access(1);
    c.cpu().call(mmu.refill).end();
  };
  code.get(address).const(3).op(W.and).op(W.eqz).if();
  allowed(() => code.get(address));
  code.if();
  allowed(last);
  code.if();
  code.op(W.return).end().end().end();
  return c.body();
}

/** The bodies, in the order of {@link memoryFunctions}. */
export const memoryBodies = (mmu: MmuFunctions, overwrite: number): Body[] => [
  ...LOAD.map((_, width) => transfer('load', width, mmu, overwrite)),
  ...STORE.map((_, width) => transfer('store', width, mmu, overwrite)),
  probe(mmu),
];
export const MEMORY_FUNCTIONS = LOAD.length + STORE.length + 1;
export const memoryFunctions = (first: number): MemoryFunctions => ({
  load: first,
  store: first + LOAD.length,
  probe: first + LOAD.length + STORE.length,
});

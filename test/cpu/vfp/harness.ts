/** Runs single VFP and Advanced SIMD instructions in the interpreter, over flat memory, and the same in a guest. */
import { IMPORTS } from '../../../lib/cpu/interpreter/imports.ts';
import { interpreterModule } from '../../../lib/cpu/interpreter/module.ts';
import { ACCESS, SIZES } from '../../../lib/cpu/ir/ops.ts';
import { simdA32, simdT32 } from '../../../lib/cpu/isa/simd/index.ts';
import { InstructionTable, RECORD } from '../../../lib/cpu/isa/table.ts';
import { vfpA32, vfpT32 } from '../../../lib/cpu/isa/vfp/index.ts';
import { STATE, TLB } from '../../../lib/cpu/state/layout.ts';
import { Guest } from '../guest.ts';
import * as rows from '../setup.ts';

export const table = new InstructionTable({ a32: [...vfpA32, ...simdA32], t16: [], t32: [...vfpT32, ...simdT32] });

/** Where things are in the memory: guest and host addresses are the same. */
export const CODE = rows.CODE - rows.BASE;
/** A page that instructions may load from and store to; the next one is memory, too. */
export const DATA = rows.DATA - rows.BASE;
const PAGE = 0x1000;
const CPU = 0x2_0000;
const RECORDS = 0x3_0000;
const TLB_AT = 0x100_0000;

/** Words of the state that the same instruction must find and leave in a guest, and those that an exception leaves alone. */
const KEPT = [...range('r', 0, 13), ...range('word of the VFP registers', STATE.vfp >> 2, 64)];
const FLAGS = ['N', 'Z', 'C', 'V', 'Q', 'GE', 'it', 'thumb', 'pc', 'FPSCR', 'vfpEnabled', 'simdEnabled'] as const;
const ALL = [...KEPT, ...range('r', 13, 2), ...FLAGS.map((name) => [name, STATE[name] >> 2] as const)];
function range(name: string, first: number, count: number): (readonly [string, number])[] {
  return Array.from({ length: count }, (_, n) => [`${name} ${first + n}`, first + n]);
}

/** What an instruction asked of the CPU beside its result. */
export interface Asked {
  system?: { operation: number; word: number };
  refused?: number;
  fault?: { address: number; size: number };
}

/** One CPU that executes one instruction at a time, at address {@link CODE} unless told otherwise. */
export class Machine {
  readonly memory = new WebAssembly.Memory({ initial: Math.ceil((TLB_AT + TLB.size) / 0x10000) });
  readonly bytes = new Uint8Array(this.memory.buffer);
  readonly view = new DataView(this.memory.buffer);
  readonly r = new Int32Array(this.memory.buffer, CPU, 16);
  readonly s = new Uint32Array(this.memory.buffer, CPU + STATE.vfp, 32);
  readonly d = new BigUint64Array(this.memory.buffer, CPU + STATE.vfp, 32);
  asked: Asked = {};
  readonly #words = new Int32Array(this.memory.buffer);
  readonly #state = this.#words.subarray(CPU >> 2);
  readonly #data = Buffer.from(this.memory.buffer, DATA, 2 * PAGE);
  readonly #run: (cpu: number) => void;
  readonly #guest: Guest;

  constructor() {
    const imports: Record<string, unknown> = { m: this.memory };
    for (const { name } of IMPORTS)
      imports[name] = () => {
        throw new Error(`unexpected ${name}`);
      };
    imports.system = (operation: number, word: number) => {
      this.asked.system = { operation, word };
      return 0;
    };
    imports.refused = (state: number, up: number, cpu: number) => {
      this.asked.refused = state;
      this.view.setUint32(cpu + STATE.target, CODE + 0x800, true);
    };
    imports.probe = (address: number, size: number, _access: number, _up: number, cpu: number) => {
      if (this.#probes && (address & 3) === 0) return;
      this.asked.fault = { address, size };
      this.view.setUint32(cpu + STATE.target, CODE + 0x800, true);
      this.view.setUint32(cpu + STATE.fault, 1, true);
    };
    imports.load = (address: number, access: number) => {
      const width = access & ACCESS.width;
      return SIZES[width] === 4
        ? this.view.getUint32(address, true)
        : SIZES[width] === 2
          ? this.view.getUint16(address, true)
          : this.bytes[address]!;
    };
    imports.store = (address: number, access: number, value: number) => {
      const size = SIZES[access & ACCESS.width]!;
      for (let i = 0; i < size; i++) this.bytes[address + i] = value >>> (8 * i);
    };
    const module = new WebAssembly.Module(interpreterModule(table));
    this.#guest = new Guest(table, module, 0);
    this.#run = new WebAssembly.Instance(module, { e: imports as never }).exports.run as (cpu: number) => void;
    const tlb = new Int32Array(this.memory.buffer, TLB_AT);
    for (const field of [TLB.read, TLB.write]) tlb.fill(TLB.slow, field >> 2, (field >> 2) + DATA / PAGE + 2);
    this.#set('tlb', TLB_AT);
    this.#set('tlbUnprivileged', TLB_AT);
    this.#set('vfpEnabled', 1);
    this.#set('simdEnabled', 1);
    for (const field of [TLB.fetchA32, TLB.fetchT32])
      this.view.setUint32(TLB_AT + field + 4 * (CODE >>> 12), RECORDS, true);
  }
  #set(word: keyof typeof STATE, value: number): void {
    this.view.setUint32(CPU + STATE[word], value, true);
  }
  get(word: keyof typeof STATE): number {
    return this.view.getUint32(CPU + STATE[word], true);
  }
  set(word: keyof typeof STATE, value: number): void {
    this.#set(word, value);
  }
  get fpscr(): number {
    return this.get('FPSCR');
  }
  set fpscr(value: number) {
    this.#set('FPSCR', value);
  }

  /** Decodes and runs one instruction; the word of a T32 instruction has its first halfword on top. */
  execute(set: 'a32' | 't32', word: number, pageOffset = 0): Asked {
    this.decode(set, word, pageOffset);
    return this.again(pageOffset);
  }
  #thumb = 0;
  #probes = false;
  /** The same where the range leaves the page: no fault, but access by access. */
  againProbed(): Asked {
    this.#probes = true;
    const asked = this.again();
    this.#probes = false;
    return asked;
  }
  decode(set: 'a32' | 't32', word: number, pageOffset = 0): void {
    const place = { pageOffset, address: CODE + pageOffset, inIt: false };
    const at = RECORDS + pageOffset * (RECORD.size / (set === 'a32' ? 4 : 2));
    table.predecode(set, word, place, 14, this.#words, at / 4);
    this.#thumb = set === 'a32' ? 0 : 1;
    // Only the guest reads it there.
    this.view.setUint32(CODE + pageOffset, set === 'a32' ? word : (word << 16) | (word >>> 16), true);
    this.#guest.bytes.set(this.bytes.subarray(CODE, CODE + PAGE), CODE);
    this.#guest.written();
  }
  /** Runs the instruction decoded last once more. */
  again(pageOffset = 0): Asked {
    this.asked = {};
    this.#set('thumb', this.#thumb);
    this.#set('pc', CODE + pageOffset);
    this.#set('left', 1);
    this.#prepareGuest();
    this.#run(CPU);
    if (this.asked.system === undefined) this.#compareGuest();
    return this.asked;
  }

  #prepareGuest(): void {
    const { words, bytes } = this.#guest;
    this.#guest.enter();
    for (const [, n] of ALL) words[n] = this.#state[n]!;
    bytes.set(this.#data, DATA);
  }
  /** Throws unless the instruction did the same in a guest. */
  #compareGuest(): void {
    const { words, bytes } = this.#guest;
    const { fault, refused } = this.asked;
    const abort = this.#guest.execute(1);
    const differences: string[] = [];
    const compare = (what: string, here: unknown, there: unknown): void => {
      if (here !== there) differences.push(`${what}: ${String(here)}, in a guest ${String(there)}`);
    };
    // An address that is not aligned as it must be is probed as an odd one.
    compare('abort', fault && fault.address | 1, abort && abort.address | 1);
    compare('abort to Hyp mode', false, abort?.toHyp ?? false);
    compare('undefined', refused !== undefined, this.#guest.isUndefined);
    for (const [what, n] of fault || refused ? KEPT : ALL) compare(what, this.#state[n], words[n]);
    compare('memory', 0, this.#data.compare(bytes.subarray(DATA, DATA + this.#data.length)));
    if (differences.length > 0) throw new Error(`the engines disagree: ${differences.join('; ')}`);
  }
}

let shared: Machine | undefined;
/** The machine that all tests share: making the module is the expensive part. */
export const machine = (): Machine => (shared ??= new Machine());

/** Whether the text that the disassembler gives is the assembler's. */
export const disassemble = (set: 'a32' | 't32', word: number, pageOffset = 0): string =>
  table.disassemble(set, word, { pageOffset, address: CODE + pageOffset, inIt: false });

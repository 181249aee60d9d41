/**
 * Runs single instructions and short programs on the engines, with flat memory and no system: what the rows of the manual need.
 */
import { interpreterModule } from '../../lib/cpu/interpreter/module.ts';
import type { InterpreterImports } from '../../lib/cpu/interpreter/imports.ts';
import { ACCESS, extendLoaded, SIZES } from '../../lib/cpu/ir/ops.ts';
import { instructionSets } from '../../lib/cpu/isa/index.ts';
import { BUILTIN, InstructionTable, RECORD } from '../../lib/cpu/isa/table.ts';
import { STATE, TLB, type StateWord } from '../../lib/cpu/state/layout.ts';
import { Translator } from '../../lib/cpu/translator/translator.ts';
import { Guest } from './guest.ts';
import {
  BASE,
  CODE,
  DATA,
  END,
  leftIn,
  prepareMemory,
  prepareState,
  START,
  wordsAt,
  type Left,
  type Set,
  type Setup,
} from './setup.ts';

export const table = new InstructionTable(instructionSets);

export * from './setup.ts';

const CPU = 0x2000;
const POOL = 0x20000;
const POOL_PAGE = 4096 * 8 + RECORD.size;
const BANK = 0x100000;
const RAM = BANK + TLB.size;
const PAGES = Math.ceil((RAM + END - BASE) / 0x10000);
/** What to add to a guest address, in front of {@link DATA}; behind it the pages of the host are swapped, two by two. */
const HOST = RAM - BASE;
const hostOf = (address: number): number => HOST + (address < DATA ? address : address ^ 0x1000);

export interface Outcome extends Left {
  readonly system: readonly { readonly operation: number; readonly word: number }[];
  readonly fault: { readonly address: number; readonly access: number } | undefined;
}

/** Behind everything: what records have been seen to do. */
const SEEN = PAGES * 0x10000;
const memory = new WebAssembly.Memory({ initial: PAGES + 1 });
const words = new Int32Array(memory.buffer);
const view = new DataView(memory.buffer);
const stateAt = (word: StateWord): number => (CPU + STATE[word]) >> 2;

let fault: Outcome['fault'];
let system: { operation: number; word: number }[] = [];
let pages = new Map<number, number>();

const pcOf = (up: number): number => ((up >>> (words[stateAt('thumb')] ? 3 : 2)) + words[stateAt('delta')]!) >>> 0;
const faults = (address: number, size: number, access: number): boolean => {
  const misaligned = (access & ACCESS.aligned) !== 0 && address % size !== 0;
  if (!misaligned && address >= START && address + size <= END) return false;
  fault ??= { address, access };
  words[stateAt('fault')] = 1;
  words[stateAt('target')] = 0;
  words[stateAt('thumb')] = 0;
  words[stateAt('left')] = 0;
  return true;
};
/** The fetch TLB's entry of a page, which has bit 0 set for T32. */
const fetchEntry = (page: number): number =>
  ((BANK + (page % 2 === 0 ? TLB.fetchA32 : TLB.fetchT32)) >> 2) + (page >>> 12);
const half = (address: number): number => view.getUint16(hostOf(address), true);
/** Puts the data's pages where the host has them, or where they are one behind the other. */
function swapPages(): void {
  const bytes = new Uint8Array(memory.buffer);
  for (let at = HOST + DATA; at < HOST + END; at += 0x2000) {
    const first = bytes.slice(at, at + 0x1000);
    bytes.copyWithin(at, at + 0x1000, at + 0x2000);
    bytes.set(first, at + 0x1000);
  }
}

/** UDF: what there is outside of memory. */
const UNDEFINED = { a32: 0xe7f000f0, thumb: 0xde00 } as const;

/** Reads the instruction at an address and writes its record. */
function predecodeAt(pc: number, up: number): void {
  const place = { pageOffset: pc % 4096, address: pc, inIt: words[stateAt('it')]! !== 0 };
  const isOutside = pc < START || pc >= END - 2;
  if (words[stateAt('thumb')] === 0) {
    const word = isOutside ? UNDEFINED.a32 : words[hostOf(pc) >> 2]!;
    table.predecode('a32', word, { ...place, inIt: false }, 14, words, up >> 2);
    return;
  }
  const condition = place.inIt ? words[stateAt('it')]! >>> 4 : 14;
  const first = isOutside ? UNDEFINED.thumb : half(pc);
  if (first < 0xe800) table.predecode('t16', first, place, condition, words, up >> 2);
  else table.predecode('t32', (first << 16) | half(pc + 2), place, condition, words, up >> 2);
}

const imports: InterpreterImports = {
  load(address, access) {
    const at = address >>> 0;
    const size = SIZES[access & ACCESS.width]!;
    if (faults(at, size, access)) return 0;
    let value = 0;
    for (let i = 0; i < size; i++) value |= view.getUint8(hostOf(at + i)) << (8 * i);
    return extendLoaded(value, access & ACCESS.width);
  },
  store(address, access, value) {
    const at = address >>> 0;
    const size = SIZES[access & ACCESS.width]!;
    if (faults(at, size, access)) return;
    for (let i = 0; i < size; i++) view.setUint8(hostOf(at + i), value >>> (8 * i));
  },
  probe(address, size, access) {
    const at = address >>> 0;
    if (!faults(at, 4, access)) faults(at + size - 4, 4, access);
  },
  bucket() {},
  form() {},
  predecode(up) {
    predecodeAt(pcOf(up), up);
  },
  fetch() {
    const target = words[stateAt('target')]! >>> 0;
    const thumb = words[stateAt('thumb')]!;
    const page = target - (target % 4096) + thumb;
    let records = pages.get(page);
    if (records === undefined) {
      records = POOL + pages.size * POOL_PAGE;
      pages.set(page, records);
      words.fill(BUILTIN.undecoded, records >> 2, (records + POOL_PAGE) >> 2);
      words[(records + 4096 * (thumb ? 8 : 4)) >> 2] = thumb ? BUILTIN.pageEndT32 : BUILTIN.pageEndA32;
    }
    const shift = thumb ? 3 : 2;
    const up = records + (target % 4096) * 2 ** shift;
    words[stateAt('delta')] = target - (up >>> shift);
    return up;
  },
  crossPage: () => 0,
  system(operation, word) {
    system.push({ operation, word: word >>> 0 });
    return 0;
  },
  refused(state) {
    system.push({ operation: -1, word: state });
    words[stateAt('target')] = 0;
    words[stateAt('left')] = 0;
  },
  breakpoint() {
    throw new Error('no breakpoints here');
  },
  hot: () => {},
};

for (let page = START >> 12; page < END >> 12; page++) {
  const address = page * 0x1000;
  for (const table of [TLB.read, TLB.write])
    words[((BANK + table) >> 2) + page] = (hostOf(address) - address) ^ TLB.slow;
}
/** A page that changes all the time is not translated, so every program has another one. */
let hostPages = 0;

interface Engines {
  readonly run: (cpu: number) => void;
  readonly translator: Translator;
  readonly guest: Guest;
}
let engines: Engines | undefined;
function load(): Engines {
  const module = new WebAssembly.Module(interpreterModule(table));
  const { exports } = new WebAssembly.Instance(module, { e: { m: memory, ...imports } });
  const pageOf = (up: number): { base: number; thumb: boolean; hostPage: number } => {
    const [page, base] = [...pages].find(([, records]) => up >= records && up < records + POOL_PAGE)!;
    return { base, thumb: page % 2 === 1, hostPage: ++hostPages };
  };
  const options = { threshold: 1, sample: 0, patient: false, leastSteps: 1 };
  const translator = new Translator({ table, memory, exports, heat: 0, seen: SEEN, pageOf }, options);
  return { run: exports.run as (cpu: number) => void, translator, guest: new Guest(table, module) };
}

/** How much the translator has done so far. */
export const translated = (): Translator['statistics'] => (engines ??= load()).translator.statistics;

/**
 * Runs the instructions of a program; a 32-bit T32 one has its first halfword in the upper half. The translator must do
 * exactly what the interpreter does, and so must the interpreter in a guest, unless there is an exception; else this throws.
 */
export function run(set: Set, program: number | readonly number[], setup: Setup = {}): Outcome {
  const interpreted = execute(set, program, setup, false);
  const before = interpreted.memory.slice();
  const translated = execute(set, program, setup, true);
  refuseDifference('translated', interpreted, translated, before);
  const { system, fault } = interpreted;
  if (system.length > 0) return translated;
  const guest = engines!.guest.run(set, typeof program === 'number' ? [program] : program, setup);
  // A fetch from outside of memory is aborted at once.
  const leaves = interpreted.pc < START || interpreted.pc >= END;
  if (fault !== undefined || leaves) refuseOtherAbort(interpreted, fault?.address, guest);
  else refuseDifference('in a guest', interpreted, { ...guest, system, fault }, before);
  return translated;
}

/** Throws unless the guest's instruction was aborted too, and changed nothing. The first byte refused is for the MMU to say. */
function refuseOtherAbort({ r }: Outcome, address: number | undefined, guest: ReturnType<Guest['run']>): void {
  const near = guest.abort !== undefined && Math.abs(guest.abort.address - (address ?? guest.abort.address)) < 16;
  const same = r.subarray(0, 13).every((value, n) => value === guest.r[n]);
  if (!near || !same)
    throw new Error(
      `a guest has ${JSON.stringify([guest.abort, ...guest.r])}, others an abort at ${address}, ${r.join()}`,
    );
}

/** Throws unless another engine has left what the interpreter has left; `memory` is what that left from START on. */
function refuseDifference(other: string, interpreted: Outcome, outcome: Outcome, memory: Int32Array): void {
  const differences: string[] = [];
  const compare = (what: string, a: unknown, b: unknown): void => {
    const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
    if (x !== y) differences.push(`${what}: interpreted ${x}, ${other} ${y}`);
  };
  for (const what of ['flags', 'GE', 'pc', 'thumb', 'system', 'fault'] as const)
    compare(what, interpreted[what], outcome[what]);
  compare('registers', [...interpreted.r.subarray(0, 15)], [...outcome.r.subarray(0, 15)]);
  compare('VFP registers', [...interpreted.file], [...outcome.file]);
  for (const word of ['it', 'left', 'exclusiveSize', 'FPSCR'] as const)
    compare(word, interpreted.state(word), outcome.state(word));
  // Of a monitor that marks nothing the address means nothing.
  if (interpreted.state('exclusiveSize') !== 0)
    compare('exclusiveAddress', interpreted.state('exclusiveAddress'), outcome.state('exclusiveAddress'));
  const at = memory.findIndex((word, n) => word !== outcome.memory[n]);
  if (at >= 0) compare(`memory at 0x${(START + 4 * at).toString(16)}`, memory[at], outcome.memory[at]);
  if (differences.length > 0) throw new Error(`the engines disagree: ${differences.join('; ')}`);
}

function execute(set: Set, program: number | readonly number[], setup: Setup, translates: boolean): Outcome {
  const { run: interpret, translator } = (engines ??= load());
  const code = typeof program === 'number' ? [program] : program;
  pages = new Map();
  prepare(set, code, setup);
  interpret(CPU);
  if (!translates) return outcome();
  // Decoded now, so that the program is there to be translated from its beginning.
  prepare(set, code, setup);
  for (const start of [(setup.at ?? CODE) + (set === 'a32' ? 0 : 1), ...(setup.regions ?? [])]) {
    const offset = start % 4096;
    const base = pages.get(start - offset + (offset % 2));
    if (base === undefined) continue;
    if (setup.regions !== undefined) words[fetchEntry(start - offset + (offset % 2))] = base;
    translator.hot(base + (offset % 2 === 0 ? 4 * offset : 8 * (offset - 1)));
  }
  interpret(CPU);
  for (const [page, records] of pages) {
    translator.forget(records, 0, 2048);
    words[fetchEntry(page)] = 0;
  }
  return outcome();
}

function prepare(set: Set, code: readonly number[], setup: Setup): void {
  fault = undefined;
  system = [];
  prepareMemory(view, HOST + BASE, set, code, setup);
  swapPages();
  words.fill(0, CPU >> 2, (CPU + STATE.system) >> 2);
  words[stateAt('tlb')] = words[stateAt('tlbUnprivileged')] = BANK;
  words[stateAt('privileged')] = 1;
  words[stateAt('threadIds')] = 1;
  words[stateAt('mode')] = 0x13;
  prepareState(words.subarray(CPU >> 2), set, setup);
  words[stateAt('left')] = setup.steps ?? code.length;
}

function outcome(): Outcome {
  swapPages();
  return { ...leftIn(words.subarray(CPU >> 2), wordsAt(memory.buffer, HOST + BASE)), system, fault };
}

/** What the interpreter's WebAssembly asks of the CPU when its fast path will not do. */
import type { Import, Signature } from '../wasm/module.ts';

/**
 * Addresses, values and records are i32; `up` is the address of the current record. A slow path that cannot complete the
 * instruction takes the exception itself, so that control goes on at `STATE.target`, and sets `STATE.fault`.
 */
export interface InterpreterImports {
  load(address: number, access: number, up: number, cpu: number): number;
  store(address: number, access: number, value: number, up: number, cpu: number): void;
  /** Takes the faults of touching `size` bytes; `access` is ACCESS flags, bit 0 set for a write. */
  probe(address: number, size: number, access: number, up: number, cpu: number): void;
  /** Decodes at a record, in place, or has generated code do it the next time that control is there. */
  predecode(up: number, cpu: number): void;
  /** Finds out what is plain in the words of one of A32's buckets. */
  bucket(number: number): void;
  /** Makes the form of a word; see isa/forms.ts. */
  form(word: number, form: number): void;
  /** The record to run for `STATE.target`, whose page has none yet; sets `STATE.delta`. */
  fetch(cpu: number): number;
  /** A one-off record for an instruction that crosses a page; sets `STATE.delta`. */
  crossPage(up: number, cpu: number): number;
  /** Executes a system operation. Returns 0 to go on with the next instruction, 1 to go on at `STATE.target`. */
  system(operation: number, word: number, up: number, cpu: number): number;
  /** Takes the exception of an instruction that may not execute now because `STATE[state]` is 0. */
  refused(state: number, up: number, cpu: number): void;
  /** Stops before an instruction, with 0; or the one-off record by which a breakpoint is passed over. */
  breakpoint(up: number, cpu: number): number;
  /** Control has come to this record as often as `SHARED.threshold` says, or `SHARED.sample` where a counter stands. */
  hot(up: number, cpu: number): void;
}

const i32s = (parameters: number, results: number): Signature => ({
  parameters: new Array<'i32'>(parameters).fill('i32'),
  results: new Array<'i32'>(results).fill('i32'),
});

/** In the order of their function indices. */
export const IMPORTS: readonly (Import & { readonly name: keyof InterpreterImports })[] = [
  { name: 'load', signature: i32s(4, 1) },
  { name: 'store', signature: i32s(5, 0) },
  { name: 'probe', signature: i32s(5, 0) },
  { name: 'predecode', signature: i32s(2, 0) },
  { name: 'bucket', signature: i32s(1, 0) },
  { name: 'form', signature: i32s(2, 0) },
  { name: 'fetch', signature: i32s(1, 1) },
  { name: 'crossPage', signature: i32s(2, 1) },
  { name: 'system', signature: i32s(4, 1) },
  { name: 'refused', signature: i32s(3, 0) },
  { name: 'breakpoint', signature: i32s(2, 1) },
  { name: 'hot', signature: i32s(2, 0) },
];
export const importIndex = (name: keyof InterpreterImports): number => IMPORTS.findIndex((i) => i.name === name);

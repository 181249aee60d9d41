/** Writes WebAssembly function bodies, one byte at a time and without intermediate objects. */
import { W, type WasmType } from './opcodes.ts';

const EMPTY = 0x40;
export const TYPE_BYTE: Readonly<Record<WasmType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** A branch target: the nesting depth at which its block was opened. */
export type Label = number;

/** What any of the methods below may write at once. */
const SLACK = 16;

/** V8 has optimized little of it when it is used most: no calls that can be spared, and no `length` of a typed array, which is one. */
export class Code {
  #bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  /** The last length at which there is room for {@link SLACK} bytes. */
  #room: number;
  #depth = 0;
  /** Where the branches are that are hardly ever taken, and the `if`s whose body hardly ever runs. */
  readonly unlikely: number[] = [];

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#room = capacity - SLACK;
  }

  /** What was written, in place. */
  get content(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }
  /** Begins again. */
  clear(): this {
    this.length = 0;
    this.unlikely.length = 0;
    return this;
  }

  byte(value: number): this {
    const at = this.length;
    if (at > this.#room) this.#grow(SLACK);
    this.#bytes[at] = value;
    this.length = at + 1;
    return this;
  }
  /** An opcode of {@link W}, with its prefix byte if it has one. */
  op(op: number): this {
    if (op >= 0x100) return this.byte(op >>> 8).unsigned(op & 0xff);
    const at = this.length;
    if (at > this.#room) this.#grow(SLACK);
    this.#bytes[at] = op;
    this.length = at + 1;
    return this;
  }
  unsigned(n: number): this {
    let at = this.length;
    if (at > this.#room) this.#grow(SLACK);
    const bytes = this.#bytes;
    n >>>= 0;
    while (n > 0x7f) {
      bytes[at++] = (n & 0x7f) | 0x80;
      n >>>= 7;
    }
    bytes[at++] = n;
    this.length = at;
    return this;
  }
  signed(n: number): this {
    let at = this.length;
    if (at > this.#room) this.#grow(SLACK);
    const bytes = this.#bytes;
    n |= 0;
    while (n < -64 || n > 63) {
      bytes[at++] = (n & 0x7f) | 0x80;
      n >>= 7;
    }
    bytes[at++] = n & 0x7f;
    this.length = at;
    return this;
  }
  const(n: number): this {
    return n >= -64 && n < 64 ? this.#pair(W.const, n & 0x7f) : this.byte(W.const).signed(n);
  }
  /** An i64 constant from its two halves. */
  const64(low: number, high: number): this {
    this.byte(W.i64Const);
    let value = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low >>> 0));
    for (;;) {
      const part = Number(value & 0x7fn);
      value >>= 7n;
      if ((value === 0n && (part & 0x40) === 0) || (value === -1n && (part & 0x40) !== 0)) return this.byte(part);
      this.byte(part | 0x80);
    }
  }
  get(local: number): this {
    return local < 0x80 ? this.#pair(W.get, local) : this.byte(W.get).unsigned(local);
  }
  set(local: number): this {
    return local < 0x80 ? this.#pair(W.set, local) : this.byte(W.set).unsigned(local);
  }
  tee(local: number): this {
    return local < 0x80 ? this.#pair(W.tee, local) : this.byte(W.tee).unsigned(local);
  }
  call(index: number): this {
    return index < 0x80 ? this.#pair(W.call, index) : this.byte(W.call).unsigned(index);
  }
  /** A load or store; the address (and value) are on the stack. Alignment is always declared as 1. */
  memory(op: number, offset = 0): this {
    if (op >= 0x100) return this.op(op).byte(0).unsigned(offset);
    return offset < 0x80 ? this.#pair(op, 0).byte(offset) : this.#pair(op, 0).unsigned(offset);
  }
  /** Stores the word of a local into memory, at a distance from the address in another. */
  keep(local: number, base: number, offset: number): this {
    if (local >= 0x80 || base >= 0x80 || offset >= 0x80) return this.get(base).get(local).memory(W.store, offset);
    const at = this.length;
    if (at > this.#room) this.#grow(SLACK);
    const bytes = this.#bytes;
    bytes[at] = bytes[at + 2] = W.get;
    bytes[at + 1] = base;
    bytes[at + 3] = local;
    bytes[at + 4] = W.store;
    bytes[at + 5] = 0;
    bytes[at + 6] = offset;
    this.length = at + 7;
    return this;
  }

  block(): Label {
    this.#pair(W.block, EMPTY);
    return ++this.#depth;
  }
  loop(): Label {
    this.#pair(W.loop, EMPTY);
    return ++this.#depth;
  }
  /** An `if` whose body hardly ever runs: the compiler keeps it, and what it needs, out of the way. */
  ifUnlikely(): Label {
    this.unlikely.push(this.length);
    return this.if();
  }
  if(): Label {
    this.#pair(W.if, EMPTY);
    return ++this.#depth;
  }
  /** An `if` whose arms leave a value. */
  ifValue(type: WasmType = 'i32'): this {
    this.#depth++;
    return this.byte(W.if).byte(TYPE_BYTE[type]);
  }
  /** An `if` whose arms leave a value, the first one hardly ever. */
  ifValueUnlikely(type: WasmType = 'i32'): this {
    this.unlikely.push(this.length);
    return this.ifValue(type);
  }
  else(): this {
    return this.byte(W.else);
  }
  end(): this {
    this.#depth--;
    return this.byte(W.end);
  }
  br(label: Label): this {
    return this.byte(W.br).unsigned(this.#depth - label);
  }
  brIf(label: Label): this {
    return this.byte(W.brIf).unsigned(this.#depth - label);
  }
  brIfUnlikely(label: Label): this {
    this.unlikely.push(this.length);
    return this.brIf(label);
  }
  /** Takes an index from the stack; beyond the last label it means the last one. */
  brTable(labels: readonly Label[]): this {
    this.byte(W.brTable).unsigned(labels.length - 1);
    for (const label of labels) this.unsigned(this.#depth - label);
    return this;
  }

  append(other: Code): this {
    const at = this.length;
    for (const branch of other.unlikely) this.unlikely.push(at + branch);
    return this.copy(other.content);
  }
  /** Bytes as they are. */
  copy(bytes: Uint8Array): this {
    const at = this.length;
    const end = at + bytes.length;
    if (end > this.#room) this.#grow(bytes.length + SLACK);
    this.#bytes.set(bytes, at);
    this.length = end;
    return this;
  }
  name(text: string): this {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
    return this;
  }

  /** An opcode and what follows it, of a byte each: most of what is ever written. */
  #pair(op: number, operand: number): this {
    const at = this.length;
    if (at > this.#room) this.#grow(SLACK);
    const bytes = this.#bytes;
    bytes[at] = op;
    bytes[at + 1] = operand;
    this.length = at + 2;
    return this;
  }
  #grow(by: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + by));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#room = grown.length - SLACK;
  }
}

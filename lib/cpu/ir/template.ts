/** A finished template and what its analysis finds: placement of values, flags and registers touched. */
import { arity, resultType, W, type WasmType } from '../wasm/opcodes.ts';
import { library } from './library.ts';
import { ALWAYS, BRANCH, FLAGS_WRITTEN, IR, isCall, isEffect, NONE } from './ops.ts';

/** One micro-op's meaning, ready to be lowered any number of times. Four words an op: opcode, a, b, c. */
export interface Template {
  readonly ops: Int32Array;
  readonly count: number;
  /** Vector constants and shuffle patterns, by index. */
  readonly vectors: readonly Uint8Array[];
  /** Per op: the type of the value it makes. */
  readonly types: readonly (WasmType | undefined)[];
  /** Per op: 0 unused, 1 write it where it is used, 2 compute it once into a local. */
  readonly placement: Uint8Array;
  readonly flagsWritten: number;
  readonly branch: 'none' | 'relative' | 'near' | 'indirect' | 'system';
  /** For a conditional branch, the index of its condition; 14 otherwise. */
  readonly condition: number;
  /** Per op: the last op that uses it. */
  readonly last: Int32Array;
}

const isFree = (op: number): boolean =>
  op === IR.constant ||
  op === IR.constant64 ||
  op === IR.loopIndex ||
  op === IR.pc ||
  op === IR.immediate ||
  op === IR.relative ||
  op === IR.returnAddress ||
  op === IR.vector;

/** The values an op consumes, given to `visit` in order of evaluation. */
export function operandsOf(ops: Int32Array, at: number, visit: (value: number) => void): void {
  const op = ops[at]!,
    a = ops[at + 1]!,
    b = ops[at + 2]!,
    c = ops[at + 3]!;
  if (isCall(op)) {
    for (const v of [a, b, c]) if (v !== NONE) visit(v);
    return;
  }
  const n = op < 0x1_0000 ? arity(op) : op === IR.mulHighU || op === IR.mulHighS ? 2 : 0;
  if (n > 0) {
    visit(a);
    if (n > 1) visit(b);
    if (n > 2) visit(c);
    return;
  }
  switch (op) {
    case IR.load:
    case IR.load64:
      visit(b);
      break;
    case IR.store:
    case IR.store64:
    case IR.access:
      visit(b);
      visit(c);
      break;
    case IR.setRegister:
    case IR.setState:
    case IR.setFile:
      visit(b);
      break;
    case IR.setFlags:
      visit(a >> 8);
      if (b !== NONE) visit(b);
      if (c !== NONE) visit(c);
      break;
    case IR.branch:
      if (c !== BRANCH.near && c !== BRANCH.nearCall) visit(a);
      break;
    case IR.when:
    case IR.stateAt:
      visit(a);
      break;
    case IR.setStateAt:
      visit(a);
      visit(b);
      break;
    case IR.systemUnless:
      visit(c);
      break;
  }
}

function typeOf(ops: Int32Array, i: number, types: readonly (WasmType | undefined)[]): WasmType | undefined {
  const op = ops[4 * i]!;
  if (isEffect(op)) return undefined;
  if (isCall(op)) return library[op - IR.call]!.result;
  if (op === W.select) return types[ops[4 * i + 1]!];
  if (op < 0x1_0000) return resultType(op);
  switch (op) {
    case IR.constant64:
    case IR.load64:
      return 'i64';
    case IR.vector:
      return 'v128';
    case IR.file:
      return (['i32', 'i64', 'f32', 'f64', 'v128'] as const)[ops[4 * i + 2]!];
    default:
      return 'i32';
  }
}

export function analyse(ops: Int32Array, vectors: readonly Uint8Array[]): Template {
  const count = ops.length / 4;
  const uses = new Uint8Array(count),
    last = new Int32Array(count);
  const types: (WasmType | undefined)[] = [];
  for (let i = 0; i < count; i++) types.push(typeOf(ops, i, types));
  let flagsWritten = 0,
    condition = ALWAYS;
  let branch: Template['branch'] = 'none',
    loop = count,
    loopEnd = -1;
  for (let i = 0; i < count; i++) {
    if (ops[4 * i] === IR.each) loop = i;
    if (ops[4 * i] === IR.endEach) loopEnd = i;
  }
  let i = count - 1;
  const use = (v: number): void => {
    uses[v]!++;
    // What comes from outside a loop is needed until the loop ends: LDM may load its own base register.
    const until = v < loop && loop < i && i < loopEnd ? loopEnd : i;
    if (until > last[v]!) last[v] = until;
  };
  for (; i >= 0; i--) {
    const op = ops[4 * i]!;
    if (!isEffect(op) && uses[i] === 0 && op !== IR.load && op !== IR.load64) continue;
    operandsOf(ops, 4 * i, use);
    switch (op) {
      case IR.setFlags:
        flagsWritten |= FLAGS_WRITTEN[ops[4 * i + 1]! & 0xff]!;
        break;
      case IR.system:
        branch = 'system';
        break;
      case IR.branch: {
        const kind = ops[4 * i + 3]!;
        condition = ops[4 * i + 2]!;
        branch =
          kind === BRANCH.near || kind === BRANCH.nearCall
            ? 'near'
            : ops[4 * ops[4 * i + 1]!] === IR.relative
              ? 'relative'
              : 'indirect';
      }
    }
  }
  // A value may be written where it is used if that is one place and nothing it reads changes in between.
  const placement = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const op = ops[4 * i]!;
    if (isEffect(op) || (uses[i] === 0 && op !== IR.load && op !== IR.load64)) continue;
    let inline = isFree(op) || uses[i] === 1;
    for (let j = i + 1; inline && !isFree(op) && j < last[i]!; j++) {
      const between = ops[4 * j]!;
      inline = !isEffect(between) && between !== IR.load && between !== IR.load64 && !isCall(between);
    }
    if (inline && (op === IR.load || op === IR.load64) && uses[i] === 0) inline = false;
    placement[i] = inline ? 1 : 2;
  }
  return { ops, count, vectors, types, placement, flagsWritten, branch, condition, last };
}

/** Faults must come before any change, or the instruction could not be run again. Returns the first op that breaks this. */
export function firstUnrestartable({ ops, count }: Template): number | undefined {
  let changed = false,
    covered = false;
  for (let i = 0; i < count; i++) {
    const op = ops[4 * i]!;
    if (op === IR.access) {
      if (changed) return i;
      covered = true;
    }
    const accesses = op === IR.load || op === IR.store || op === IR.load64 || op === IR.store64;
    if (changed && !covered && accesses) return i;
    if ((op === IR.guard || op === IR.systemUnless) && changed) return i;
    if (
      op === IR.setRegister ||
      op === IR.setFlags ||
      op === IR.setFile ||
      op === IR.setState ||
      op === IR.setStateAt ||
      (op === IR.store && !covered)
    )
      changed = true;
  }
  return undefined;
}

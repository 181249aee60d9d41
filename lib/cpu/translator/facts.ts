/** What the translator wants to know of a template once and for all: registers by operand slot, its branch, what it needs. */
import { ACCESS, ALWAYS, BRANCH, CONDITION_FLAGS, IR, isCall, isEffect, NZCV } from '../ir/ops.ts';
import { FIXED, LOOP_REGISTER } from '../ir/operand.ts';
import type { Template } from '../ir/template.ts';
import { RECORD, type MicroOp, type Staging } from '../isa/table.ts';
import { STATE } from '../state/layout.ts';
import { W } from '../wasm/opcodes.ts';
import { evaluate, knownOps, type Known } from './evaluate.ts';

/** R13 to R15. */
export const SP = 13,
  LR = 14,
  PC = 15;

export interface Facts {
  readonly template: Template;
  readonly staging: Staging;
  /** How many records it takes. */
  readonly records: number;
  readonly known: Uint8Array;
  /** Operand slots that name registers read and written: bits 0 to 3; fixed registers from bit 16 on. */
  readonly reads: number;
  readonly writes: number;
  /** Whether the registers of a list are read or written, and the immediate slot of the list; -1 for no list. */
  readonly listReads: boolean;
  readonly listWrites: boolean;
  readonly list: number;
  /** Whether the instruction may leave the region before it has done anything. */
  readonly mayLeave: boolean;
  /** Whether it may do so for another reason than an access. */
  readonly guards: boolean;
  /** Flags that must be right before it: what it reads, and what it keeps although it writes others. */
  readonly flagsRead: number;
  readonly flagsWritten: number;
  /** FLAGS, how it gives flags; -1 if it gives none. */
  readonly flagSource: number;
  /** Whether all registers that it writes are written in any case. */
  readonly certain: boolean;
  /** BRANCH kind, -1 for none; whether control may also go on behind the instruction; the operand of the branch. */
  readonly branch: number;
  readonly falls: boolean;
  readonly target: number;
  readonly loads: boolean;
  readonly stores: boolean;
  /** The operand that the address of its access begins with; -1 for none, and for an access as if at PL0. */
  readonly base: number;
  /** The op that accesses memory, in any case and at a known distance from a register or from PC; -1 for none, or several. */
  readonly access: number;
  /** The ops that write registers, and those of them that write a register that is moved by a known distance. */
  readonly sets: readonly number[];
  readonly moves: readonly number[];
  /** The IT instruction. */
  readonly isIt: boolean;
  /** Only gives one register a value that is quickly had: then a condition can choose between it and what the register had. */
  readonly isValue: boolean;
  /** False for what only the interpreter executes. */
  readonly translatable: boolean;
}

/** Words that regions keep elsewhere, or that say where control is, and words that guards of a region have tested. */
const FLAG_WORDS: readonly number[] = [
  STATE.N,
  STATE.Z,
  STATE.C,
  STATE.V,
  STATE.thumb,
  STATE.left,
  STATE.target,
  STATE.delta,
  STATE.vfpEnabled,
  STATE.simdEnabled,
];

export function factsOf({ template, staging }: MicroOp): Facts {
  const { ops, count } = template;
  const known = knownOps(template);
  let reads = 0,
    writes = 0,
    list = -1,
    branch = -1,
    target = -1,
    base = -1,
    access = -1,
    accesses = 0,
    flagSource = -1,
    depth = 0;
  let listReads = false,
    listWrites = false,
    falls = true,
    mayLeave = false,
    guards = false,
    loads = false,
    stores = false,
    isIt = false,
    covered = false,
    certain = true;
  let translatable = true;
  const sets: number[] = [],
    moves: number[] = [];
  const note = (i: number): void => {
    const end = endOf(template, known, ops[4 * i + 2]!);
    if (!covered) {
      access = accesses++ > 0 || depth > 0 || base < 0 ? -1 : i;
      if (end < 0 || (ops[4 * end] === IR.register && ops[4 * end + 1] === FIXED + PC)) access = -1;
    } else if (access >= 0 && end !== endOf(template, known, ops[4 * access + 2]!)) access = -1;
  };
  const bit = (operand: number): number => 1 << operand;
  for (let i = 0; i < count; i++) {
    const op = ops[4 * i]!;
    const a = ops[4 * i + 1]!;
    switch (op) {
      case IR.register:
        if (a === LOOP_REGISTER) listReads = true;
        else reads |= bit(a);
        break;
      case IR.setRegister:
        if (a === LOOP_REGISTER) listWrites = true;
        else {
          writes |= bit(a);
          const end = endOf(template, known, ops[4 * i + 2]!);
          if (depth === 0 && end >= 0 && ops[4 * end] === IR.register && end < (sets[0] ?? count)) moves.push(i);
          sets.push(i);
        }
        if (depth > 0) certain = false;
        break;
      case IR.each:
        list = a;
        break;
      case IR.load:
        loads = true;
        mayLeave = true;
        if (!covered) base = baseOf(template, i);
        note(i);
        break;
      case IR.store:
        mayLeave = stores = true;
        if (!covered) base = baseOf(template, i);
        note(i);
        break;
      case IR.guard:
      case IR.systemUnless:
        mayLeave = guards = true;
        break;
      case IR.access:
        mayLeave = true;
        stores = (ops[4 * i + 1]! & 1) === 1;
        base = baseOf(template, i);
        note(i);
        covered = true;
        break;
      case IR.load64:
      case IR.store64:
        loads = true;
        if (!covered) translatable = false;
        note(i);
        break;
      case IR.setState:
        if (a === STATE.it) isIt = true;
        else if (FLAG_WORDS.includes(a) && a !== STATE.N) translatable = false;
        break;
      case IR.state:
        if (FLAG_WORDS.includes(a) && a !== STATE.left) translatable = false;
        break;
      case IR.system:
        translatable = false;
        break;
      case IR.when:
        depth++;
        break;
      case IR.endWhen:
        depth--;
        break;
      case IR.setFlags:
        if (depth > 0 || flagSource >= 0) translatable = false;
        flagSource = a & 0xff;
        break;
      case IR.branch:
        if (branch >= 0 || i < count - 1 - depth) translatable = false;
        branch = ops[4 * i + 3]!;
        target = a;
        falls = depth > 0 || ops[4 * i + 2]! !== ALWAYS;
        break;
    }
  }
  const { flagsWritten } = template;
  const own = template.branch === 'none' ? 0 : CONDITION_FLAGS[template.condition]!;
  const guardless = flagsReadBy(template) | own;
  return {
    template,
    staging,
    records: staging.advance / RECORD.size,
    known,
    reads,
    writes,
    list,
    listReads,
    listWrites,
    mayLeave,
    guards,
    flagsRead: guardless | (flagsWritten !== 0 ? NZCV & ~flagsWritten : 0),
    flagsWritten,
    flagSource,
    certain,
    branch,
    falls,
    target,
    loads,
    stores,
    base,
    access,
    sets,
    moves,
    isIt,
    isValue: isValue(template),
    translatable,
  };
}

/** The most ops that are cheaper to do in vain than to jump over, for jumps that follow no pattern. */
const QUICK_OPS = 12;
function isValue({ ops, count, branch }: Template): boolean {
  if (branch !== 'none' || count > QUICK_OPS) return false;
  let effects = 0;
  for (let i = 0; i < count; i++) {
    const op = ops[4 * i]!;
    if (isCall(op) || op === W.divS || op === W.divU || op === IR.load || op === IR.load64) return false;
    if (!isEffect(op)) continue;
    if (op !== IR.setRegister || ops[4 * i + 1] === LOOP_REGISTER) return false;
    effects++;
  }
  return effects === 1;
}

/** The operand that a memory op's address begins with: a register, or PC. */
function baseOf({ ops }: Template, access: number): number {
  if ((ops[4 * access + 1]! & ACCESS.unprivileged) !== 0) return -1;
  let at = ops[4 * access + 2]!;
  while (ops[4 * at] === W.add || ops[4 * at] === W.sub) at = ops[4 * at + 1]!;
  if (ops[4 * at] === IR.relative) return FIXED + PC;
  return ops[4 * at] === IR.register ? ops[4 * at + 1]! : -1;
}

/** The op that a value begins with to which only known values are added: one that reads a register, or PC; -1 for others. */
export function endOf({ ops }: Template, known: Uint8Array, value: number): number {
  let at = value;
  for (; ops[4 * at] === W.add || ops[4 * at] === W.sub; at = ops[4 * at + 1]!)
    if (known[ops[4 * at + 2]!] !== 1) return -1;
  return ops[4 * at] === IR.register || ops[4 * at] === IR.relative ? at : -1;
}
/** What is added to that, and for PC to the address of the instruction. */
export function distanceOf(template: Template, value: number, known: Known): number {
  const { ops } = template;
  let at = value,
    by = 0;
  for (; ops[4 * at] === W.add || ops[4 * at] === W.sub; at = ops[4 * at + 1]!) {
    const n = evaluate(template, ops[4 * at + 2]!, known);
    by += ops[4 * at] === W.add ? n : -n;
  }
  return (ops[4 * at] === IR.relative ? by + known.immediate(ops[4 * at + 1]!) : by) | 0;
}

/** A guard reads all flags only for the sake of the exception, which a region leaves to the interpreter. */
function flagsReadBy({ ops, count }: Template): number {
  let read = 0;
  for (let i = 0; i < count; i++) {
    if (ops[4 * i] === IR.carry) read |= 4;
    else if (ops[4 * i] === IR.condition) read |= CONDITION_FLAGS[ops[4 * i + 1]!]!;
  }
  return read;
}

export const isNear = (branch: number): boolean => branch === BRANCH.near || branch === BRANCH.nearCall;
export const isCallKind = (branch: number): boolean =>
  branch === BRANCH.call || branch === BRANCH.callExchange || branch === BRANCH.nearCall;

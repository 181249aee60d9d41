/** Coprocessor instructions (DDI 0406C, A7, A8.8.30, A8.8.98, A8.8.107). Fields below bit 28 are the same in A32 and T32. */
import type { Ir } from '../../ir/ir.ts';
import type { Imm, Value } from '../../ir/operand.ts';
import { CNTVOFF, COUNTERS, counterRead, directAccess, TOLD } from '../../system/direct.ts';
import { SYSTEM } from '../../system/operations.ts';
import { W } from '../../wasm/opcodes.ts';
import { operation } from '../instruction.ts';
import { r } from '../names.ts';
import { bits, directOperation, systemOperation, undefinedOperation, type WordText } from '../raw.ts';

const cp = (w: number): string => `p${bits(w, 11, 8)}`;
const c = (n: number): string => `c${n}`;
const moveText: WordText = (w) => {
  const rt = bits(w, 15, 12);
  const load = bits(w, 20, 20) === 1;
  const registers = `${load && rt === 15 && w >>> 28 !== 15 ? 'apsr_nzcv' : r(rt)}, ${c(bits(w, 19, 16))}, ${c(w & 15)}`;
  return `m${load ? 'rc' : 'cr'}{2}{c} ${cp(w)}, #${bits(w, 23, 21)}, ${registers}, #${bits(w, 7, 5)}`;
};
const moveTwoText: WordText = (w) =>
  `m${bits(w, 20, 20) === 1 ? 'rrc' : 'crr'}{2}{c} ${cp(w)}, #${bits(w, 7, 4)}, ${r(bits(w, 15, 12))}, ` +
  `${r(bits(w, 19, 16))}, ${c(w & 15)}`;
const operationText: WordText = (w) =>
  `cdp{2}{c} ${cp(w)}, #${bits(w, 23, 20)}, ${c(bits(w, 15, 12))}, ${c(bits(w, 19, 16))}, ${c(w & 15)}, #${bits(w, 7, 5)}`;
const transferText: WordText = (w) => {
  const sign = bits(w, 23, 23) === 1 ? '' : '-';
  const offset = `#${sign}${4 * bits(w, 7, 0)}`;
  const base = `[${r(bits(w, 19, 16))}`;
  const wback = bits(w, 21, 21) === 1;
  const address =
    bits(w, 24, 24) === 1
      ? `${base}, ${offset}]${wback ? '!' : ''}`
      : wback
        ? `${base}], ${offset}`
        : `${base}], {${bits(w, 7, 0)}}`;
  const name = bits(w, 20, 20) === 1 ? 'ldc' : 'stc';
  return `${name}{2}${bits(w, 22, 22) === 1 ? 'l' : ''}{c} ${cp(w)}, ${c(bits(w, 15, 12))}, ${address}`;
};
const plain =
  (text: WordText): WordText =>
  (w, at) =>
    text(w, at).replace('{2}', '');
/** A coprocessor instruction in its form for coprocessors 14 and 15, and the "2" form, which has none to go to. */
const forms = (name: string, reference: string, text: WordText) => ({
  plain: systemOperation(name, reference, SYSTEM.coprocessor, plain(text)),
  second: undefinedOperation(`${name}2`, reference, (w, at) => text(w, at).replace('{2}', '2')),
});
/**
 * Where the parts of a place begin, behind the offset: words to the other copy, how many of the lowest bits a write leaves 0,
 * and the numbers of two bits of `STATE.traps`.
 */
const PLACE = { stride: 13, low: 15, traps: [20, 25] } as const;
/** What begins at a bit of a place, of which shifts use five bits. */
const field = (ir: Ir, place: Imm, at: number): Value => ir.shr(ir.imm(place), ir.const(at));
/** MRC and MCR of a register that only holds a word, and of one that does nothing here. */
const move = directOperation({
  name: 'mrc',
  reference: 'DDI 0406C, A8.8.98, A8.8.107',
  number: SYSTEM.coprocessor,
  text: plain(moveText),
  operands: { rt: 'register', place: 'immediate' },
  forms: ['read', 'write', 'ignore'],
  fields(w) {
    const access = directAccess(w);
    if (access === undefined) return undefined;
    const { form, offset, stride, low, traps } = access;
    const place =
      offset |
      (stride << PLACE.stride) |
      (low << PLACE.low) |
      (traps[0] << PLACE.traps[0]) |
      (traps[1] << PLACE.traps[1]);
    return { form, rt: form === 'ignore' ? 0 : bits(w, 15, 12), place };
  },
  ready(ir, { place }, form) {
    const trap = (at: number): Value => ir.shr(ir.state('traps'), field(ir, place, at));
    const trapped = ir.or(trap(PLACE.traps[0]), trap(PLACE.traps[1]));
    const told = ir.shr(ir.state('traps'), ir.const(TOLD));
    return ir.isZero(ir.and(form === 'read' ? trapped : ir.or(trapped, told), ir.const(1)));
  },
  execute(ir, { rt, place }, form) {
    if (form === 'ignore') return;
    const stride = ir.and(field(ir, place, PLACE.stride - 2), ir.const(12));
    const copy = ir.and(ir.state('copies'), stride);
    const at = ir.add(ir.and(ir.imm(place), ir.const((1 << PLACE.stride) - 1)), copy);
    if (form === 'read') ir.setReg(rt, ir.stateAt(at));
    else {
      const low = field(ir, place, PLACE.low);
      ir.setStateAt(at, ir.shl(ir.shr(ir.reg(rt), low), low));
    }
  },
});
/** MRRC of a counter: how many ticks have passed follows from how many instructions this run has executed. */
const moveTwo = directOperation({
  name: 'mrrc',
  reference: 'DDI 0406C, A8.8.99, A8.8.108',
  number: SYSTEM.coprocessor,
  text: plain(moveTwoText),
  operands: { rt: 'register', rt2: 'register' },
  forms: ['CNTPCT', 'CNTVCT'],
  fields(w) {
    const form = counterRead(w);
    return form && { form, rt: bits(w, 15, 12), rt2: bits(w, 19, 16) };
  },
  ready: (ir, _, form) => ir.isZero(ir.bit(ir.state('traps'), COUNTERS[form])),
  execute(ir, { rt, rt2 }, form) {
    const wide = (value: Value): Value<'i64'> => ir.op1<'i64'>(W.i64ExtendU, value);
    const words = (low: Value, high: Value): Value<'i64'> =>
      ir.op2<'i64'>(W.i64Or, wide(low), ir.op2<'i64'>(W.i64Shl, wide(high), ir.const64(32, 0)));
    const used = wide(ir.sub(ir.state('budget'), ir.state('left')));
    const parts = ir.op2<'i64'>(W.i64Mul, used, wide(ir.state('instructionParts')));
    const passed = ir.op2<'i64'>(W.i64Add, parts, wide(ir.state('countPart')));
    const ticks = ir.op2<'i64'>(W.i64DivU, passed, wide(ir.state('tickParts')));
    const physical = ir.op2<'i64'>(W.i64Add, ticks, words(ir.state('countLow'), ir.state('countHigh')));
    const offset = (n: number): Value => ir.stateAt(ir.const(CNTVOFF + n));
    const count = form === 'CNTPCT' ? physical : ir.op2<'i64'>(W.i64Sub, physical, words(offset(0), offset(4)));
    ir.setReg(rt, ir.op1(W.wrap, count));
    ir.setReg(rt2, ir.op1(W.wrap, ir.op2<'i64'>(W.i64ShrU, count, ir.const64(32, 0))));
  },
});
export const COPROCESSOR = {
  move: { plain: move, second: forms('mrc', 'DDI 0406C, A8.8.98, A8.8.107', moveText).second },
  moveTwo: { plain: moveTwo, second: forms('mrrc', 'DDI 0406C, A8.8.99, A8.8.108', moveTwoText).second },
  operation: forms('cdp', 'DDI 0406C, A8.8.30', operationText),
  transfer: forms('ldc', 'DDI 0406C, A8.8.55, A8.8.56, A8.8.198', transferText),
} as const;

const THREAD_IDS = ['TPIDRURW', 'TPIDRURO', 'TPIDRPRW'] as const;
const threadText = (name: string, rt: number, thread: string): string =>
  `${name}{c} p15, #0, ${r(rt)}, c13, c0, #${THREAD_IDS.indexOf(thread as 'TPIDRURW') + 2}`;
/** Thread-ID registers are read all the time, so they do not leave the interpreter (B4.1.149 to B4.1.151). */
export const READ_THREAD_ID = operation({
  name: 'read thread id',
  reference: 'DDI 0406C, A8.8.107, B4.1.149 to B4.1.151',
  operands: { rt: 'register' },
  shape: { thread: THREAD_IDS },
  syntax: (o) => threadText('mrc', o.rt, o.thread),
  execute(ir, { rt }, { thread }) {
    if (thread === 'TPIDRPRW') ir.guard('privileged');
    ir.guard('threadIds');
    ir.setReg(rt, ir.state(thread));
  },
});
export const WRITE_THREAD_ID = operation({
  name: 'write thread id',
  reference: 'DDI 0406C, A8.8.98, B4.1.149 to B4.1.151',
  operands: { rt: 'register' },
  shape: { thread: THREAD_IDS },
  syntax: (o) => threadText('mcr', o.rt, o.thread),
  execute(ir, { rt }, { thread }) {
    if (thread !== 'TPIDRURW') ir.guard('privileged');
    ir.guard('threadIds');
    ir.setState(thread, ir.reg(rt));
  },
});
export const threadId = (op2: number): (typeof THREAD_IDS)[number] => THREAD_IDS[op2 - 2]!;

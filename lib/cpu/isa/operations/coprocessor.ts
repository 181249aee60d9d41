/** Coprocessor instructions (DDI 0406C, A7, A8.8.30, A8.8.98, A8.8.107). Fields below bit 28 are the same in A32 and T32. */
import type { Value } from '../../ir/operand.ts';
import { directAccess } from '../../system/direct.ts';
import { SYSTEM } from '../../system/operations.ts';
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
    const { form, offset, traps } = access;
    return { form, rt: form === 'ignore' ? 0 : bits(w, 15, 12), place: offset | (traps[0] << 16) | (traps[1] << 24) };
  },
  ready(ir, { place }) {
    const trap = (shift: number): Value => ir.shr(ir.state('traps'), ir.shr(ir.imm(place), ir.const(shift)));
    return ir.isZero(ir.and(ir.or(trap(16), trap(24)), ir.const(1)));
  },
  execute(ir, { rt, place }, form) {
    const offset = ir.and(ir.imm(place), ir.const(0xffff));
    if (form === 'read') ir.setReg(rt, ir.stateAt(offset));
    else if (form === 'write') ir.setStateAt(offset, ir.reg(rt));
  },
});
export const COPROCESSOR = {
  move: { plain: move, second: forms('mrc', 'DDI 0406C, A8.8.98, A8.8.107', moveText).second },
  moveTwo: forms('mrrc', 'DDI 0406C, A8.8.99, A8.8.108', moveTwoText),
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

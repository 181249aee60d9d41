/** Hints, barriers, exceptions, and loads and stores of the system level (DDI 0406C, A4.8 to A4.10, A8.8 and B9.3). */
import type { Ir } from '../../ir/ir.ts';
import type { Value } from '../../ir/operand.ts';
import { OWN_STACK, USER_BANK } from '../../system/direct.ts';
import { SYSTEM, type SystemOperation } from '../../system/operations.ts';
import { operation } from '../instruction.ts';
import { r, registerList } from '../names.ts';
import { bits, directOperation, systemOperation, undefinedOperation, wordOperation, type WordText } from '../raw.ts';
import { decodeShift, shiftText } from '../shift.ts';
import { BLOCK_MODES, blockOf } from './load-store-multiple.ts';

/** Hints that ask for nothing here; `word` is kept for the text. */
const nop = (name: string, reference: string, text: WordText) =>
  operation({
    name,
    reference,
    operands: { word: 'immediate' },
    shape: {},
    syntax: (o, at) => text(o.word >>> 0, at),
    execute() {
      /* nothing to do */
    },
  });

const nopWord = (name: string, reference: string, text: WordText) => wordOperation(nop(name, reference, text));

/** Hints without a name of their own print as NOP with their number. */
export const NOP = nop('nop', 'DDI 0406C, A8.8.119', (n) => (n === 0 ? 'nop{c}' : `nop{c} {${n}}`));
export const YIELD = nop('yield', 'DDI 0406C, A8.8.426', () => 'yield{c}');
export const DBG = nop('dbg', 'DDI 0406C, A8.8.42', (w) => `dbg{c} #${bits(w, 3, 0)}`);
export const WFE = systemOperation('wfe', 'DDI 0406C, A8.8.424', SYSTEM.wfe, () => 'wfe{c}');
export const WFI = systemOperation('wfi', 'DDI 0406C, A8.8.425', SYSTEM.wfi, () => 'wfi{c}');
export const SEV = directOperation({
  name: 'sev',
  reference: 'DDI 0406C, A8.8.168',
  number: SYSTEM.sev,
  text: () => 'sev{c}',
  operands: {},
  forms: ['alone'],
  fields: () => ({ form: 'alone' }),
  ready: (ir) => ir.state('alone'),
  execute: (ir) => ir.setState('event', ir.const(1)),
});

const word = (w: number): string => `.inst 0x${w.toString(16).padStart(8, '0')}`;
/** Unallocated memory hints have no text. */
export const MEMORY_HINT = nopWord('memory hint', 'DDI 0406C, A5.7.1', word);
const offsetText = (w: number, offset: number): string => `#${bits(w, 23, 23) === 1 ? '' : '-'}${offset}`;
/** Preloads: of data (PLD, with R or W PLDW) or of instructions. */
export const PLD_A32 = nopWord('pld', 'DDI 0406C, A8.8.126 to A8.8.130', (w) => {
  const name = bits(w, 24, 24) === 0 ? 'pli' : bits(w, 22, 22) === 1 ? 'pld' : 'pldw';
  const base = r(bits(w, 19, 16));
  if (bits(w, 25, 25) === 0) return `${name} [${base}, ${offsetText(w, w & 0xfff)}]`;
  const { shift, amount } = decodeShift(bits(w, 6, 5), bits(w, 11, 7));
  return `${name} [${base}, ${bits(w, 23, 23) === 1 ? '' : '-'}${r(w & 15)}${shiftText(shift, amount)}]`;
});
export const PLD_T32 = nopWord('pld', 'DDI 0406C, A8.8.126 to A8.8.130', (w) => {
  const half = bits(w, 21, 21) === 1;
  const literal = bits(w, 19, 16) === 15;
  const instructions = bits(w, 24, 24) === 1;
  if (half && (literal || instructions)) return word(w);
  const name = `${instructions ? 'pli' : half ? 'pldw' : 'pld'}{c}`;
  if (literal) return `${name} [pc, ${offsetText(w, w & 0xfff)}]`;
  const base = `${name} [${r(bits(w, 19, 16))}`;
  if (bits(w, 23, 23) === 1) return `${base}, #${w & 0xfff}]`;
  if (bits(w, 11, 8) === 0b1100) return `${base}, #-${w & 0xff}]`;
  return `${base}, ${r(w & 15)}${shiftText('lsl', bits(w, 5, 4))}]`;
});

const BARRIER_OPTIONS: Record<number, string> = {
  15: 'sy',
  14: 'st',
  11: 'ish',
  10: 'ishst',
  7: 'un',
  6: 'unst',
  3: 'osh',
  2: 'oshst',
};
const barrier =
  (name: string): WordText =>
  (w) =>
    `${name}{c} ${BARRIER_OPTIONS[w & 15] ?? `#${w & 15}`}`;
/** Memory is sequentially consistent here, and maintenance and changes of registers take effect at once. */
export const DSB = nopWord('dsb', 'DDI 0406C, A8.8.44', barrier('dsb'));
export const DMB = nopWord('dmb', 'DDI 0406C, A8.8.43', barrier('dmb'));
export const ISB = nopWord('isb', 'DDI 0406C, A8.8.53', (w) => ((w & 15) === 15 ? 'isb{c} sy' : `isb{c} #${w & 15}`));

// Exceptions.

const a32Imm16 = (w: number): number => (bits(w, 19, 8) << 4) | (w & 15);
const hex = (n: number): string => `#0x${n.toString(16)}`;
export const SVC_A32 = systemOperation('svc', 'DDI 0406C, A8.8.228', SYSTEM.svc, (w) => `svc{c} ${hex(w & 0xffffff)}`);
export const SVC_T16 = systemOperation('svc', 'DDI 0406C, A8.8.228', SYSTEM.svc, (w) => `svc{c} ${hex(w & 0xff)}`);
export const BKPT_A32 = systemOperation('bkpt', 'DDI 0406C, A8.8.24', SYSTEM.bkpt, (w) => `bkpt ${hex(a32Imm16(w))}`);
export const BKPT_T16 = systemOperation('bkpt', 'DDI 0406C, A8.8.24', SYSTEM.bkpt, (w) => `bkpt ${hex(w & 0xff)}`);
export const HVC_A32 = systemOperation('hvc', 'DDI 0406C, B9.3.4', SYSTEM.hvc, (w) => `hvc ${hex(a32Imm16(w))}`);
export const HVC_T32 = systemOperation(
  'hvc',
  'DDI 0406C, B9.3.4',
  SYSTEM.hvc,
  (w) => `hvc ${hex((bits(w, 19, 16) << 12) | (w & 0xfff))}`,
);
export const SMC_A32 = systemOperation('smc', 'DDI 0406C, B9.3.14', SYSTEM.smc, (w) => `smc{c} #${w & 15}`);
export const SMC_T32 = systemOperation('smc', 'DDI 0406C, B9.3.14', SYSTEM.smc, (w) => `smc{c} #${bits(w, 19, 16)}`);
export const UDF_A32 = undefinedOperation('udf', 'DDI 0406C, A8.8.247', (w) => `udf ${hex(a32Imm16(w))}`);
export const UDF_T16 = undefinedOperation('udf', 'DDI 0406C, A8.8.247', (w) => `udf{c} ${hex(w & 0xff)}`);
export const UDF_T32 = undefinedOperation(
  'udf.w',
  'DDI 0406C, A8.8.247',
  (w) => `udf{c}.w ${hex((bits(w, 19, 16) << 12) | (w & 0xfff))}`,
);
export const ERET = systemOperation('return eret', 'DDI 0406C, B9.3.3', SYSTEM.eret, () => 'eret{c}');

export const SETEND_A32 = systemOperation(
  'setend',
  'DDI 0406C, A8.8.167',
  SYSTEM.setend,
  (w) => `setend ${bits(w, 9, 9) === 1 ? 'be' : 'le'}`,
);
export const SETEND_T16 = systemOperation(
  'setend',
  'DDI 0406C, A8.8.167',
  SYSTEM.setend,
  (w) => `setend ${bits(w, 3, 3) === 1 ? 'be' : 'le'}`,
);

// Loads and stores of the system level.

const mode = (p: number, u: number): string => ['da', '', 'db', 'ib'][2 * p + u]!;
const bang = (w: number): string => (bits(w, 21, 21) === 1 ? '!' : '');
const a32Mode = (w: number): string => mode(bits(w, 24, 24), bits(w, 23, 23));
/** T32 has IA (bit 23 set) and DB. */
const t32Mode = (w: number): string => (bits(w, 23, 23) === 1 ? '' : 'db');
export const RFE_A32 = systemOperation(
  'return rfe',
  'DDI 0406C, B9.3.13',
  SYSTEM.rfe,
  (w) => `rfe${a32Mode(w)} ${r(bits(w, 19, 16))}${bang(w)}`,
);
export const RFE_T32 = systemOperation(
  'return rfe',
  'DDI 0406C, B9.3.13',
  SYSTEM.rfe,
  (w) => `rfe${t32Mode(w)}{c} ${r(bits(w, 19, 16))}${bang(w)}`,
);
export const SRS_A32 = systemOperation(
  'srs',
  'DDI 0406C, B9.3.16',
  SYSTEM.srs,
  (w) => `srs${a32Mode(w)} sp${bang(w)}, #${bits(w, 4, 0)}`,
);
export const SRS_T32 = systemOperation(
  'srs',
  'DDI 0406C, B9.3.16',
  SYSTEM.srs,
  (w) => `srs${t32Mode(w)}{c} sp${bang(w)}, #${bits(w, 4, 0)}`,
);
const multipleText =
  (name: string): WordText =>
  (w) =>
    `${name}${a32Mode(w)}{c} ${r(bits(w, 19, 16))}${bang(w)}, ${registerList(w & 0xffff)}^`;
const ownsStack = (ir: Ir): Value =>
  ir.and(ir.shr(ir.const(OWN_STACK), ir.and(ir.state('mode'), ir.const(15))), ir.const(1));

/** LDM with PC in its list, by which kernels return from exceptions of their own; `list` is without PC. */
export const LDM_RETURN = directOperation({
  name: 'return ldm',
  reference: 'DDI 0406C, B9.3.5',
  number: SYSTEM.ldmExceptionReturn,
  text: multipleText('ldm'),
  operands: { rn: 'register', list: 'immediate' },
  forms: BLOCK_MODES,
  fields: (w) => ({ rn: bits(w, 19, 16), list: bits(w, 14, 0), form: BLOCK_MODES[bits(w, 24, 23)]! }),
  ready: ownsStack,
  execute(ir, { rn, list, word }, mode) {
    const others = ir.shl(ir.popcount(ir.imm(list)), ir.const(2));
    const size = ir.add(others, ir.const(4));
    const { start, updated } = blockOf(ir, rn, size, mode);
    ir.access('read', start, size);
    ir.setState('target', ir.load('u32', ir.add(start, others)));
    ir.when(ir.bit(ir.imm(word), 21), () => ir.setReg(rn, updated));
    ir.eachRegister(list, (register, index) => {
      ir.setReg(register, ir.load('u32', ir.add(start, ir.shl(index, ir.const(2)))));
    });
    ir.system(SYSTEM.exceptionReturn, word);
  },
});

/** LDM and STM of User mode's registers, with which kernels are entered and left; `list` is R0 to R12 of it. */
const userMultiple = (name: 'ldm' | 'stm', reference: string, number: SystemOperation) =>
  directOperation({
    name: `${name} user`,
    reference,
    number,
    text: multipleText(name),
    operands: { rn: 'register', list: 'immediate' },
    forms: BLOCK_MODES,
    fields: (w) =>
      bits(w, 15, 15) === 1
        ? undefined
        : { rn: bits(w, 19, 16), list: bits(w, 12, 0), form: BLOCK_MODES[bits(w, 24, 23)]! },
    ready: ownsStack,
    execute(ir, { rn, list, word }, mode) {
      const sizeOf = (registers: number): Value => {
        const count = ir.popcount(ir.and(ir.imm(word), ir.const(registers)));
        return ir.shl(count, ir.const(2));
      };
      const { start } = blockOf(ir, rn, sizeOf(0x7fff), mode);
      ir.access(name === 'ldm' ? 'read' : 'write', start, sizeOf(0x7fff));
      ir.eachRegister(list, (register, index) => {
        const address = ir.add(start, ir.shl(index, ir.const(2)));
        if (name === 'ldm') ir.setReg(register, ir.load('u32', address));
        else ir.store('u32', address, ir.reg(register));
      });
      for (const { register, offset } of USER_BANK)
        ir.when(ir.bit(ir.imm(word), register), () => {
          const address = ir.add(start, sizeOf((1 << register) - 1));
          if (name === 'ldm') ir.setStateAt(ir.const(offset), ir.load('u32', address));
          else ir.store('u32', address, ir.stateAt(ir.const(offset)));
        });
    },
  });
export const LDM_USER = userMultiple('ldm', 'DDI 0406C, B9.3.6', SYSTEM.ldmUser);
export const STM_USER = userMultiple('stm', 'DDI 0406C, B9.3.17', SYSTEM.stmUser);

export const BXJ = systemOperation('bxj', 'DDI 0406C, A8.8.28', SYSTEM.bxj, (w) => `bxj{c} ${r(w & 15)}`);
export const BXJ_T32 = systemOperation('bxj', 'DDI 0406C, A8.8.28', SYSTEM.bxj, (w) => `bxj{c} ${r(bits(w, 19, 16))}`);
/** ENTERX and LEAVEX: ThumbEE, which this processor has, is left to the system. */
export const ENTERX = systemOperation('enterx', 'DDI 0406C, A9.3.1', SYSTEM.enterx, (w) =>
  bits(w, 4, 4) === 1 ? 'enterx' : 'leavex',
);
export const SWP = systemOperation(
  'swp',
  'DDI 0406C, A8.8.229',
  SYSTEM.swp,
  (w) => `swp${bits(w, 22, 22) === 1 ? 'b' : ''}{c} ${r(bits(w, 15, 12))}, ${r(w & 15)}, [${r(bits(w, 19, 16))}]`,
);

/** Decoding in generated code: the words of a basic block become records, each by the form of its word (isa/forms.ts). */
import { ALWAYS } from '../ir/ops.ts';
import { RECORD } from '../isa/table.ts';
import {
  ASKS,
  BUCKET,
  BUCKETS,
  FIRST_BUCKET,
  FORM,
  FORMS,
  INFO,
  KEY,
  LOG2_INDEX,
  MOST_FORMS,
  PAIRS,
  PIECES,
  UNCONDITIONAL,
} from '../state/forms.ts';
import { MICRO_OP_PAGE, SHARED, STATE } from '../state/layout.ts';
import { Code } from '../wasm/code.ts';
import type { Body } from '../wasm/module.ts';
import { W } from '../wasm/opcodes.ts';
import { add, and, call, gtU, isZero, load, load16, ltU, mul, or, shl, shrU, xor } from '../wasm/writer.ts';
import { Writer, type Local, type Term } from '../wasm/writer.ts';
import { importIndex } from './imports.ts';

const UP = 0;
const CPU = 1;
const PAGE = 4096;
const CONDITION = 0xf000_0000 | 0;
const ALL_PAIRS = (2 ** PAIRS.length - 1) << INFO.pairs;
/** First halfwords from here on are those of 32-bit instructions (DDI 0406C, A6.1). */
const WIDE = 0xe800;

/**
 * `predecodeA32(up, cpu)`, `predecodeT32(up, cpu)`: decodes from the record `up` to the end of its basic block, or leaves it to
 * the CPU's own code: the first time in a page, where a breakpoint is in the page, and IT blocks.
 */
export function predecode(thumb: boolean, findForm: number): Body {
  const code = new Code(2048);
  let last = CPU;
  const local = (): number => ++last;
  const [source, word, wide, bits, key, form] = [local(), local(), local(), local(), local(), local()];
  const [info, left, x, second, first, end] = [local(), local(), local(), local(), local(), local()];
  const number = local();
  const shift = thumb ? 3 : 2;
  const field = (offset: number): Code => code.get(form).memory(W.load, offset);
  const find = (): void => {
    code.get(word).get(bits).get(key).call(findForm).set(form);
  };
  const asked = (question: number): Code => code.get(form).memory(W.load16u, FORM.asks).const(question).op(W.and);
  const pageOffset = (): Code =>
    code
      .get(source)
      .const(PAGE - 1)
      .op(W.and);
  const leave = (): void => {
    code.if();
    code.get(UP).get(CPU).call(importIndex('predecode')).op(W.return).end();
  };

  // The page's last record says where the page comes from: PC and its address agree in their place in the page.
  code
    .get(UP)
    .const(shift)
    .op(W.shrU)
    .get(CPU)
    .memory(W.load, STATE.delta)
    .op(W.add)
    .const(PAGE - 1)
    .op(W.and)
    .set(x);
  code.get(UP).const(PAGE).get(x).op(W.sub).const(shift).op(W.shl).op(W.add).tee(end);
  code.memory(W.load, MICRO_OP_PAGE.source).tee(source).op(W.eqz);
  if (thumb) code.get(CPU).memory(W.load, STATE.it).op(W.or).get(UP).memory(W.load).op(W.or);
  leave();
  code.get(end).const(0).memory(W.store, MICRO_OP_PAGE.writes);
  code.get(source).get(x).op(W.add).set(source);

  const next = code.loop();
  if (thumb) {
    code.get(source).memory(W.load16u).tee(word).const(WIDE).op(W.geU).tee(wide).if();
    pageOffset()
      .const(PAGE - 2)
      .op(W.eq);
    leave();
    code.get(word).const(16).op(W.shl).get(source).memory(W.load16u, 2).op(W.or).set(word).else();
    // IT
    code
      .get(word)
      .const(0xff00)
      .op(W.and)
      .const(0xbf00)
      .op(W.eq)
      .get(word)
      .const(15)
      .op(W.and)
      .const(0)
      .op(W.ne)
      .op(W.and);
    leave();
    code.end();
  } else code.get(source).memory(W.load).set(word);
  code.const(0).const(0).memory(W.load, SHARED.decoded).const(1).op(W.add).memory(W.store, SHARED.decoded);

  // What of the word is plain follows from its bucket.
  const bucket = (name: keyof typeof BUCKETS): void => {
    const { high, highShift, low, lowShift } = BUCKETS[name];
    code.get(word).const(highShift).op(W.shrU).const(high).op(W.and);
    code.get(word).const(lowShift).op(W.shrU).const(low).op(W.and).op(W.or);
    code.const(FIRST_BUCKET[name]).op(W.add);
  };
  if (thumb) {
    code.get(wide).ifValue();
    bucket('t32');
    code.else();
    bucket('t16');
    code.end();
  } else {
    bucket('a32');
    code.get(word).const(CONDITION).op(W.geU).const(Math.log2(UNCONDITIONAL)).op(W.shl).op(W.add);
  }
  code.tee(x).const(Math.log2(BUCKET.size)).op(W.shl).const(0).memory(W.load, SHARED.forms).op(W.add).tee(form);
  code.memory(W.load, BUCKET.info).op(W.eqz).if();
  code.get(x).call(importIndex('bucket')).end();
  code.get(form).memory(W.load, BUCKET.plain).set(left);
  code.get(form).memory(W.load, BUCKET.info).set(info);

  // Which plain registers are R15, which are equal where that is asked?
  code.get(word).get(word).const(1).op(W.shrU).op(W.and).tee(x).get(x).const(2).op(W.shrU).op(W.and);
  code
    .const(INFO.registers)
    .op(W.and)
    .const(INFO.mostKinds << INFO.kind)
    .op(W.or)
    .get(info)
    .op(W.and);
  code
    .const(thumb ? KEY.thumb : 0)
    .op(W.or)
    .set(key);
  code.get(info).const(ALL_PAIRS).op(W.and).if();
  PAIRS.forEach(([a, b], i) => {
    code.get(word).const(a).op(W.shrU).get(word).const(b).op(W.shrU).op(W.xor).const(15).op(W.and).op(W.eqz);
    code.const(INFO.pairs + i).op(W.shl);
    if (i > 0) code.op(W.or);
  });
  code.get(info).op(W.and).const(ALL_PAIRS).op(W.and).get(key).op(W.or).set(key).end();
  code.get(word).get(left).const(-1).op(W.xor).op(W.and).set(bits);
  find();
  if (thumb) {
    asked(ASKS.aligned).get(source).op(W.and).if();
    code.get(key).const(KEY.odd).op(W.or).set(key);
    find();
    code.end();
  }

  const immediate = (i: 0 | 1): void => {
    field(FORM.immediates + 4 * i);
    field(FORM.factors + 4 * i)
      .get(number)
      .op(W.mul)
      .op(W.add);
  };
  const takeNumber = (): void => {
    for (let i = 0; i < PIECES; i++) {
      code.get(word);
      field(FORM.pieces + 4 * i).op(W.and);
      code
        .get(form)
        .memory(W.load8u, FORM.turns + i)
        .op(W.rotl);
      if (i > 0) code.op(W.or);
    }
    code.tee(x);
    field(FORM.sign).op(W.xor);
    field(FORM.sign).op(W.sub).set(number);
  };
  takeNumber();
  code.const(0);
  asked(ASKS.zero).get(x).op(W.select).if();
  code.get(key).const(KEY.zero).op(W.or).set(key);
  find();
  takeNumber();
  code.end();
  immediate(1);
  code.set(second);
  asked(ASKS.near).if();
  pageOffset().get(second).op(W.add).const(PAGE).op(W.ltU).if();
  code.get(key).const(KEY.near).op(W.or).set(key);
  find();
  takeNumber();
  code.end().end();

  const record = (offset: number, value: () => void): void => {
    code.get(UP);
    value();
    code.memory(W.store, offset);
  };
  record(RECORD.immediates, () => immediate(0));
  record(RECORD.immediates + 4, () => immediate(1));
  record(RECORD.registers, () => {
    for (let i = 0; i < 4; i++) {
      code
        .get(word)
        .get(form)
        .memory(W.load8u, FORM.from + i)
        .op(W.shrU)
        .const(15)
        .op(W.and);
      code.const(8 * i + 2).op(W.shl);
      if (i > 0) code.op(W.or);
    }
    field(FORM.taken).op(W.and);
    field(FORM.registers).op(W.or);
  });
  field(FORM.microOps).set(first);
  if (!thumb) {
    code.get(form).memory(W.load16u, FORM.family).tee(x).if();
    code.get(word).const(28).op(W.shrU).tee(second).const(ALWAYS).op(W.ltU).if();
    code.get(first).const(~0xffff).op(W.and).get(x).op(W.or).get(second).op(W.or).set(first);
    code.end().end();
  }
  record(RECORD.first, () => code.get(first));

  const advance = (of: number, size: number): void => {
    code.get(of).const(size);
    if (thumb) code.get(wide).op(W.shl);
    code.op(W.add).set(of);
  };
  advance(UP, RECORD.size);
  advance(source, thumb ? 2 : 4);
  asked(ASKS.ends).get(UP).memory(W.load).op(W.or).op(W.eqz).brIf(next).end();
  return {
    signature: { parameters: ['i32', 'i32'], results: [] },
    locals: new Array<'i32'>(last - CPU).fill('i32'),
    code,
    exported: thumb ? 'predecodeT32' : 'predecodeA32',
  };
}

/**
 * `findForm(word, bits, key)`: the form of these bits of a word, which is made if there is none; or that of the whole word, where
 * the form asks for it. `self` is the function's index.
 */
export function findForm(self: number): Body {
  const w = new Writer(3);
  const [word, bits, key] = w.parameters as [Local, Local, Local];
  const all = w.local(load(0, SHARED.forms));
  const slot = w.local(shrU(mul(xor(bits, mul(key, 0x85eb_ca6b)), 0x9e37_79b1), 32 - LOG2_INDEX));
  const number = w.local();
  const form = w.local();
  const index = add(all, shl(slot, 1));
  const formOf = (n: Local): Term => add(all, add(FORMS.count, shl(n, Math.log2(FORM.size))));
  const answer = (): void => {
    const ofWhole = or(and(key, KEY.near | KEY.odd | KEY.thumb), KEY.whole);
    w.if(and(load16(form, FORM.asks), ASKS.whole), () => w.return(call(self, word, word, ofWhole)));
    w.return(form);
  };
  w.set(number, load16(index, FORMS.index));
  w.while(number, () => {
    w.set(form, formOf(number));
    w.if(isZero(or(xor(load(form, FORM.word), bits), xor(load(form, FORM.key), key))), answer);
    w.set(slot, and(add(slot, 1), 2 ** LOG2_INDEX - 1));
    w.set(number, load16(index, FORMS.index));
  });
  w.set(number, add(load(all, FORMS.count), 1));
  w.if(gtU(number, MOST_FORMS), () => {
    // All begins anew.
    w.set(slot, 0);
    w.while(ltU(slot, 2 ** LOG2_INDEX), () => {
      w.store(index, FORMS.index, 0, W.store16);
      w.set(slot, add(slot, 1));
    });
    w.store(all, FORMS.count, 0);
    w.return(call(self, word, bits, key));
  });
  w.store(index, FORMS.index, number, W.store16);
  w.store(all, FORMS.count, number);
  w.set(form, formOf(number));
  w.store(form, FORM.word, bits);
  w.store(form, FORM.key, key);
  w.code.get(word.local).get(form.local).call(importIndex('form'));
  answer();
  return w.body(0);
}

/**
 * What the text of an instruction says so that the assembler takes the same one of several encodings (DDI 0406C, A8.2, A5.2.4):
 * the width in T32, a constant's rotation, an offset of minus zero.
 */
import { expandImmediate } from './a32/immediate.ts';
import type { Instruction, Place } from './instruction.ts';
import type { StagingName } from './table.ts';

/** Mnemonics, without the S, of which T16 has encodings too. */
const NARROW = new Set(
  (
    'adc add adr and asr b bic cmn cmp eor ldm ldr ldrb ldrh ldrsb ldrsh lsl lsr mov mul mvn nop orr pop push rev rev16 ' +
    'revsh ror rsb sbc sev stm str strb strh sub sxtb sxth tst uxtb uxth wfe wfi yield'
  ).split(' '),
);
const BRANCH = /^b(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)$/;

function withWidth(text: string): string {
  const [mnemonic] = /^\w+/.exec(text) ?? [''];
  const base = mnemonic.endsWith('s') && NARROW.has(mnemonic.slice(0, -1)) ? mnemonic.slice(0, -1) : mnemonic;
  if (!NARROW.has(base) && !BRANCH.test(mnemonic)) return text;
  return text.replace(/^\w+(\{c\})?(?!\.w)/, '$&.w');
}

/** Whether a smaller rotation than the one encoded gives the constant too. */
function rotatesMore(imm12: number): boolean {
  const constant = expandImmediate(imm12) >>> 0;
  for (let by = 0; by < 2 * (imm12 >>> 8); by += 2)
    if (((constant << by) | (by === 0 ? 0 : constant >>> (32 - by))) >>> 0 <= 0xff) return true;
  return false;
}
const FAR = 0x4000_0000;
function withRotation(id: string, imm12: number, text: string): string {
  const constant = `#${imm12 & 0xff}, ${2 * (imm12 >>> 8)}`;
  if (!id.startsWith('ADR_')) return rotatesMore(imm12) ? text.replace(/#\d+$/, constant) : text;
  // The assembler turns a far distance round.
  if (!rotatesMore(imm12) && expandImmediate(imm12) >>> 0 < FAR) return text;
  return text.replace(/^adr/, id === 'ADR_A1' ? 'add' : 'sub').replace(/, .*/, `, pc, ${constant}`);
}

/** Offset zero, to be subtracted. */
const withMinusZero = (text: string, pcRelative: string): string =>
  text
    .replace(/#0(?=\]|$)/, '#-0')
    .replace(/\[(\w+)\]$/, '[$1, #-0]')
    .replace(new RegExp(`, ${pcRelative}$`), ', [pc, #-0]');

/** The text, `{c}` still in it, so that it says which encoding it is. */
export function spell(set: StagingName, { id, encoding }: Instruction, word: number, at: Place, text: string): string {
  const fields = encoding.extract(word) as Readonly<Record<string, number>>;
  if (/^V?(LD|ST)(R|C)/.test(id) && (fields.u === 0 || id.includes('subtract'))) {
    const base = (set === 'a32' ? at.address + 8 : (at.address + 4) & ~3) >>> 0;
    text = withMinusZero(text, `0x${base.toString(16)}`);
  }
  if (set === 't32') return withWidth(/^(ADD|SUB)W_/.test(id) ? text.replace(/^\w+/, '$&w') : text);
  if (set === 'a32' && /^ADR_|^[^V]\w*_immediate(_pc)?_A1$/.test(id) && (word & 0x0e00_0000) === 0x0200_0000)
    return id.startsWith('MSR') ? text : withRotation(id, word & 0xfff, text);
  return text;
}

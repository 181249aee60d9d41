/** The GNU assembler as a judge of encodings and of the text that instructions print as. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes for each line: an IT with four instructions behind it fits. */
const SLOT = 16;

/**
 * Assembles each line by itself, and returns its word (a 32-bit T32 instruction has its first halfword in the upper half) or
 * the assembler's complaint. Lines may say `@`, which stands for their own address; `skipped` bytes of each are not its own.
 */
export function assemble(
  lines: readonly string[],
  thumb: boolean,
  skipped: (line: number) => number = () => 0,
): (number | string)[] {
  const directory = mkdtempSync(join(tmpdir(), 'armhyp-as-'));
  try {
    const source = join(directory, 'in.s');
    const object = join(directory, 'out.o');
    const binary = join(directory, 'out.bin');
    const head = ['.syntax unified', '.cpu cortex-a15', '.fpu neon-vfpv4', thumb ? '.thumb' : '.arm', '.balign 16'];
    const body = lines.map((line, i) => `.org ${i * SLOT}; ${line.replace('@', '.')}`);
    const complaints = new Map<number, string>();
    for (;;) {
      writeFileSync(source, [...head, ...body, `.org ${lines.length * SLOT}`, ''].join('\n'));
      const { status, stderr } = spawnSync('arm-none-eabi-as', ['-W', '-o', object, source], { encoding: 'utf8' });
      if (status === 0) break;
      const errors = [...stderr.matchAll(/in\.s:(\d+): Error: (.*)/g)];
      if (errors.length === 0) throw new Error(stderr.slice(0, 2000));
      // A line that is refused leaves its IT block open.
      const own = errors.filter(([, , text]) => !text!.includes('IT block'));
      for (const [, line, text] of own.length > 0 ? own : errors) {
        const index = Number(line) - head.length - 1;
        complaints.set(index, text!);
        body[index] = `.org ${index * SLOT}`;
      }
    }
    execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', object, binary]);
    const bytes = readFileSync(binary);
    return lines.map((_, i) => {
      const complaint = complaints.get(i);
      if (complaint !== undefined) return complaint;
      const at = i * SLOT + skipped(i);
      if (!thumb) return bytes.readUInt32LE(at);
      const first = bytes.readUInt16LE(at);
      return first < 0xe800 ? first : first * 0x10000 + bytes.readUInt16LE(at + 2);
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

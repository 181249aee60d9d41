/** The GNU assembler as a judge of encodings and of the text that instructions print as. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SLOT = 8;

/**
 * Assembles each line by itself, and returns its word (a 32-bit T32 instruction has its first halfword in the upper half) or
 * the assembler's complaint. Lines may say `@`, which stands for their own address.
 */
export function assemble(lines: readonly string[], thumb: boolean): (number | string)[] {
  const directory = mkdtempSync(join(tmpdir(), 'armhyp-as-'));
  try {
    const source = join(directory, 'in.s');
    const object = join(directory, 'out.o');
    const binary = join(directory, 'out.bin');
    const head = ['.syntax unified', '.cpu cortex-a15', '.fpu neon-vfpv4', thumb ? '.thumb' : '.arm'];
    const body = lines.map((line, i) => `.org ${i * SLOT}; ${line.replace('@', '.')}`);
    const complaints = new Map<number, string>();
    const write = (): void => {
      writeFileSync(source, [...head, ...body, `.org ${lines.length * SLOT}`, ''].join('\n'));
    };
    write();
    let result = spawnSync('arm-none-eabi-as', ['-o', object, source], { encoding: 'utf8' });
    if (result.status !== 0) {
      for (const [, line, text] of result.stderr.matchAll(/in\.s:(\d+): Error: (.*)/g)) {
        const index = Number(line) - head.length - 1;
        complaints.set(index, text!);
        body[index] = `.org ${index * SLOT}`;
      }
      write();
      result = spawnSync('arm-none-eabi-as', ['-o', object, source], { encoding: 'utf8' });
      if (result.status !== 0) throw new Error(result.stderr.slice(0, 2000));
    }
    execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', object, binary]);
    const bytes = readFileSync(binary);
    return lines.map((_, i) => {
      const complaint = complaints.get(i);
      if (complaint !== undefined) return complaint;
      if (!thumb) return bytes.readUInt32LE(i * SLOT);
      const first = bytes.readUInt16LE(i * SLOT);
      return first < 0xe800 ? first : first * 0x10000 + bytes.readUInt16LE(i * SLOT + 2);
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Assembles the texts of programs that tests run here and on QEMU. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tells a Versatile Express to switch off, and waits for it (DUI 0447J, SYS_CFGDATA and SYS_CFGCTRL). */
export const POWER_OFF = `
  movw r0, #0x0000
  movt r0, #0x1c01
  mov r1, #0
  str r1, [r0, #0xa0]
  movw r1, #0
  movt r1, #0xc080
  str r1, [r0, #0xa4]
  b .
`;

/** Makes an ELF of a program in a folder; its text begins at an address, and its entry is `_start` or the first instruction. */
export function assemble(folder: string, text: string, address: number): string {
  const source = join(folder, 'program.s');
  const elf = join(folder, 'program.elf');
  writeFileSync(source, text);
  const options = ['-nostdlib', '-static', '-Wl,--build-id=none', '-Wl,--no-warn-rwx-segments'];
  execFileSync('arm-none-eabi-gcc', [...options, `-Wl,-Ttext=0x${address.toString(16)}`, source, '-o', elf]);
  return elf;
}

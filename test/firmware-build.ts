/** The test that a bundled ELF is what its sources give. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, firmware, type Program } from './firmware-hypervisor.ts';
import { crossCompilerVersion, needs, skipUnless, type Command } from './tools/requirements.ts';

/** The compiler's own words in the ELF's `.comment` section. */
const builtWith = (elf: string): string =>
  /GCC: \((.*?)\) (\S+ \d+)/.exec(readFileSync(elf, 'latin1'))?.slice(1, 3).join(' ') ?? 'nothing known';

/** Declares a suite that builds a program's ELFs again, with these commands besides compiler and make. */
export function describeBuild(program: Program, elfs: readonly string[], commands: readonly Command[] = []): void {
  describe(`the ${program} firmware, built again`, () => {
    needs('arm-none-eabi-gcc', 'make', ...commands);
    const version = builtWith(join(firmware, program, elfs[0]!));
    skipUnless(
      crossCompilerVersion() === undefined || crossCompilerVersion() === version,
      `arm-none-eabi-gcc ${version}, with which ${elfs[0]} was built`,
    );

    it('gives the same bytes in another folder', () => {
      const { path, remove } = build(program);
      try {
        for (const elf of elfs) {
          const same = readFileSync(join(path, elf)).equals(readFileSync(join(firmware, program, elf)));
          expect(same, elf).to.equal(true);
        }
      } finally {
        remove();
      }
    }).timeout(120_000);
  });
}

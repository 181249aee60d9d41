/** A C program with newlib's semihosting library: it works with files, reads what is typed, and its status is the run's. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMachine } from '../../../lib/index.ts';
import { needs } from '../../tools/requirements.ts';

const source = join(import.meta.dirname, 'newlib.c');
/**
 * newlib's library calls by the SVC of the state that it was compiled for. What it has for ARMv7 copies words that are not
 * aligned, which with the MMU off is an alignment fault (DDI 0406C, A3.2.2).
 */
const SETS = { ARM: ['-march=armv5t', '-marm'], Thumb: ['-march=armv5t', '-mthumb'] } as const;

const PRINTED = `argument 1: one
argument 2: two words
written to: 8890
length: 8890
read: line 5
changed: LINE 5
terminal: 0
renamed: 0
old name: 0
errno: 2
removed: 0
removed again: -1
outside: 0
memory: 1
console: 1
clock runs: 1
date: 1000
name? hello, you
`;

describe("a program with newlib's semihosting", function () {
  this.timeout(30_000);
  needs('arm-none-eabi-gcc', '/usr/lib/arm-none-eabi/newlib/rdimon.specs');
  let outside = '';
  let folder = '';
  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), 'armhyp-newlib-'));
    mkdirSync((folder = join(outside, 'guest')));
  });
  afterEach(() => rmSync(outside, { recursive: true }));

  for (const [set, options] of Object.entries(SETS))
    it(`does in ${set} state all that it does on a host`, async () => {
      const application = join(outside, 'program.elf');
      const places = ['-Wl,--section-start=.init=0x80008000', '-Wl,--no-warn-rwx-segments'];
      execFileSync('arm-none-eabi-gcc', ['--specs=rdimon.specs', ...options, ...places, source, '-o', application]);
      const semihosting = { folder, commandLine: 'program one "two words"' };
      const machine = await loadMachine('fvp-ve-a15x1', {
        application,
        semihosting,
        memory: '64MiB',
        rtcSeconds: 1000,
      });
      const uart = machine.uarts[0]!;
      let text = '';
      uart.onOutput = (byte) => {
        text += String.fromCharCode(byte);
        if (text.endsWith('name? ')) for (const typed of Buffer.from('you\r')) uart.receive(typed);
      };
      expect(machine.run({ instructions: 20e6 }), text).to.deep.equal({ reason: 'exit', status: 42 });
      expect(text).to.equal(PRINTED);
      expect(readdirSync(folder)).to.deep.equal(['kept.txt']);
      expect(readFileSync(join(folder, 'kept.txt'), 'latin1')).to.match(
        /^line 0\n.*line 4\nLINE 5\n.*line 999\nthe end\n$/s,
      );
      expect(existsSync(join(outside, 'outside'))).to.equal(false);
    });
});

/**
 * A C program with newlib's semihosting library: it works with files, reads what is typed, lets time pass, and its status
 * is the run's. On QEMU the same program reports the same.
 */
import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMachine } from '../../../lib/index.ts';
import { needs } from '../../tools/requirements.ts';

const source = join(import.meta.dirname, 'newlib.c');

/** An instruction set, and what calls the host in it. */
interface Variant {
  readonly options: readonly string[];
  /** The SVC that newlib has (Semihosting for AArch32 and AArch64, 3.1), and the HLT that it is exchanged for. */
  readonly svc: Buffer;
  readonly hlt: Buffer;
}
/**
 * newlib's library calls by the SVC of the state that it was compiled for. What it has for ARMv7 copies words that are not
 * aligned, which with the MMU off is an alignment fault (DDI 0406C, A3.2.2).
 */
const SETS: Readonly<Record<string, Variant>> = {
  ARM: {
    options: ['-march=armv5t', '-marm'],
    svc: Buffer.from('563412ef', 'hex'),
    hlt: Buffer.from('70000fe1', 'hex'),
  },
  Thumb: {
    options: ['-march=armv5t', '-mthumb'],
    svc: Buffer.from('abdf', 'hex'),
    hlt: Buffer.from('bcba', 'hex'),
  },
};

const REPORT = `argument 1: one
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
memory: 1
console: 1
clock goes on: 1
date: 1
`;
const QUESTION = 'name? ';
const ANSWER = 'hello, you\n';
const STATUS = 42;

describe("a program with newlib's semihosting", function () {
  this.timeout(30_000);
  needs('arm-none-eabi-gcc', '/usr/lib/arm-none-eabi/newlib/rdimon.specs', 'qemu-system-arm');
  let outside = '';
  let folder = '';
  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), 'armhyp-newlib-'));
    mkdirSync((folder = join(outside, 'guest')));
  });
  afterEach(() => rmSync(outside, { recursive: true }));

  function expectFiles(): void {
    expect(readdirSync(folder)).to.deep.equal(['kept.txt']);
    expect(readFileSync(join(folder, 'kept.txt'), 'latin1')).to.match(
      /^line 0\n.*line 4\nLINE 5\n.*line 999\nthe end\n$/s,
    );
  }

  for (const [set, { options, svc, hlt }] of Object.entries(SETS))
    for (const trap of ['SVC', 'HLT'] as const)
      describe(`in ${set} state, by ${trap}`, () => {
        let application = '';
        beforeEach(() => {
          application = join(outside, 'program.elf');
          const places = ['-Wl,--section-start=.init=0x80008000', '-Wl,--no-warn-rwx-segments'];
          execFileSync('arm-none-eabi-gcc', ['--specs=rdimon.specs', ...options, ...places, source, '-o', application]);
          if (trap === 'HLT') writeFileSync(application, exchanged(readFileSync(application), svc, hlt));
        });

        it('does all that it does on a host, and stays in its folder', async () => {
          const semihosting = { folder, commandLine: 'program one "two words" confined' };
          const machine = await loadMachine('fvp-ve-a15x1', { application, semihosting, memory: '64MiB' });
          const uart = machine.uarts[0]!;
          let text = '';
          uart.onOutput = (byte) => {
            text += String.fromCharCode(byte);
            if (text.endsWith(QUESTION)) for (const typed of Buffer.from('you\r')) uart.receive(typed);
          };
          expect(machine.run({ instructions: 50e6 }), text).to.deep.equal({ reason: 'exit', status: STATUS });
          const report = REPORT.replace('argument 2: two words\n', '$&argument 3: confined\n');
          expect(text).to.equal(`${report}outside: 0\n${QUESTION}${ANSWER}`);
          expectFiles();
          expect(existsSync(join(outside, 'outside'))).to.equal(false);
        });

        it('does the same on QEMU', () => {
          const semihosting = 'enable=on,target=native,arg=program,arg=one,arg="two words"';
          const machine = [
            '-M',
            'vexpress-a15',
            '-cpu',
            'cortex-a15',
            '-m',
            '64',
            '-display',
            'none',
            '-serial',
            'none',
          ];
          const { status, stdout } = spawnSync(
            'qemu-system-arm',
            [...machine, '-monitor', 'none', '-semihosting-config', semihosting, '-kernel', application],
            { cwd: folder, input: 'you\n', encoding: 'utf8', timeout: 20_000 },
          );
          // Its console is what it was started with, and a pipe is no terminal.
          expect(stdout).to.equal(`${REPORT.replace('console: 1', 'console: 0')}${QUESTION}${ANSWER}`);
          expect(status).to.equal(STATUS);
          expectFiles();
        });
      });
});

/** The program with another instruction wherever the one is. */
function exchanged(program: Buffer, from: Buffer, to: Buffer): Buffer {
  let count = 0;
  for (let at = program.indexOf(from); at >= 0; at = program.indexOf(from, at + 1)) {
    if (at % from.length !== 0) continue;
    to.copy(program, at);
    count++;
  }
  expect(count).to.be.above(5);
  return program;
}

/** Each semihosting call by the specification's sentences, made by SVC from a program in flash. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMachine, type Machine, type RunResult } from '../../../lib/index.ts';
import { freeMemory } from '../../../lib/machine/semihosting/free-memory.ts';
import { calls } from '../../../lib/machine/semihosting/calls.ts';
import type { SemihostingOptions } from '../../../lib/machine/semihosting/semihosting.ts';

const { ENOENT, EACCES, EBADF, EPERM, EINVAL, EISDIR, EFAULT } = constants.errno;
const number = Object.fromEntries(Object.entries(calls).map(([n, { name }]) => [name, Number(n)]));
/** The instructions that make a call, each at its address in flash. */
const TRAPS = { svc: 0, hlt: 8, svcT32: 16 + 1, hltT32: 24 + 1 } as const;
const FLASH = new Uint8Array(32);
const view = new DataView(FLASH.buffer);
view.setUint32(TRAPS.svc, 0xef12_3456, true);
view.setUint32(TRAPS.hlt, 0xe10f_0070, true);
view.setUint16(TRAPS.svcT32 - 1, 0xdfab, true);
view.setUint16(TRAPS.hltT32 - 1, 0xbabc, true);
/** Where a call's words are, and what they point to. */
const WORDS = 0x8000_0000,
  STRINGS = 0x8000_1000,
  BUFFER = 0x8000_3ff0;

/** A machine whose guest makes the calls that the test tells it to make. */
class Guest {
  readonly machine: Machine;
  text = '';
  result: RunResult | undefined;
  #strings = STRINGS;

  constructor(machine: Machine) {
    this.machine = machine;
    machine.uarts[0]!.onOutput = (byte) => (this.text += String.fromCharCode(byte));
  }

  /** Makes a call with an argument in R1; gives R0. */
  direct(name: string, argument = 0, trap: keyof typeof TRAPS = 'svc'): number {
    const cpu = this.machine.cluster.cpus[0]!;
    cpu.words[0] = number[name] ?? 0xff;
    cpu.words[1] = argument;
    cpu.pc = TRAPS[trap];
    this.result = this.machine.run({ instructions: 1 });
    return cpu.words[0];
  }
  /** Makes a call with words; a string becomes its address and its length. */
  call(name: string, ...words: readonly (number | string)[]): number {
    const block = words.flatMap((word) => (typeof word === 'number' ? [word] : [this.string(word), word.length]));
    this.machine.bus.loadBytes(WORDS, new Uint8Array(Uint32Array.from(block).buffer));
    return this.direct(name, WORDS);
  }
  open(name: string, mode: number): number {
    const at = this.string(name);
    return this.call('SYS_OPEN', at, mode, name.length);
  }
  string(text: string): number {
    const at = this.#strings;
    this.machine.bus.loadBytes(at, Buffer.from(`${text}\0`, 'latin1'));
    this.#strings += text.length + 1;
    return at;
  }
  word(n: number): number {
    return this.machine.bus.peek(WORDS + 4 * n, 4)!;
  }
  buffer(length: number): string {
    return Buffer.from(this.machine.bus.readBytes(BUFFER, length)).toString('latin1');
  }
  get errno(): number {
    return this.direct('SYS_ERRNO');
  }
}

describe('semihosting', () => {
  let outside = '';
  let folder = '';
  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), 'armhyp-semihosting-'));
    folder = join(outside, 'guest');
    mkdirSync(folder);
    writeFileSync(join(outside, 'secret'), 'secret');
    writeFileSync(join(folder, 'numbers'), '0123456789');
    writeFileSync(join(outside, 'flash'), FLASH);
  });
  afterEach(() => rmSync(outside, { recursive: true }));

  async function guest(given: SemihostingOptions | null = { folder }, rtcSeconds = 1000): Promise<Guest> {
    const loads = [{ file: join(outside, 'flash'), address: 0 }];
    const semihosting = given ?? undefined;
    return new Guest(await loadMachine('fvp-ve-a15x1', { loads, semihosting, rtcSeconds, memory: '32MiB' }));
  }
  const file = (name: string): string => readFileSync(join(folder, name), 'latin1');

  describe('instructions', () => {
    for (const trap of ['svc', 'hlt', 'svcT32', 'hltT32'] as const)
      it(`${trap} makes a call, and execution goes on behind it`, async () => {
        const it = await guest();
        expect(it.direct('SYS_WRITE0', it.string('ok'), trap)).to.equal(0);
        expect(it.text).to.equal('ok');
        expect(it.machine.cluster.cpus[0]!.pc).to.equal((TRAPS[trap] & ~1) + (trap.endsWith('T32') ? 2 : 4));
      });
    for (const [trap, vector] of [
      ['svc', 8],
      ['hlt', 4],
      ['svcT32', 8],
      ['hltT32', 4],
    ] as const)
      it(`${trap} is like any other where there is no semihosting`, async () => {
        const it = await guest(null);
        it.direct('SYS_WRITE0', it.string('text'), trap);
        expect(it.machine.cluster.cpus[0]!.pc).to.equal(vector);
        expect(it.text).to.equal('');
      });
    it('refuses a call that does not exist', async () => {
      expect((await guest()).direct('none')).to.equal(-1);
    });
  });

  describe('console', () => {
    it('SYS_WRITEC writes a character', async () => {
      const it = await guest({});
      it.direct('SYS_WRITEC', it.string('x'));
      expect(it.text).to.equal('x');
    });
    it('SYS_WRITE to :tt, opened for writing or appending, writes all bytes', async () => {
      const it = await guest({});
      const [out, err] = [it.open(':tt', 4), it.open(':tt', 8)];
      expect(it.call('SYS_WRITE', out, 'one ')).to.equal(0);
      expect(it.call('SYS_WRITE', err, 'two')).to.equal(0);
      expect(it.text).to.equal('one two');
    });
    it('SYS_ISTTY tells a console from a file, and neither from a handle that is none', async () => {
      const it = await guest();
      expect(it.call('SYS_ISTTY', it.open(':tt', 0))).to.equal(1);
      expect(it.call('SYS_ISTTY', it.open('numbers', 0))).to.equal(0);
      expect(it.call('SYS_ISTTY', 77)).to.equal(-1);
    });
    it('SYS_READC waits for a character', async () => {
      const it = await guest({});
      it.direct('SYS_READC');
      expect(it.result).to.deep.equal({ reason: 'idle' });
      it.machine.uarts[0]!.receive(0x41);
      expect(it.direct('SYS_READC')).to.equal(0x41);
    });
    it('SYS_READ from :tt waits, is made again, and then gives what there is, a return as a line feed', async () => {
      const it = await guest({});
      const handle = it.open(':tt', 0);
      it.call('SYS_READ', handle, BUFFER, 80);
      expect(it.result).to.deep.equal({ reason: 'idle' });
      for (const byte of Buffer.from('ab\r')) it.machine.uarts[0]!.receive(byte);
      it.machine.run({ instructions: 1 });
      expect(it.machine.cluster.cpus[0]!.words[0]).to.equal(77);
      expect(it.buffer(3)).to.equal('ab\n');
    });
    it('reading ends when no more input comes', async () => {
      const it = await guest({});
      const handle = it.open(':tt', 0);
      it.machine.uarts[0]!.receive(0x41);
      it.machine.uarts[0]!.end();
      expect(it.direct('SYS_READC')).to.equal(0x41);
      expect(it.direct('SYS_READC')).to.equal(-1);
      expect(it.call('SYS_READ', handle, BUFFER, 80)).to.equal(80);
    });
    it(':semihosting-features tells of SYS_EXIT_EXTENDED and of a stderr of its own', async () => {
      const it = await guest({});
      const handle = it.open(':semihosting-features', 0);
      expect(it.call('SYS_FLEN', handle)).to.equal(5);
      expect(it.call('SYS_READ', handle, BUFFER, 4)).to.equal(0);
      expect(it.buffer(4)).to.equal('SHFB');
      expect(it.call('SYS_SEEK', handle, 4)).to.equal(0);
      expect(it.call('SYS_READ', handle, BUFFER, 4)).to.equal(3);
      expect(it.buffer(1)).to.equal('\x03');
    });
  });

  describe('files', () => {
    it('SYS_READ gives how many bytes were not read, and goes on where it ended', async () => {
      const it = await guest();
      const handle = it.open('numbers', 1);
      expect(it.call('SYS_READ', handle, BUFFER, 4)).to.equal(0);
      expect(it.buffer(4)).to.equal('0123');
      expect(it.call('SYS_READ', handle, BUFFER, 20)).to.equal(14);
      expect(it.buffer(6)).to.equal('456789');
      expect(it.call('SYS_READ', handle, BUFFER, 20)).to.equal(20);
    });
    it('SYS_READ moves a file of several pages', async () => {
      const bytes = Uint8Array.from({ length: 200_000 }, (_, n) => (n * 7919) >>> 3);
      writeFileSync(join(folder, 'large'), bytes);
      const it = await guest();
      expect(it.call('SYS_READ', it.open('large', 1), 0x8080_0123, bytes.length)).to.equal(0);
      expect(Buffer.compare(it.machine.bus.readBytes(0x8080_0123, bytes.length), bytes)).to.equal(0);
    });
    it('SYS_SEEK goes to a position, SYS_FLEN gives the length', async () => {
      const it = await guest();
      const handle = it.open('numbers', 0);
      expect(it.call('SYS_SEEK', handle, 8)).to.equal(0);
      expect(it.call('SYS_READ', handle, BUFFER, 2)).to.equal(0);
      expect(it.buffer(2)).to.equal('89');
      expect(it.call('SYS_FLEN', handle)).to.equal(10);
    });
    for (const [mode, flags, before, after, read] of [
      [2, 'r+', '0123', 'ab23', '23'],
      [4, 'w', '0123', 'ab', undefined],
      [6, 'w+', '0123', 'ab', ''],
      [8, 'a', '0123', '0123ab', undefined],
      [10, 'a+', '0123', '0123ab', ''],
    ] as const)
      it(`mode ${mode} opens as fopen does with "${flags}"`, async () => {
        writeFileSync(join(folder, 'file'), before);
        const it = await guest();
        const handle = it.open('file', mode);
        expect(it.call('SYS_WRITE', handle, 'ab')).to.equal(0);
        expect(file('file')).to.equal(after);
        const left = it.call('SYS_READ', handle, BUFFER, 2);
        if (read === undefined) expect([left, it.errno]).to.deep.equal([2, EBADF]);
        else expect(it.buffer(2 - left)).to.equal(read);
      });
    it('mode 0 may not write, and does not make a file', async () => {
      const it = await guest();
      expect(it.call('SYS_WRITE', it.open('numbers', 0), 'abc')).to.equal(3);
      expect(it.errno).to.equal(EBADF);
      expect(it.open('nothing', 0)).to.equal(-1);
      expect(it.errno).to.equal(ENOENT);
      expect(it.open('numbers', 12)).to.equal(-1);
      expect(it.errno).to.equal(EINVAL);
    });
    it('SYS_CLOSE gives the handle back; a handle that is none fails', async () => {
      const it = await guest();
      const handle = it.open('numbers', 0);
      expect(it.call('SYS_CLOSE', handle)).to.equal(0);
      expect(it.call('SYS_CLOSE', handle)).to.equal(-1);
      expect(it.errno).to.equal(EBADF);
      expect(it.open('numbers', 0)).to.equal(handle);
      for (const call of ['SYS_FLEN', 'SYS_SEEK']) expect(it.call(call, 99, 0)).to.equal(-1);
    });
    it('SYS_REMOVE removes, SYS_RENAME renames', async () => {
      const it = await guest();
      expect(it.call('SYS_RENAME', 'numbers', 'digits')).to.equal(0);
      expect(file('digits')).to.equal('0123456789');
      expect(it.call('SYS_REMOVE', 'digits')).to.equal(0);
      expect(existsSync(join(folder, 'digits'))).to.equal(false);
      expect(it.call('SYS_REMOVE', 'digits')).to.equal(-1);
    });
    it('SYS_TMPNAM gives a name for each number, if the buffer is long enough', async () => {
      const it = await guest();
      expect(it.call('SYS_TMPNAM', BUFFER, 7, 20)).to.equal(0);
      expect(it.buffer(12)).to.equal('temporary-7\0');
      expect(it.call('SYS_TMPNAM', BUFFER, 7, 11)).to.equal(-1);
    });
    it('fails where words or buffer are no memory', async () => {
      const it = await guest();
      expect(it.direct('SYS_OPEN', 0x4000_0000)).to.equal(-1);
      expect(it.errno).to.equal(EFAULT);
      expect(it.call('SYS_READ', it.open('numbers', 0), 0x1c09_0000, 4)).to.equal(4);
      expect(it.errno).to.equal(EFAULT);
    });
    it('a reset closes all files', async () => {
      const it = await guest();
      const handle = it.open('numbers', 0);
      it.machine.reset();
      expect(it.call('SYS_CLOSE', handle)).to.equal(-1);
    });
  });

  describe('the folder', () => {
    it('is where names begin, with a slash or without', async () => {
      mkdirSync(join(folder, 'sub'));
      writeFileSync(join(folder, 'sub/x'), 'x');
      symlinkSync('sub/x', join(folder, 'link'));
      const it = await guest();
      for (const name of ['numbers', '/numbers', './numbers', 'sub/../numbers', 'sub/x', 'link'])
        expect(it.open(name, 0), name).to.be.above(0);
    });
    it('is not left by any name or link', async () => {
      symlinkSync('../secret', join(folder, 'link'));
      symlinkSync(outside, join(folder, 'up'));
      symlinkSync(join(outside, 'new'), join(folder, 'dangling'));
      const it = await guest();
      const names = ['../secret', '/../secret', 'link', 'up/secret', 'up/new', 'up/guest/../secret', '..', '../guestx'];
      for (const name of names)
        for (const mode of [0, 4, 8]) {
          expect(it.open(name, mode), `${name} ${mode}`).to.equal(-1);
          expect(it.errno, name).to.equal(EACCES);
        }
      expect(it.open('dangling', 4)).to.equal(-1);
      for (const name of ['../secret', 'up/secret']) {
        expect(it.call('SYS_REMOVE', name)).to.equal(-1);
        expect(it.call('SYS_RENAME', name, 'mine')).to.equal(-1);
        expect(it.call('SYS_RENAME', 'numbers', name)).to.equal(-1);
      }
      expect(readFileSync(join(outside, 'secret'), 'latin1')).to.equal('secret');
      expect(existsSync(join(outside, 'new'))).to.equal(false);
    });
    it('has no files but regular ones', async () => {
      const it = await guest();
      expect(it.open('.', 0)).to.equal(-1);
      expect(it.errno).to.equal(EISDIR);
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      expect(it.open('pipe', 0)).to.equal(-1);
      expect(it.errno).to.equal(EACCES);
      expect(it.open('num\0bers', 0)).to.equal(-1);
      expect(it.errno).to.equal(EINVAL);
    });
    it('is refused if it was not given', async () => {
      const it = await guest({});
      expect(it.open('numbers', 0)).to.equal(-1);
      expect(it.errno).to.equal(EACCES);
      expect(it.call('SYS_REMOVE', 'numbers')).to.equal(-1);
    });
    it('must exist', async () => {
      const error: unknown = await guest({ folder: join(outside, 'none') }).catch((reason: unknown) => reason);
      expect(error).to.have.property('code', 'ENOENT');
    });
    it('SYS_SYSTEM runs nothing', async () => {
      const it = await guest();
      expect(it.call('SYS_SYSTEM', `touch ${join(outside, 'new')}`)).to.equal(-1);
      expect(it.errno).to.equal(EPERM);
      expect(existsSync(join(outside, 'new'))).to.equal(false);
    });
  });

  describe('the world outside', () => {
    it('SYS_GET_CMDLINE gives the command line and its length, if the buffer holds it', async () => {
      const it = await guest({ commandLine: '--kernel k -- x' });
      expect(it.call('SYS_GET_CMDLINE', BUFFER, 16)).to.equal(0);
      expect([it.buffer(16), it.word(1)]).to.deep.equal(['--kernel k -- x\0', 15]);
      expect(it.call('SYS_GET_CMDLINE', BUFFER, 15)).to.equal(-1);
    });
    it('SYS_HEAPINFO gives free RAM to heap and stack, which grow towards each other', async () => {
      const it = await guest();
      it.call('SYS_HEAPINFO', BUFFER);
      const words = [0, 1, 2, 3].map((n) => it.machine.bus.peek(BUFFER + 4 * n, 4));
      expect(words).to.deep.equal([0x8000_0000, 0x8200_0000, 0x8200_0000, 0x8000_0000]);
    });
    it('free RAM is the largest part without images, up to the end of what 32 bits reach', () => {
      const ram = { at: 0x8000_0000, sizeBytes: 2 ** 31 };
      const pieces = [
        { address: 0x9000_0010, sizeBytes: 0x100 },
        { address: 0x8000_8000, sizeBytes: 0x1001 },
        { address: 0, sizeBytes: 0x1000 },
      ];
      expect(freeMemory(ram, pieces)).to.deep.equal({ from: 0x9000_1000, to: 0xffff_f000 });
      expect(freeMemory({ ...ram, sizeBytes: 0x1800_0000 }, pieces)).to.deep.equal({
        from: 0x8000_a000,
        to: 0x9000_0000,
      });
    });
    it('SYS_CLOCK, SYS_TIME and SYS_ELAPSED follow virtual time', async () => {
      const it = await guest({}, 5000);
      it.machine.clock.advance(12_345_678_901);
      expect(it.direct('SYS_CLOCK')).to.equal(1234);
      expect(it.direct('SYS_TIME')).to.equal(5012);
      expect(it.direct('SYS_TICKFREQ')).to.equal(1e9);
      expect(it.direct('SYS_ELAPSED', WORDS)).to.equal(0);
      expect(it.word(1) * 2 ** 32 + it.word(0))
        .to.be.at.least(12_345_678_901)
        .and.at.most(12_345_679_901);
    });
    it('SYS_ISERROR says whether a status is negative', async () => {
      const it = await guest();
      expect(it.call('SYS_ISERROR', 0xffff_ffff)).to.equal(1);
      expect(it.call('SYS_ISERROR', 5)).to.equal(0);
    });
    for (const [what, name, argument, status] of [
      ['SYS_EXIT with ADP_Stopped_ApplicationExit ends the run with status 0', 'SYS_EXIT', 0x2_0026, 0],
      ['SYS_EXIT with another reason ends it with status 1', 'SYS_EXIT', 0x2_0023, 1],
      ['SYS_EXIT_EXTENDED gives the status', 'SYS_EXIT_EXTENDED', [0x2_0026, 7], 7],
      ['SYS_EXIT_EXTENDED with another reason ends it with status 1', 'SYS_EXIT_EXTENDED', [0x2_0023, 7], 1],
    ] as const)
      it(what, async () => {
        const it = await guest({});
        if (typeof argument === 'number') it.direct(name, argument);
        else it.call(name, ...argument);
        expect(it.result).to.deep.equal({ reason: 'exit', status });
      });
  });
});

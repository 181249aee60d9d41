/** A program that plays through the PL041: what is heard here, and what is heard on QEMU. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMachine } from '../../lib/index.ts';
import { needs } from '../tools/requirements.ts';

const PAIRS = 4096;
const RAMP = Int16Array.from({ length: 2 * PAIRS }, (_, n) => (n % 2 === 0 ? 3 * (n / 2) : -(n - 1) / 2));
const PRINTED = '007c4e53\n007e4331\n002cac44\n';

/** A WAV file of two channels of 16 bits: its rate and samples. */
function wav(path: string): { rateHz: number; samples: Int16Array } {
  const file = readFileSync(path);
  expect(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 16)).to.equal('RIFFWAVEfmt ');
  expect([20, 22, 32, 34].map((at) => file.readUInt16LE(at))).to.deep.equal([1, 2, 4, 16]);
  expect(file.toString('latin1', 36, 40)).to.equal('data');
  return { rateHz: file.readUInt32LE(24), samples: new Int16Array(Uint8Array.from(file.subarray(44)).buffer) };
}

describe('a program that plays on the PL041', function () {
  this.timeout(60_000);
  needs('arm-none-eabi-gcc', 'qemu-system-arm');
  let folder = '';
  let program = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'armhyp-sound-'));
    program = join(folder, 'sound.elf');
    const options = ['-O1', '-march=armv7-a', '-ffreestanding', '-nostdlib', '-Wl,-Ttext=0x80008000'];
    const source = join(import.meta.dirname, 'sound.c');
    execFileSync('arm-none-eabi-gcc', [...options, '-Wl,--no-warn-rwx-segments', source, '-o', program]);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is heard in the file, sample by sample, in the time that they take', async () => {
    const file = join(folder, 'here.wav');
    const overrides = [`aaci.outFile=${file}`];
    const machine = await loadMachine('vexpress-a15', { application: program, memory: '64MiB', overrides });
    let text = '';
    machine.uarts[0]!.onOutput = (byte) => (text += String.fromCharCode(byte));
    expect(machine.run({ instructions: 1e9 }).reason, text).to.equal('poweredOff');
    expect(text).to.equal(PRINTED);
    expect(wav(file)).to.deep.equal({ rateHz: 44_100, samples: RAMP });
    const NS = (PAIRS / 44_100) * 1e9;
    // The instructions of its loop at the end, and a millisecond for what went before.
    expect(machine.virtualNs).to.be.within(NS, NS + 101e6);
    expect(machine.instructions).to.be.below(110e6);
  });

  it('is heard on QEMU as well', () => {
    const file = join(folder, 'qemu.wav');
    const machine = ['-M', 'vexpress-a15', '-m', '64', '-nographic', '-audiodev', `wav,id=file,path=${file}`];
    const text = execFileSync('qemu-system-arm', [...machine, '-kernel', program], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 30_000,
    });
    expect(text.replaceAll('\r', '')).to.equal(PRINTED);
    const { rateHz, samples } = wav(file);
    // It hands samples on in blocks, and does not wait for the last ones.
    const whole = samples.length - (samples.length % 2);
    expect([rateHz, whole >= PAIRS]).to.deep.equal([44_100, true]);
    expect(samples.subarray(0, whole)).to.deep.equal(RAMP.subarray(0, whole));
  });
});

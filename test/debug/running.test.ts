/** Breakpoints, steps, interrupts and resets of a machine under a debugger. */
import { expect } from 'chai';
import { join } from 'node:path';
import { loadMachine } from '../../lib/index.ts';
import { branch, COUNT, DebugBench, NOP, RAM, WFI } from './bench.ts';

const firmware = join(import.meta.dirname, '../../machines/firmware/self-check/self-check.elf');
const first = { process: 1, thread: 1 };

describe('breakpoints of a machine', () => {
  it('stop before the instruction, each time it is reached, and not where a thread is resumed', async () => {
    const bench = await DebugBench.of([NOP, COUNT, branch(-2)]);
    bench.target.breakpoints.insert(1, RAM + 4, 4);
    for (let times = 0; times < 3; times++) {
      expect(bench.go()).to.deep.equal({ kind: 'breakpoint', thread: first, address: RAM + 4 });
      expect([bench.pc(), bench.r(0)]).to.deep.equal([4, times]);
    }
    expect(bench.machine.instructions).to.equal(1 + 3 + 3);
  });

  it('come into code that has run, and go from it', async () => {
    const bench = await DebugBench.of([NOP, COUNT, branch(-2)]);
    expect(bench.go([], 300)).to.deep.equal({ kind: 'interrupt' });
    for (let times = 0; times < 20; times++) {
      bench.target.breakpoints.insert(1, RAM + 4, 4);
      expect(bench.go()).to.include({ kind: 'breakpoint' });
      bench.target.breakpoints.insert(1, RAM + 8, 4);
      bench.target.breakpoints.remove(1, RAM + 4, 4);
      expect(bench.go()).to.include({ address: RAM + 8 });
      bench.target.breakpoints.remove(1, RAM + 8, 4);
      expect(bench.go([], 300)).to.deep.equal({ kind: 'interrupt' });
    }
  });

  it('see code that is written after them', async () => {
    const bench = await DebugBench.of([NOP, COUNT, branch(-2)]);
    bench.target.breakpoints.insert(1, RAM + 8, 4);
    bench.go();
    // add r0, r0, #16
    bench.target.threads[0]!.writeMemory(RAM + 4, Uint8Array.of(0x10, 0x00, 0x80, 0xe2));
    bench.go();
    expect(bench.r(0)).to.equal(17);
  });

  it('stop in T32 code, in an IT block, and before an instruction over two pages', async () => {
    const bench = await DebugBench.of([]);
    const [cpu] = bench.machine.cluster.cpus;
    // it ne; addne r0, #1; nop.w; b .-8
    bench.machine.bus.loadBytes(RAM + 0xff8, Uint8Array.of(0x18, 0xbf, 0x01, 0x30, 0, 0xbf));
    bench.machine.bus.loadBytes(RAM + 0xffe, Uint8Array.of(0xaf, 0xf3, 0x00, 0x80, 0xf9, 0xe7));
    cpu!.pc = RAM + 0xff9;
    const at = [RAM + 0xffa, RAM + 0xffe, RAM + 0x1002];
    for (const address of at) bench.target.breakpoints.insert(1, address, 2);
    for (let times = 1; times < 3; times++) {
      for (const address of at) expect(bench.go()).to.include({ kind: 'breakpoint', address });
      expect(bench.r(0)).to.equal(times);
    }
  });

  it('stop only the machine that has them, and name the thread', async () => {
    const bench = await DebugBench.of([NOP, branch(-1)], { cpus: 2 });
    bench.write(RAM + 0x100, [COUNT, branch(-1)]);
    bench.machine.cluster.cpus[1]!.pc = RAM + 0x100;
    bench.target.breakpoints.insert(1, RAM + 0x100, 4);
    bench.target.breakpoints.insert(1, RAM + 0x104, 4);
    expect(bench.go()).to.deep.equal({
      kind: 'breakpoint',
      thread: { process: 1, thread: 2 },
      address: RAM + 0x100,
    });
    expect(bench.go()).to.include({ address: RAM + 0x104 });
    expect(bench.r(0, 1)).to.equal(1);
  });
});

describe('steps of a machine', () => {
  it('end after one instruction', async () => {
    const bench = await DebugBench.of([NOP, COUNT, branch(-2)]);
    for (const pc of [4, 8, 0, 4]) {
      expect(bench.step()).to.deep.equal({ kind: 'step', thread: first });
      expect(bench.pc()).to.equal(pc);
    }
    expect(bench.machine.instructions).to.equal(4);
  });

  it('end at the vector where the next instruction cannot be fetched', async () => {
    // bx r0 to where nobody is
    const bench = await DebugBench.of([0xe12f_ff10]);
    const cpu = bench.machine.cluster.cpus[0]!;
    bench.write(RAM + 0x1000, [NOP, NOP, NOP, NOP, NOP]);
    const rows = bench.target.threads[0]!.registers.description;
    rows.find(({ name }) => name === 'VBAR')!.write(cpu, BigInt(RAM + 0x1000));
    cpu.words[0] = 0x7000_0000;
    bench.step();
    expect([bench.pc(), bench.r(14)]).to.deep.equal([0x100c, 0x7000_0004]);
    bench.step();
    expect([bench.pc(), bench.r(14), cpu.counts.prefetchAbort]).to.deep.equal([0x1010, 0x7000_0004, 1]);
  });

  it('leave a breakpoint, and report one where they end', async () => {
    const bench = await DebugBench.of([NOP, COUNT, branch(-2)]);
    for (const offset of [0, 4]) bench.target.breakpoints.insert(1, RAM + offset, 4);
    expect(bench.step()).to.deep.equal({ kind: 'breakpoint', thread: first, address: RAM + 4 });
    expect(bench.step()).to.deep.equal({ kind: 'step', thread: first });
    expect(bench.r(0)).to.equal(1);
  });

  it('go on through a range', async () => {
    const bench = await DebugBench.of([NOP, COUNT, NOP, NOP, branch(0)]);
    const stop = bench.go([{ thread: first, how: 'range', start: RAM, end: RAM + 12 }]);
    expect(stop).to.deep.equal({ kind: 'step', thread: first });
    expect(bench.pc()).to.equal(12);
  });

  it('let the other CPUs run, as they would without a debugger', async () => {
    const bench = await DebugBench.of([COUNT, branch(-1)], { cpus: 2 });
    for (let times = 0; times < 5; times++) bench.step(2);
    // CPU 0 had its slice first.
    expect([bench.r(0, 0), bench.r(0, 1)]).to.deep.equal([5000, 3]);
    for (let times = 0; times < 2; times++) bench.step(1);
    expect([bench.r(0, 0), bench.r(0, 1)]).to.deep.equal([5001, 5000]);
  });

  it('do not take interrupts of their CPU until it is told otherwise', async () => {
    const bench = await DebugBench.of([NOP, NOP, NOP, NOP]);
    const cpu = bench.machine.cluster.cpus[0]!;
    cpu.setLine(1, true);
    // cpsie i
    bench.write(RAM, [0xf108_0080]);
    bench.step();
    bench.step();
    expect(bench.pc()).to.equal(8);
    bench.monitor('step-interrupts on');
    bench.step();
    expect(cpu.mode).to.equal(0x12);
  });

  it('wait in WFI for what ends it', async () => {
    const bench = await DebugBench.of([WFI, NOP, NOP]);
    const cpu = bench.machine.cluster.cpus[0]!;
    bench.step();
    expect(cpu.waiting).to.equal('interrupt');
    expect(bench.step()).to.deep.equal({ kind: 'interrupt' });
    cpu.setLine(1, true);
    expect(bench.step()).to.deep.equal({ kind: 'step', thread: first });
    expect(bench.pc()).to.equal(8);
  });
});

describe('a machine under a debugger', () => {
  it('stands until it is resumed, and tells who runs it', async () => {
    const bench = await DebugBench.of([COUNT, branch(-1)]);
    let woken = 0;
    bench.debuggable.onWake = () => woken++;
    expect(bench.debuggable.run({ instructions: 10 })).to.deep.equal({ reason: 'stopped' });
    expect([bench.machine.instructions, woken]).to.deep.equal([0, 0]);
    bench.target.resume([]);
    expect(bench.debuggable.run({ instructions: 10 })).to.deep.equal({ reason: 'limit' });
    expect([bench.machine.instructions, woken]).to.deep.equal([10, 1]);
    bench.target.interrupt();
    bench.target.interrupt();
    expect(bench.stops).to.deep.equal([{ kind: 'interrupt' }]);
  });

  it('is reset and halted', async () => {
    const bench = new DebugBench(await loadMachine('fvp-ve-a15x1', { application: firmware }));
    bench.go([], 50_000);
    bench.target.reset();
    expect([bench.pc(), bench.target.running]).to.deep.equal([0, false]);
    expect(bench.stops).to.deep.equal([{ kind: 'interrupt' }]);
    expect(bench.go([], Infinity)).to.deep.equal({ kind: 'exited', status: 0 });
  });

  it('tells when the guest resets the machine', async () => {
    // SYS_CFGCTRL: start, write, function 9 (DUI 0447J, 4.3.13); str r1, [r0, #0xa4]
    const bench = await DebugBench.of([0xe580_10a4, branch(0)]);
    const { words } = bench.machine.cluster.cpus[0]!;
    [words[0], words[1]] = [0x1c01_0000, 0xc090_0000 | 0];
    expect(bench.go()).to.deep.include({ kind: 'reset' });
    expect(bench.target.running).to.equal(false);
    expect(bench.pc()).to.equal(0);
  });

  it('computes what it computes without one, instruction for instruction', async () => {
    const run = async (debug: boolean): Promise<[string, number]> => {
      const bench = new DebugBench(await loadMachine('fvp-ve-a15x1', { application: firmware }));
      let output = '';
      bench.machine.uarts[0]!.onOutput = (byte) => (output += String.fromCharCode(byte));
      if (!debug) bench.machine.run({});
      else {
        for (let n = 0; n < 300; n++) {
          bench.target.breakpoints.insert(1, RAM + 4 * (n % 100), 4);
          if (bench.go([], 777)?.kind === 'exited') break;
          for (let steps = 0; steps < 5; steps++) bench.step();
          if (n % 3 === 0) bench.target.breakpoints.remove(1, RAM + 4 * ((n / 3) % 100), 4);
        }
        for (let n = 0; n < 100; n++) bench.target.breakpoints.remove(1, RAM + 4 * n, 4);
        bench.go([], Infinity);
      }
      return [output, bench.machine.instructions];
    };
    const [output, instructions] = await run(false);
    expect(output).to.match(/self-check: \d+ passed, 0 failed/);
    const [debugged, count] = await run(true);
    expect(debugged).to.equal(output);
    // Waiting loops may poll a little more or less often where an interrupt was held.
    expect(Math.abs(count - instructions)).to.be.below(100);
  });
});

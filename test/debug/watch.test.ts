/** Watchpoints: a stop before the access, with nothing changed. */
import { expect } from 'chai';
import { branch, COUNT, DebugBench, NOP, RAM } from './bench.ts';

/** A32: `str r0, [r1]`, `ldr r2, [r1]`, `ldmia r1, {r2-r5}`, `strb r0, [r1, #1]`. */
const STR = 0xe581_0000,
  LDR = 0xe591_2000,
  LDM = 0xe891_003c,
  STRB = 0xe5c1_0001;
const DATA = RAM + 0x2000;
const thread = { process: 1, thread: 1 };

/** UARTPeriphID0, which generated code reads where it is. */
const ID = 0x1c09_0fe0;

const benchOf = (...code: number[]): Promise<DebugBench> => benchAt(DATA, code);
async function benchAt(address: number, code: readonly number[]): Promise<DebugBench> {
  const bench = await DebugBench.of([...code, branch(-code.length)]);
  bench.machine.cluster.cpus[0]!.words[1] = address | 0;
  // The page is fast before anything is watched.
  expect(bench.go([], 60)).to.deep.equal({ kind: 'interrupt' });
  return bench;
}

describe('watchpoints of a machine', () => {
  it('stop before a store, and again at the next one', async () => {
    const bench = await benchOf(NOP, COUNT, STR);
    bench.target.watchpoints.insert(1, 'write', DATA, 4);
    for (let times = 0; times < 3; times++) {
      expect(bench.go()).to.deep.equal({ kind: 'watchpoint', thread, address: DATA, write: true });
      expect(bench.pc()).to.equal(8);
      const stored = bench.machine.bus.peek(DATA, 4);
      expect(stored).to.equal(bench.r(0) - 1);
      expect(bench.step()).to.deep.equal({ kind: 'step', thread });
      expect(bench.machine.bus.peek(DATA, 4)).to.equal(bench.r(0));
      expect(bench.pc()).to.equal(12);
    }
  });

  it('count no instruction for the stop', async () => {
    const bench = await benchOf(NOP, COUNT, STR);
    bench.target.watchpoints.insert(1, 'access', DATA, 4);
    bench.go();
    const first = bench.machine.instructions;
    bench.go();
    expect(bench.machine.instructions - first).to.equal(4);
  });

  it('tell loads from stores', async () => {
    const bench = await benchOf(LDR, STR);
    bench.target.watchpoints.insert(1, 'read', DATA, 4);
    expect(bench.go()).to.include({ kind: 'watchpoint', write: false });
    expect(bench.pc()).to.equal(0);
    expect(bench.go()).to.include({ write: false });
    bench.target.watchpoints.remove(1, 'read', DATA, 4);
    bench.target.watchpoints.insert(1, 'write', DATA, 4);
    expect(bench.go()).to.include({ write: true });
    expect(bench.pc()).to.equal(4);
  });

  it("stop before a load of a device's register, in translated code too", async () => {
    const bench = await benchAt(ID, [LDR]);
    for (const instructions of [60, 100_000]) {
      expect(bench.go([], instructions)).to.deep.equal({ kind: 'interrupt' });
      bench.target.watchpoints.insert(1, 'read', ID, 4);
      expect(bench.go()).to.deep.equal({ kind: 'watchpoint', thread, address: ID, write: false });
      expect(bench.pc()).to.equal(0);
      bench.machine.cluster.cpus[0]!.words[2] = 0;
      bench.step();
      expect(bench.r(2)).to.equal(0x11);
      bench.target.watchpoints.remove(1, 'read', ID, 4);
    }
  });

  it('report the first byte that matches, of an LDM too, which has loaded nothing', async () => {
    const bench = await benchOf(LDM);
    bench.machine.bus.loadBytes(DATA, new Uint8Array(16).fill(7));
    bench.target.watchpoints.insert(1, 'read', DATA + 10, 2);
    expect(bench.go()).to.include({ address: DATA + 10, write: false });
    expect([2, 3, 4, 5].map((r) => bench.r(r))).to.deep.equal([0, 0, 0, 0]);
    bench.step();
    expect(bench.r(5)).to.equal(0x0707_0707);
  });

  it('leave neighbouring bytes alone, and the machine alone once they are gone', async () => {
    const bench = await benchOf(STRB);
    bench.target.watchpoints.insert(1, 'write', DATA, 1);
    bench.target.watchpoints.insert(1, 'write', DATA + 2, 1);
    expect(bench.go([], 300)).to.deep.equal({ kind: 'interrupt' });
    bench.target.watchpoints.insert(1, 'write', DATA + 1, 1);
    expect(bench.go()).to.include({ address: DATA + 1 });
    bench.target.watchpoints.remove(1, 'write', DATA + 1, 1);
    expect(bench.go([], 300)).to.deep.equal({ kind: 'interrupt' });
  });

  it('stop in an IT block with ITSTATE of the instruction', async () => {
    const bench = await benchOf(NOP);
    const [cpu] = bench.machine.cluster.cpus;
    // itt eq; addeq r0, #1; streq r0, [r1]; b .-6
    bench.machine.bus.loadBytes(RAM + 0x100, Uint8Array.of(0x04, 0xbf, 0x01, 0x30, 0x08, 0x60, 0xfb, 0xe7));
    cpu!.pc = RAM + 0x101;
    cpu!.words[17] = 0;
    bench.target.watchpoints.insert(1, 'write', DATA, 4);
    expect(bench.go()).to.include({ address: DATA });
    expect(bench.pc()).to.equal(0x104);
    expect(cpu!.words[22]).to.equal(0x08);
    bench.step();
    expect(bench.pc()).to.equal(0x106);
    expect(bench.machine.bus.peek(DATA, 4)).to.equal(bench.r(0));
  });
});

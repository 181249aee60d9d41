/** Every catch stops where it says, and nowhere else: exits by each cause, entries, vectors, waits, register writes. */
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCauses } from '../../lib/debug/exit-cause.ts';
import { LINE } from '../../lib/cpu/system/exceptions.ts';
import { loadMachine } from '../../lib/index.ts';
import { needs } from '../tools/requirements.ts';
import { assemble } from '../tools/assemble.ts';
import { PROGRAM, programText, RAM_BYTES } from '../virtualization/program.ts';
import { branch, DebugBench, NOP, RAM, WFI } from './bench.ts';
import { catchRows, tables, type CatchRow } from './catch-rows.ts';

const MOST_INSTRUCTIONS = 100_000;

describe('catches of exits', function () {
  needs('arm-none-eabi-gcc');
  let folder: string;
  before(() => void (folder = mkdtempSync(join(tmpdir(), 'armhyp-catches-'))));
  after(() => rmSync(folder, { recursive: true }));

  /** A machine that will run one row. */
  async function benchOf(row: CatchRow): Promise<DebugBench> {
    const application = assemble(folder, programText([row]), PROGRAM);
    const overrides = ['cluster.security=true'];
    const bench = new DebugBench(await loadMachine('vexpress-a15', { application, memory: RAM_BYTES, overrides }));
    for (const { address, words } of tables) bench.write(address, [...words]);
    return bench;
  }
  /** Runs into the guest; interrupts that the row is about are due there. */
  function enter(bench: DebugBench, { cause }: CatchRow): void {
    bench.monitor('catch entry');
    expect(bench.go([], MOST_INSTRUCTIONS)).to.include({
      kind: 'signal',
      message: 'catch 1: vcpu0 of guest vmid 0 is entered',
    });
    bench.monitor('delete catch 1');
    if (cause === 'irq' || cause === 'fiq') bench.machine.cluster.cpus[0]!.setLine(LINE[cause], true);
  }

  it('have a row for each cause', () => {
    const tested = new Set(catchRows.map(({ cause }) => cause));
    // LDC and STC of CP14 are undefined here, and nothing answers with an external abort that goes to Monitor mode.
    expect(exitCauses.filter((cause) => !tested.has(cause))).to.deep.equal(['cp14-ldc', 'abort']);
  });

  for (const row of catchRows) {
    const { cause, code } = row;
    it(`${cause}: ${code.replace(/.*1: |\n.*/gs, '')}`, async () => {
      const bench = await benchOf(row);
      enter(bench, row);
      const guest = bench.target.guests.machines[0]!.threads[0]!;
      for (const other of exitCauses) if (other !== cause) bench.monitor(`catch exit ${other}`);
      const own = bench.monitor(`catch exit ${cause}`, guest.id);
      const number = Number.parseInt(own);
      expect(own).to.equal(`${number}: catch exit ${cause} of p2\n`);
      const message = `catch ${number}: vcpu0 of guest vmid 0 left: ${cause}`;
      // A catch of one guest shows it, parked.
      const thread = { process: 2, thread: guest.id };
      expect(bench.go([], MOST_INSTRUCTIONS)).to.deep.include({ kind: 'signal', thread, message });
      expect(guest.describe()).to.match(/^parked/);
      expect(bench.monitor('exits')).to.match(new RegExp(`${cause} +1`));
    });
  }

  it('of a trapped WFI are catches of WFI, of WFE not', async () => {
    for (const [code, caught] of [
      ['wfi', true],
      ['wfe', false],
    ] as const) {
      const row = catchRows.find((each) => each.code === code)!;
      const bench = await benchOf(row);
      enter(bench, row);
      bench.monitor('catch wfi guest');
      bench.monitor('catch exit hvc');
      const message = caught
        ? 'catch 2: WFI of vcpu0 of guest vmid 0 left: wfx'
        : 'catch 3: vcpu0 of guest vmid 0 left: hvc';
      const stop = bench.go([], MOST_INSTRUCTIONS);
      if (caught) expect(stop).to.deep.include({ message, thread: { process: 1, thread: 1 } });
      else expect(stop).to.not.deep.include({ message: 'catch 2: WFI of vcpu0 of guest vmid 0 left: wfx' });
    }
  });

  it('of vectors tell the world that takes the exception', async () => {
    const row = catchRows.find(({ cause }) => cause === 'svc')!;
    const bench = await benchOf({ ...row, registers: { ...row.registers, HCR: 1 } });
    enter(bench, row);
    bench.monitor('catch vector guest svc');
    bench.monitor('catch vector hyp hypTrap');
    const { id } = bench.target.guests.machines[0]!.threads[0]!;
    expect(bench.go([], MOST_INSTRUCTIONS)).to.deep.include({
      message: 'catch 2: svc exception in guest',
      thread: { process: 2, thread: id },
    });
    // The guest's vectors are HVCs.
    expect(bench.go([], MOST_INSTRUCTIONS)).to.deep.include({
      message: 'catch 3: hypTrap exception in hyp',
      thread: { process: 1, thread: 1 },
    });
  });
});

describe('catches of vectors', () => {
  /** At 0x80000100, with VBAR there: vectors that wait for ever, each in its place. */
  const vectors = Array.from({ length: 8 }, () => branch(0));
  const rows: readonly [vector: string, code: readonly number[]][] = [
    // udf
    ['undefined', [0xe7f0_00f0]],
    ['svc', [0xef00_0000]],
    // bkpt #0
    ['prefetchAbort', [0xe120_0070]],
    // ldrex r0, [r1], misaligned
    ['dataAbort', [0xe191_0f9f]],
    ['irq', [NOP, NOP]],
    ['fiq', [NOP, NOP]],
  ];
  for (const [vector, code] of rows)
    it(`${vector}, in Secure state`, async () => {
      const bench = await DebugBench.of([...code, branch(0)]);
      bench.write(RAM + 0x100, vectors);
      const [cpu] = bench.machine.cluster.cpus;
      const rowsOfCpu = bench.target.threads[0]!.registers.description;
      rowsOfCpu.find(({ name }) => name === 'VBAR')!.write(cpu!, BigInt(RAM + 0x100));
      cpu!.words[1] = RAM + 1;
      if (vector === 'irq' || vector === 'fiq') {
        // cpsie if
        bench.write(RAM, [0xf108_00c0]);
        cpu!.setLine(LINE[vector], true);
      }
      bench.monitor('catch vector hyp');
      bench.monitor(`catch vector secure ${vector}`);
      expect(bench.go([], 100)).to.deep.include({ message: `catch 2: ${vector} exception in secure` });
      expect(bench.pc()).to.be.within(0x100, 0x11c);
    });
});

describe('catches of waits and writes', () => {
  it('WFI stops behind it, in its world only', async () => {
    const bench = await DebugBench.of([NOP, WFI, NOP]);
    bench.monitor('catch wfi hyp');
    bench.monitor('catch wfi secure');
    expect(bench.go([], 100)).to.deep.include({ message: 'catch 2: WFI in secure', thread: { process: 1, thread: 1 } });
    expect(bench.pc()).to.equal(8);
  });
  it('all that ask for the same stop are told of it, each in its own words', async () => {
    const bench = await DebugBench.of([NOP, WFI, NOP]);
    bench.monitor('catch wfi hyp');
    bench.monitor('catch wfi secure');
    bench.monitor('catch wfi');
    const stop = bench.go([], 100)!;
    expect([stop, ...(stop.also ?? [])].map(({ message }) => message)).to.deep.equal([
      'catch 2: WFI in secure',
      'catch 3: WFI in secure',
    ]);
    const owners = [stop, ...(stop.also ?? [])].map(({ client }) => client);
    expect(new Set(owners).size).to.equal(2);
  });
  it('a system register, by MCR and by MCRR, in its world only', async () => {
    // mcr p15, 0, r0, c2, c0, 0 (TTBR0); mcrr p15, 0, r0, r1, c2; mcr p15, 0, r0, c13, c0, 1 (CONTEXTIDR)
    const bench = await DebugBench.of([NOP, 0xee02_0f10, 0xec41_0f02, 0xee0d_0f30, branch(0)]);
    bench.monitor('catch write TTBR0 hyp');
    bench.monitor('catch write ttbr0');
    bench.monitor('catch write CONTEXTIDR secure');
    for (const [pc, message] of [
      [8, 'catch 2: TTBR0 is written in secure'],
      [12, 'catch 2: TTBR0 is written in secure'],
      [16, 'catch 3: CONTEXTIDR is written in secure'],
    ] as const) {
      expect(bench.go([], 100)).to.deep.include({ message });
      expect(bench.pc()).to.equal(pc);
    }
    bench.monitor('delete catch 2');
    expect(() => bench.monitor('delete catch 2')).to.throw('no catch 2');
  });
});

describe('a catch of a register that is only a word', () => {
  it('stops at each write, and at none once it is deleted', async () => {
    // mcr p15, 0, r0, c12, c0, 0 (VBAR)
    const bench = await DebugBench.of([NOP, 0xee0c_0f10, branch(-2)]);
    expect(bench.go([], 100)).to.deep.equal({ kind: 'interrupt' });
    bench.monitor('catch write VBAR secure');
    for (let n = 0; n < 3; n++) {
      expect(bench.go([], 100)).to.deep.include({ message: 'catch 1: VBAR is written in secure' });
      expect(bench.pc()).to.equal(8);
    }
    bench.monitor('delete catch 1');
    expect(bench.go([], 100)).to.deep.equal({ kind: 'interrupt' });
  });
});

describe('breaks with conditions', () => {
  /** mcr p15, 0, r0, c13, c0, 1 (CONTEXTIDR); add r0, r0, #1; b to the first. */
  const CODE = [0xee0d_0f30, 0xe280_0001, branch(-2)];

  it('stop in one address space', async () => {
    const bench = await DebugBench.of(CODE);
    bench.monitor('break 0x80000004 asid=5');
    expect(bench.go([], 1000)).to.deep.include({ message: 'break 1, 0x80000004 asid=5' });
    expect([bench.pc(), bench.r(0)]).to.deep.equal([4, 5]);
    bench.monitor('delete break 1');
    expect(bench.go([], 1000)).to.deep.equal({ kind: 'interrupt' });
  });
  it('stop in one world', async () => {
    const bench = await DebugBench.of(CODE);
    bench.monitor('break 0x80000004 world=hyp');
    expect(bench.go([], 1000)).to.deep.equal({ kind: 'interrupt' });
    bench.monitor('break 0x80000004 world=secure');
    expect(bench.go([], 1000)).to.deep.include({ message: 'break 2, 0x80000004 world=secure' });
    bench.machine.cluster.cpus[0]!.enterNonSecure(0x1a);
    expect(bench.go([], 1000)).to.deep.include({ message: 'break 1, 0x80000004 world=hyp' });
  });
  it('stop at a physical address, wherever it is mapped', async () => {
    const bench = await DebugBench.of([NOP, branch(0)]);
    // Sections (B3.5.1): 0x8000_0000 and 0xa000_0000 at RAM; ldr pc, [pc, #-4]: 0xa0000004.
    const table = RAM + 0x4000;
    bench.write(table + 4 * 0x800, [0x8000_0c02]);
    bench.write(table + 4 * 0xa00, [0x8000_0c02]);
    bench.write(RAM, [0xe51f_f004, 0xa000_000c, NOP, NOP, branch(0)]);
    const rows = bench.target.threads[0]!.registers.description;
    for (const [name, value] of [
      ['TTBR0', table],
      ['DACR', 3],
      ['SCTLR', 0x00c5_0079],
    ] as const)
      rows.find((row) => row.name === name)!.write(bench.machine.cluster.cpus[0]!, BigInt(value));
    bench.monitor('break pa=0x8000000c');
    expect(bench.monitor('info breaks')).to.equal('break 1: every context pa=0x8000000c\n');
    expect(bench.go([], 100)).to.deep.include({ message: 'break 1, pa=0x8000000c' });
    expect(bench.machine.cluster.cpus[0]!.pc).to.equal(0xa000_000c);
    expect(() => bench.monitor('break pa=0x70000000')).to.throw('there is no memory');
    expect(() => bench.monitor('break ipa=0x80000000')).to.throw('one of a guest');
  });
});

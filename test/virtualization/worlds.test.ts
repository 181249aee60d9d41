/** The log of world switches, and what is read from it. */
import { expect } from 'chai';
import { loadMachine } from '../../lib/machine/load.ts';
import { COLUMNS, WORLD_LOG_HEADER } from '../../lib/machine/world-log.ts';
import { chromeTrace, readWorldLog, worldReport, worldSpans } from '../../lib/machine/world-report.ts';

/** In Hyp mode: to PL1 at `guest` with HCR.VM clear, VMID 0; there HVC. */
const program = Uint32Array.of(
  0xe28f_0038, // add r0, pc, #56: the vectors, which are all zero
  0xee8c_0f10, // mcr p15, 4, r0, c12, c0, 0
  0xe3a0_00d3, // mov r0, #0xd3
  0xe16f_f000, // msr spsr_fc, r0 (only the fields that matter)
  0xe28f_0018, // add r0, pc, #24: the guest
  0xe12e_f300, // msr elr_hyp, r0
  0xe160_006e, // eret
  0xe320_f000,
  0xe320_f000,
  0xe320_f000,
  0xe320_f000,
  0xe320_f000,
  0xe140_0070, // the guest: hvc #0
  0xeaff_fffd, // b guest
);

const HEAD = WORLD_LOG_HEADER;
const line = (...cells: (string | number)[]): string => `${cells.join('\t')}\n`;
const sample =
  HEAD +
  line(100, 0, 'hyp', 'guest', 1, 'return', '0x80000000', '-', '-', '-') +
  line(150, 0, 'guest', 'guest', 1, 'virtual IRQ', '0x80000010', '-', '-', 27) +
  line(200, 0, 'guest', 'hyp', 1, 'data abort, write', '0x80000020', '0x1c090000', '0x1c090000', '-') +
  line(230, 0, 'hyp', 'hyp', '-', 'IRQ', '0x00200000', '-', '-', 37) +
  line(240, 0, 'hyp', 'hyp', '-', 'return', '0x00200000', '-', '-', '-') +
  line(260, 0, 'hyp', 'guest', 2, 'return', '0x80000024', '-', '-', '-') +
  line(300, 0, 'guest', 'hyp', 2, 'WFI or WFE', '0x80000028', '-', '-', '-') +
  line(310, 0, 'hyp', 'guest', 2, 'return', '0x80000028', '-', '-', '-');

describe('the log of world switches', function () {
  this.timeout(20_000);
  it('has a line for each entry to and exit from Hyp mode, with virtual time, class and address', async () => {
    const machine = await loadMachine('vexpress-a15', { memory: '16MiB' });
    let text = '';
    machine.traceWorlds((more) => (text += more));
    machine.bus.loadBytes(0x8000_0000, new Uint8Array(program.buffer));
    machine.cluster.cpus[0]!.enterNonSecure(0x1a);
    machine.cluster.cpus[0]!.pc = 0x8000_0000;
    machine.run({ instructions: 8 });
    const events = readWorldLog(text);
    expect(events.map(({ from, to, class: class_, pc }) => [from, to, class_, pc])).to.deep.equal([
      ['hyp', 'host', 'return', '0x80000030'],
      ['host', 'hyp', 'HVC', '0x80000034'],
    ]);
    expect(events[1]!.ns).to.be.above(events[0]!.ns);
  });
  it('is not written, and costs no more than a comparison, when nobody asked for it', async () => {
    const machine = await loadMachine('vexpress-a15', { memory: '16MiB' });
    expect(machine.cluster.cpus.map((cpu) => cpu.worlds)).to.deep.equal([null]);
  });
});

describe('what is read from a log', () => {
  it('gives the time in each world, and until Hyp mode is left, by guest and class', () => {
    const { worlds, classes, interrupts } = worldReport(readWorldLog(sample));
    expect(worlds).to.deep.equal([
      { name: 'guest 1', count: 1, ns: 100 },
      { name: 'hyp', count: 2, ns: 70 },
      { name: 'guest 2', count: 2, ns: 40 },
    ]);
    expect(classes).to.deep.equal([
      { name: 'guest 1: data abort, write', count: 1, ns: 50 },
      { name: 'guest 2: WFI or WFE', count: 1, ns: 10 },
      { name: 'hyp: IRQ', count: 1, ns: 10 },
    ]);
    expect(interrupts).to.deep.equal([{ name: 'guest 1: virtual IRQ 27', count: 1, ns: 0 }]);
  });
  it('leaves no time out, and counts none twice', () => {
    const spans = worldSpans(readWorldLog(sample));
    expect(spans.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0)).to.equal(210);
  });
  it('becomes a timeline with a row for each world, in microseconds', () => {
    const { traceEvents } = chromeTrace(readWorldLog(sample)) as { traceEvents: Record<string, unknown>[] };
    const rows = traceEvents.filter(({ name }) => name === 'thread_name');
    expect(rows.map(({ args }) => (args as { name: string }).name)).to.deep.equal(['guest 1', 'hyp', 'guest 2']);
    const abort = traceEvents.find(({ name }) => name === 'data abort, write');
    expect(abort).to.include({ ph: 'X', cat: 'hyp', ts: 0.2, dur: 0.03 });
  });
  it('is refused with the number of the line that is none', () => {
    expect(() => readWorldLog('something else')).to.throw(SyntaxError, 'line 1');
    expect(() => readWorldLog(`${HEAD}1\t2\n`)).to.throw(SyntaxError, 'line 2: 2 columns');
    expect(COLUMNS.length).to.equal(10);
  });
});

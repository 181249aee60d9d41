/** Registers, memory and monitor commands of a machine under a debugger. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TargetFault } from '../../gdbstub/index.ts';
import type { RegisterRow } from '../../lib/debug/registers.ts';
import { branch, DebugBench, NOP, RAM } from './bench.ts';

describe('registers of a CPU under a debugger', () => {
  let bench: DebugBench;
  let rows: readonly RegisterRow[];
  const cpu = () => bench.machine.cluster.cpus[0]!;
  const row = (name: string): RegisterRow => rows.find((each) => each.name === name)!;
  beforeEach(async () => {
    bench = await DebugBench.of([NOP, NOP]);
    rows = bench.target.threads[0]!.registers.description;
  });

  it('have unique names, fields inside them, and values of their size', () => {
    expect(new Set(rows.map(({ name }) => name)).size).to.equal(rows.length);
    for (const { name, bits, type, read } of rows) {
      expect(read(cpu())! >> BigInt(bits), name).to.equal(0n);
      if (typeof type !== 'object' || !('fields' in type)) continue;
      for (const { high, low } of type.fields) expect(low <= high && high < bits, name).to.equal(true);
      expect(new Set(type.fields.map((field) => field.name)).size, name).to.equal(type.fields.length);
    }
  });

  it('keep what is written to them, as far as they can, and reading changes nothing', () => {
    const words = (): number[] => [...cpu().words.subarray(0, 1024)];
    const before = words();
    for (const each of rows) each.read(cpu());
    expect(words()).to.deep.equal(before);
    for (const { name, bits, feature, read, write } of rows.filter(({ feature: f }) => f !== 'armhyp.system')) {
      if (name === 'cpsr' || name === 'pc') continue;
      const value = (1n << BigInt(bits)) - 7n;
      write(cpu(), value);
      expect(read(cpu()), `${feature} ${name}`).to.equal(value);
    }
  });

  it('are those of the mode that CPSR names', () => {
    row('sp_irq').write(cpu(), 0x1234n);
    row('sp').write(cpu(), 0x5678n);
    expect(row('sp_svc').read(cpu())).to.equal(0x5678n);
    row('cpsr').write(cpu(), 0x1d2n);
    expect([row('sp').read(cpu()), row('sp_svc').read(cpu())]).to.deep.equal([0x1234n, 0x5678n]);
    expect(() => row('cpsr').write(cpu(), 0x1c5n)).to.throw(TargetFault, 'no mode 0x5 here');
    // Hyp mode is not for Secure state (B1.3.2).
    expect(() => row('cpsr').write(cpu(), 0x1dan)).to.throw(TargetFault);
  });

  it('PC keeps the instruction set, which is CPSR.T', () => {
    row('pc').write(cpu(), 0x8000_1003n);
    expect(row('pc').read(cpu())).to.equal(0x8000_1000n);
    row('cpsr').write(cpu(), 0x1f3n);
    row('pc').write(cpu(), 0x8000_1003n);
    expect(row('pc').read(cpu())).to.equal(0x8000_1002n);
  });

  it('writes of system registers act as MCR, and read-only ones refuse', () => {
    row('SCR').write(cpu(), 1n);
    expect(cpu().secure).to.equal(false);
    row('VTTBR').write(cpu(), 0x0012_0000_8000_0000n);
    expect(row('VTTBR').read(cpu())).to.equal(0x0012_0000_8000_0000n);
    expect(() => row('MIDR').write(cpu(), 0n)).to.throw(TargetFault, 'MIDR is read-only');
  });

  it('are only those that the configuration has', async () => {
    const { target } = await DebugBench.of([], {
      overrides: ['cluster.security=false', 'cluster.virtualization=false'],
    });
    const names = target.threads[0]!.registers.description.map(({ name }) => name);
    expect(names).to.include.members(['cpsr', 'd31', 'q15', 'SCTLR', 'sp_und']);
    expect(names).to.not.include.members(['SCR']);
    expect(names.filter((name) => /^H[A-Z]+R$|_hyp$|_mon$/.test(name))).to.deep.equal([]);
  });
});

describe('memory of a CPU under a debugger', () => {
  /** Short descriptors (B3.5.1): 1 MB sections, 0x8010_0000 at RAM and the page after it nowhere. */
  async function translated(): Promise<DebugBench> {
    const bench = await DebugBench.of([NOP, 0x1234_5678]);
    const table = RAM + 0x4000;
    bench.write(table + 4 * 0x800, [0x8000_0c02, 0x8000_0c02]);
    bench.write(table + 4 * 0x1c0, [0x1c00_0c02]);
    const rows = bench.target.threads[0]!.registers.description;
    const set = (name: string, value: number): void =>
      rows.find((row) => row.name === name)!.write(bench.machine.cluster.cpus[0]!, BigInt(value));
    set('TTBR0', table);
    set('DACR', 3);
    set('SCTLR', 0x00c5_0079);
    return bench;
  }

  it('is read and written through the translation of the CPU, up to the first byte that is not there', async () => {
    const bench = await translated();
    const [thread] = bench.target.threads;
    expect([...thread!.readMemory(RAM + 0x10_0004, 4)]).to.deep.equal([0x78, 0x56, 0x34, 0x12]);
    expect(thread!.readMemory(RAM + 0x1f_fffc, 100)).to.have.length(4);
    expect(() => thread!.readMemory(RAM + 0x20_0000, 4)).to.throw(TargetFault, '0x80200000 cannot be read');
    thread!.writeMemory(RAM + 0x10_0ffd, Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
    expect([...bench.machine.bus.readBytes(RAM + 0xffd, 7)]).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    const { misses } = bench.machine.cluster.cpus[0]!.mmu;
    expect(misses).to.equal(0);
  });

  it('is not written at all if a part of it cannot be', async () => {
    const bench = await translated();
    const [thread] = bench.target.threads;
    expect(() => thread!.writeMemory(RAM + 0x1f_fffe, Uint8Array.of(1, 2, 3, 4))).to.throw(TargetFault);
    expect([...bench.machine.bus.readBytes(RAM + 0xf_fffe, 2)]).to.deep.equal([0, 0]);
  });

  it('is not read where that would change a device, and devices are written in units', async () => {
    const bench = await translated();
    const [thread] = bench.target.threads;
    let output = '';
    bench.machine.uarts[0]!.onOutput = (byte) => (output += String.fromCharCode(byte));
    expect(() => thread!.readMemory(0x1c09_0000, 4)).to.throw(TargetFault);
    expect(thread!.readMemory(0x1c09_0018, 4)[0]).to.equal(0x90);
    thread!.writeMemory(0x1c09_0030, Uint8Array.of(1, 3, 0, 0));
    thread!.writeMemory(0x1c09_0000, Uint8Array.of(0x21, 0, 0, 0));
    expect(output).to.equal('!');
  });
});

describe('monitor commands', () => {
  it('are listed by help, and each has a summary', async () => {
    const bench = await DebugBench.of([]);
    const lines = bench.monitor('help').trimEnd().split('\n');
    expect(lines).to.have.length.above(10);
    for (const line of lines) expect(line).to.match(/^[a-z-]+( \S+)* {2,}[a-z]/);
    expect(bench.monitor('')).to.equal(bench.monitor('help'));
    expect(bench.monitor('help where')).to.match(/^where {2}tell what each CPU executes/);
  });

  const rows: readonly [command: string, says: RegExp][] = [
    [
      'where',
      /^cpu0 +pc 0x80000000 +secure +svc +ASID 0 .*\ncpu1 .*\ncpu0: memory by Secure PL1&0\n.*\n0 instructions, 0\.000000 s/,
    ],
    ['contexts', /^p1 fvp-ve-a15x1: 1 cpu0 \(secure svc\), 2 cpu1 \(secure svc\)\n$/],
    ['registers cpsr', /^cpsr +0x000001d3 \[M=0x13 F I A\]\n$/],
    ['registers hyp', /HCR +0x00000000 \[\]\n/],
    ['registers', /^r0 +0x00000000\n/],
    ['devices', /uart0 +0x1c090000 +arm,pl011 +SPI 5\n/],
    ['device uart0', /018 UARTFR = 00000090/],
    ['map', /0x0080000000-0x00ffffffff +ram +dram/],
    ['gic', /GICD_CTLR 0x0/],
    ['timers', /^counters at 100000000 Hz\ncpu0 +Secure physical +count 0 +compare 0 +off\n/],
    ['device uart0 uartfr', /^018 UARTFR = 00000090 .*RXFE=1.*\n$/],
    ['log', /^nothing\n$/],
    ['semihosting', /is off/],
    ['semihosting on', /is on/],
    ['catch wfi', /^1: catch wfi\n$/],
    ['catch write vttbr hyp', /^1: catch write hyp VTTBR\n$/],
    ['catch maintenance', /^1: catch maintenance\n$/],
    ['help catch', / {2}exit \[CAUSE\] +a guest is left/],
    ['stats', /^instructions +0\n/],
    [
      'tr 0x80001000',
      /^stage 1, Secure PL1&0, ASID 0:\n {2}off: 0x0080001000, Strongly-ordered\n0x80001000 is physical 0x0080001000, dram\+0x1000, by Secure PL1&0\n$/,
    ],
    ['translate 0x70000000', /nobody/],
    ['step-interrupts', /is off/],
    ['view', /p1 shows memory by auto/],
    ['view pa', /p1 shows memory by pa/],
    ['exits', /no virtual machine was entered yet/],
    ['break 0x80001000 world=hyp', /^1: p1 0x80001000 world=hyp\n$/],
    ['catch exit dabt', /^1: catch exit dabt\n$/],
    ['catch vector hyp irq', /^1: catch vector hyp irq\n$/],
    ['info breaks', /none are set/],
  ];
  for (const [command, says] of rows) {
    it(command, async () => {
      const bench = await DebugBench.of([], { cpus: 2 });
      expect(bench.monitor(command)).to.match(says);
    });
  }

  const faults: readonly [command: string, says: RegExp][] = [
    ['catch exit who', /no exit "who"; there are .*dabt/],
    ['break 0x80000000 who=1', /no condition "who"/],
    ['delete break 7', /no break 7/],
    ['view who', /views of p1 are auto/],
    ['who', /no command "who"; there are help, where, /],
    ['registers who', /no register or group "who"; groups are general, float/],
    ['catch who', /no catch "who"; there are exit, entry, vector/],
    ['catch write', /needs one of .*VTTBR/],
    ['catch entry 1', /no entry "1"; there are none/],
    ['break 0x80000000 world=guest', /worlds are hyp, host, secure/],
    ['device uart0 who', /no register "who"; there are UARTDR/],
    ['log much', /how many lines/],
    ['device who', /no device "who"; there are .*uart0/],
    ['translate', /an address of 32 bits/],
    ['translate 0x123456789', /an address of 32 bits/],
    ['step-interrupts maybe', /on or off/],
    ['screenshot', /a file is needed/],
    ['screenshot picture.png', /there is no display, or it is off/],
  ];
  for (const [command, says] of faults) {
    it(`refuses "${command}"`, async () => {
      const bench = await DebugBench.of([]);
      expect(() => bench.monitor(command)).to.throw(TargetFault, says);
    });
  }

  it('reset and quit', async () => {
    const bench = await DebugBench.of([NOP]);
    bench.step();
    expect(bench.pc()).to.equal(4);
    bench.monitor('reset');
    expect(bench.pc()).to.equal(0);
    let quits = 0;
    bench.debuggable.onQuit = () => quits++;
    bench.monitor('quit');
    expect(quits).to.equal(1);
  });

  it('semihosting answers calls from then on', async () => {
    // svc 0x123456, which is SYS_WRITEC
    const bench = await DebugBench.of([NOP, 0xef12_3456, branch(0)]);
    const [cpu] = bench.machine.cluster.cpus;
    let output = '';
    bench.machine.uarts[0]!.onOutput = (byte) => (output += String.fromCharCode(byte));
    bench.write(RAM + 0x100, [0x21]);
    for (const choice of ['on', 'off']) {
      expect(bench.monitor(`semihosting ${choice}`)).to.equal(`semihosting is ${choice}\n`);
      [cpu!.words[0], cpu!.words[1]] = [3, RAM + 0x100];
      cpu!.pc = RAM;
      bench.step();
      bench.step();
      expect(cpu!.pc).to.equal(choice === 'on' ? RAM + 8 : 8);
    }
    expect(output).to.equal('!');
  });

  it('log shows what the guest should not have done', async () => {
    // ldr r0, [r1]
    const bench = await DebugBench.of([0xe591_0000, NOP]);
    bench.machine.cluster.cpus[0]!.words[1] = 0x7000_0000;
    bench.step();
    expect(bench.monitor('log')).to.match(/^unassigned: cpu0: .*read, 4 bytes at 0x70000000, at pc 0x80000000\n$/);
  });

  it('screenshot writes the picture to a file, or tells why it cannot', async () => {
    const bench = await DebugBench.of([]);
    // 16 by 2 pixels of 24 bits, on and powered (DDI 0293C, 3.2).
    const registers = { 0x04: 1, 0x10: RAM, 0x18: 0x82b };
    for (const [offset, value] of Object.entries(registers))
      bench.machine.bus.poke(0x1c1f_0000 + Number(offset), 4, value);
    const folder = mkdtempSync(join(tmpdir(), 'armhyp-screenshot-'));
    try {
      const file = join(folder, 'the picture.png');
      expect(bench.monitor(`screenshot ${file}`)).to.equal(`${file} has the picture\n`);
      expect(readFileSync(file)).to.deep.equal(Buffer.from(bench.machine.screenshot()!));
      expect(() => bench.monitor(`screenshot ${join(folder, 'none', 'file')}`)).to.throw(TargetFault, /ENOENT/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('gic tells what is enabled and pending', async () => {
    const bench = await DebugBench.of([]);
    const thread = bench.target.threads[0]!;
    thread.writeMemory(0x2c00_1104, Uint8Array.of(0x20, 0, 0, 0));
    thread.writeMemory(0x2c00_1204, Uint8Array.of(0x20, 0, 0, 0));
    expect(bench.monitor('gic')).to.include('SPI 5 (ID 37): enabled, pending, group 0, priority 0x00, targets 0x');
  });
});

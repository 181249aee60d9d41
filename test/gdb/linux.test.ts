/** Real gdb on a booting Debian kernel, of which there are no symbols. */
import { expect } from 'chai';
import { loadMachine, type MachineOptions } from '../../lib/index.ts';
import { needsPayloads, payload } from '../payloads/payloads.ts';
import { needs } from '../tools/requirements.ts';
import { DebuggedMachine } from './debugged-machine.ts';
import { startGdb } from './gdb.ts';

/** Where a kernel of CONFIG_ARCH_MULTIPLATFORM decompresses itself to: RAM + TEXT_OFFSET. */
const DECOMPRESSED = 0x8020_8000;
const MMU_ON = 0xc000_0000;

describe('gdb-multiarch on a booting Linux', function () {
  needs('gdb-multiarch');
  needsPayloads();
  this.timeout(60_000);
  const options = (): MachineOptions => ({
    kernel: payload('zImage-fast-armmp'),
    dtb: payload('base-1cpu.dtb'),
    initrd: payload('initramfs.cpio.gz'),
    append: 'console=ttyAMA0',
    memory: '512MiB',
  });
  let machine: DebuggedMachine;
  before(async function () {
    machine = await DebuggedMachine.start('vexpress-a15', options());
  });
  after(async () => machine.close());

  /** The first virtual address that the kernel executes, and the instruction there, from a run without a debugger. */
  async function firstVirtual(): Promise<{ address: number; word: number }> {
    const plain = await loadMachine('vexpress-a15', options());
    const [cpu] = plain.cluster.cpus;
    const { code } = plain.cluster;
    code.insertBreakpoint(DECOMPRESSED);
    expect(plain.run({ instructions: 100_000_000 }).reason).to.equal('breakpoint');
    code.removeBreakpoint(DECOMPRESSED);
    cpu!.atBreakpoint = false;
    for (let n = 0; n < 100_000 && cpu!.pc < MMU_ON; n++) plain.run({ instructions: 1 });
    const address = cpu!.pc;
    const bytes = plain.bus.readBytes(cpu!.mmu.debugTranslate(address), 4);
    return { address, word: new DataView(bytes.buffer).getUint32(0, true) };
  }

  it('breaks before and behind the start of the MMU, steps, reads, is interrupted and lets go', async () => {
    const { address, word } = await firstVirtual();
    expect(address).to.be.at.least(MMU_ON);
    const text = hex(address);
    machine.onSlice = () => {
      // Long after the last breakpoint.
      if (machine.machine.instructions < 60_000_000) return;
      machine.onSlice = () => {};
      gdb.interrupt();
    };
    const gdb = startGdb(
      machine.remote,
      'info registers pc cpsr',
      `break *${hex(DECOMPRESSED)}`,
      'continue',
      'x/4xw $pc',
      'stepi',
      'info registers pc',
      // Not mapped yet, by its virtual address.
      `hbreak *${text}`,
      `monitor translate ${text}`,
      'continue',
      'x/xw $pc',
      'monitor translate $pc',
      `monitor translate ${text}`,
      'info registers SCTLR',
      'delete',
      'stepi 100',
      'continue',
      'print $pc > 0xc0000000',
      'monitor where',
      'x/2i $pc',
      'stepi',
      'print $pc > 0xc0000000',
      'detach',
    );
    const said = await gdb.output;
    expect(said).to.match(/cpsr +0x1da +\[ M=26 /);
    expect(said).to.include(`Breakpoint 1, ${hex(DECOMPRESSED)}`);
    expect(said).to.match(new RegExp(`${hex(DECOMPRESSED)}:(\\s+0x[0-9a-f]{8}){4}`));
    // The first instruction is a call.
    expect(said).to.match(/\n(0x80[0-9a-f]{6}) in \?\? \(\)\npc +\1 /);
    expect(said).to.include(`Breakpoint 2, ${text}`);
    expect(said).to.match(new RegExp(`${text}:\\s+0x${word.toString(16).padStart(8, '0')}`));
    expect(said).to.match(new RegExp(`${text} is physical 0x00[89a-f]\\w+, (dram|ddr|ram)`));
    expect(said).to.match(/SCTLR +0x\w+ +\[ M .*C /);
    expect(said).to.include('received signal SIGINT');
    expect(said).to.include('$1 = 1');
    expect(said).to.match(/cpu0 +pc 0x[c-f]/);
    expect(said).to.include('[Inferior 1 (process 1) detached]');
    expect(machine.machine.debugTarget.running).to.equal(true);
    expect(machine.machine.machine.cluster.code.breakpoints.size).to.equal(0);
  });

  it('is found running by the next gdb', async () => {
    const before = machine.machine.instructions;
    const said = await startGdb(machine.remote, 'info threads', 'monitor stats', 'detach').output;
    expect(said).to.match(/Thread 1\.1 "cpu0"/);
    expect(machine.machine.instructions).to.be.above(before);
  });
});

const hex = (address: number): string => `0x${address.toString(16)}`;

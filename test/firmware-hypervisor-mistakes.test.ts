/** The hypervisor's mistakes, compiled in one by one: what its guests say, and what real gdb shows of each. */
import { expect } from 'chai';
import { join } from 'node:path';
import { buildMistake, runHere, type Mistake } from './firmware-hypervisor.ts';
import { DebuggedMachine, root } from './gdb/debugged-machine.ts';
import { startGdb } from './gdb/gdb.ts';
import { needs } from './tools/requirements.ts';

/** Instructions for the guests to say what is wrong; some mistakes let them poll for ever. */
const ENOUGH = 6e7;

interface Row {
  readonly mistake: Mistake;
  readonly title: string;
  /** What the consoles show, all three together; nothing for a mistake that guests cannot see. */
  readonly shows: readonly RegExp[];
  readonly gdb: readonly string[];
  /** What gdb then prints. */
  readonly finds: readonly RegExp[];
}

const rows: readonly Row[] = [
  {
    mistake: 'NO_DISTRIBUTOR',
    title: 'without distributor emulation the guest counts spurious interrupts: the line is high, nothing is listed',
    shows: [/FAILED spurious-interrupts spurious interrupts is 0x000003e8, should be 0x00000000/],
    gdb: [
      ...['tbreak vgic_pend_device', 'continue', 'tbreak list_registers_fill', 'continue', 'finish'],
      ...['print/x vm->processor.world.HCR & 0x80', 'print/x vm->processor.gich'],
    ],
    finds: [/\$1 = 0x80/, /LR0 = 0x0, LR1 = 0x0, LR2 = 0x0, LR3 = 0x0/],
  },
  {
    mistake: 'HMAIR_AS_MAIR',
    title: 'with HMAIR written as MAIR, HMAIR0 is 0 and the host has its attributes',
    shows: [/guest 1: 13 passed, 0 failed/, /guest 2: 13 passed, 0 failed/],
    gdb: ['tbreak start_guests', 'continue', 'monitor registers HMAIR0', 'monitor registers PRRR'],
    finds: [/HMAIR0 +0x00000000/, /PRRR +0xeeaa4400/],
  },
  {
    mistake: 'REGISTER_TABLE',
    title: 'with the register table off by one, r5 is taken from the place of r4',
    shows: [/no such register, for 0x2c001440/, /FAILED registers word by a register/],
    gdb: ['tbreak transferred if SRT == 5', 'continue', 'finish', 'print $ - vms[0].processor.r'],
    finds: [/\$2 = 4\b/],
  },
  {
    mistake: 'STRAY_WRITES',
    title: 'two stray writes inside the GICH frame are ignored, without an abort',
    shows: [/guest 1: 13 passed, 0 failed/, /guest 2: 13 passed, 0 failed/],
    gdb: [
      'tbreak stray_writes',
      'continue',
      'x/2i $pc',
      'stepi 2',
      'print (int) $pc - (int) &stray_writes',
      'x/wx $r2+64',
    ],
    finds: [/str\s+r3, \[r2, #64\]/, /str\s+r3, \[r2, #496\]/, /\$1 = 8\b/, /0x2c004040:\s+0x00000000/],
  },
  {
    mistake: 'IRQ_AND_FIQ_SWAPPED',
    title: "with IRQ and FIQ swapped in Hyp mode's vectors, an IRQ comes to FIQ's entry, and its exit has number 6",
    shows: [/guest 1: 13 passed, 0 failed/, /guest 2: 13 passed, 0 failed/],
    gdb: ['tbreak hyp_fiq', 'continue', 'monitor registers ISR', 'tbreak handle_exit', 'continue', 'print reason'],
    finds: [/ISR +0x00000080 \[I\]/, /\$1 = 6\b/],
  },
  {
    mistake: 'HALF_OF_VFP',
    title: 'with d16-d31 not switched, a guest has them from the other one',
    shows: [/FAILED vfp registers that have changed is 0x00000020/],
    gdb: [
      ...['tbreak switch_vfp', 'continue', 'tbreak switch_vfp', 'continue'],
      ...['tbreak vfp_switched', 'continue', 'monitor registers d15', 'monitor registers d16'],
    ],
    finds: [/d15 +0x0000000000000000/, /d16 +0x0100002101000020/],
  },
];

describe("the hypervisor's mistakes", function () {
  needs('arm-none-eabi-gcc', 'make', 'dtc', 'gdb-multiarch');
  this.timeout(60_000);

  for (const { mistake, title, shows, gdb, finds } of rows)
    it(`${mistake}: ${title}`, async () => {
      const { path, remove } = buildMistake(mistake);
      const elf = join(path, 'hypervisor.elf');
      try {
        const text = (await runHere(elf, [], ENOUGH)).uarts.join('');
        for (const pattern of shows) expect(text).to.match(pattern);
        const machine = await DebuggedMachine.start('fvp-ve-a15x1', { application: elf });
        const symbols = [`file ${elf}`, `directory ${root}`, 'set remote multiprocess-feature-packet off'];
        const printed = await startGdb(...symbols, machine.remote, ...gdb).output;
        await machine.close();
        for (const pattern of finds) expect(printed, printed).to.match(pattern);
      } finally {
        remove();
      }
    });
});

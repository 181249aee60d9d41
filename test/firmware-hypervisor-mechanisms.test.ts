/** The hypervisor's mechanisms, one by one in the order in which they happen, as real gdb sees them. */
import { expect } from 'chai';
import { hypervisor } from './firmware-hypervisor.ts';
import { DebuggedMachine, root } from './gdb/debugged-machine.ts';
import { startGdb } from './gdb/gdb.ts';
import { needs } from './tools/requirements.ts';

interface Row {
  readonly title: string;
  readonly gdb: readonly string[];
  /** What gdb then prints. */
  readonly finds: readonly RegExp[];
}

const registers = (...names: string[]): string[] => names.map((name) => `monitor registers ${name}`);
const runTo = (place: string): string[] => [`tbreak ${place}`, 'continue'];

const rows: readonly Row[] = [
  {
    title:
      'boot: Secure software sets CNTFRQ, groups, NSACR and SCR, and HVBAR from Monitor mode; HVC leads to Hyp mode',
    gdb: [
      ...runTo('enter_hyp'),
      ...registers('CNTFRQ', 'NSACR', 'SCR', 'HVBAR'),
      'print/x *(unsigned[5] *) 0x2c001080',
      'info symbol $HVBAR',
      'info threads',
    ],
    finds: [
      /CNTFRQ +0x05f5e100/,
      /NSACR +0x00040c00/,
      /SCR +0x000001b1/,
      /\{0xfe00ffff(, 0xffffffff){4}\}/,
      /^boot_hyp_vectors in/m,
      /\(hyp\)/,
    ],
  },
  {
    title: 'stub: the host starts in Supervisor mode, with nothing trapped or translated twice',
    gdb: [...runTo('host_start'), ...registers('HCR', 'HCPTR', 'HSTR', 'VTTBR'), 'info symbol $HVBAR', 'info threads'],
    finds: [
      /HCR +0x00000000/,
      /HCPTR +0x000033ff/,
      /HSTR +0x00000000/,
      /VTTBR +0x0000000000000000/,
      /^stub_vectors in/m,
      /svc\) host_start/,
    ],
  },
  {
    title: "stub: HVC with r0 = -1 returns HVBAR, which is the stub's",
    gdb: [...runTo('call_stub'), 'print/x $r0', 'finish', 'info symbol $r0'],
    finds: [/= 0xffffffff/, /^stub_vectors in/m],
  },
  {
    title: 'Hyp mode has its own translation, attributes and vectors, and alignment faults',
    gdb: [...runTo('start_guests'), ...registers('HTCR', 'VTCR', 'HMAIR0', 'HMAIR1', 'HSCTLR'), 'info symbol $HVBAR'],
    finds: [
      /HTCR +0x80800000/,
      /VTCR +0x80000040/,
      /HMAIR0 +0xeeaa4400/,
      /HMAIR1 +0xff000004/,
      /HSCTLR +0x\w+ \[M A /,
      /^hyp_vectors in/m,
    ],
  },
  {
    title: 'VM_ATTACH_VGIC: the distributor is emulated, behind the CPU interface is GICV',
    gdb: [
      ...runTo('vm_attach_vgic'),
      'info args',
      'finish',
      'print/x vms[0].regions[0].base',
      // Levels 2 and 3 of 0x2c00_2000.
      'set $table = (unsigned long long *) (unsigned) (vms[0].stage2[0] & 0xfffff000)',
      'set $table = (unsigned long long *) (unsigned) ($table[0x160] & 0xfffff000)',
      'print/x $table[2]',
    ],
    finds: [/distributor_ipa = 738201600\b/, /cpu_interface_ipa = 738205696\b/, /= 0x2c001000/, /= 0x4000002c0064c7/],
  },
  {
    title: "VM: a guest starts in Supervisor mode, under its VMID, with the original's HCR",
    gdb: [
      ...runTo('guest_entry'),
      ...registers('HCR', 'HCPTR', 'VTTBR', 'VMPIDR', 'elr_hyp', 'spsr_hyp', 'CNTHCTL'),
      'print/x ((unsigned long long *) (unsigned) (vms[0].stage2[3] & 0xfffff000))[0]',
      'print vms[1].processor.world.CNTVOFF > vms[0].processor.world.CNTVOFF',
    ],
    finds: [
      /HCR +0x0018263b/,
      /HCPTR +0x00103fff/,
      /VTTBR +0x00010000\w+/,
      /VMPIDR +0x80000000/,
      /elr_hyp +0xc0000000/,
      /spsr_hyp +0x000001d3/,
      // HAP 6 and 7, MemAttr 0b1111, AF, Inner Shareable; 2 MB.
      /= 0x900007fd/,
      /= 1\b/,
    ],
  },
  {
    title: "exit: back in the host's world HCR and VTTBR are 0 and GICH_HCR is off",
    gdb: [
      ...runTo('handle_exit'),
      'print reason',
      ...registers('HCR', 'VTTBR', 'HCPTR'),
      'print/x *(int *) 0x2c004000',
    ],
    finds: [/= 5\b/, /HCR +0x00000000/, /VTTBR +0x0000000000000000/, /= 0x0/],
  },
  {
    title: 'console: a read of 16 bits returns 0x6276',
    gdb: [
      ...runTo('emulate_access'),
      'print/x vm->processor.exit',
      ...runTo('skip_instruction'),
      'print/x vm->processor.r[3]',
    ],
    finds: [/HSR = 0x93430007/, /0x6276/],
  },
  {
    title: 'injection: a pending interrupt goes to a list register, with the CPU that asked for it',
    gdb: [...runTo('vgic_pend'), ...runTo('list_registers_fill'), 'finish', 'print/x vms[0].processor.gich.LR0'],
    finds: [/= 0x18000001/],
  },
  {
    title:
      'injection: more interrupts than list registers lead back by UIE and the maintenance interrupt, an exit by IRQ',
    gdb: [...runTo('handle_exit if vm->processor.gich.MISR & 2'), 'print reason', 'print/x vm->processor.gich'],
    finds: [/= 7\b/, /HCR = 0x3, MISR = 0x2/],
  },
  {
    title: 'exit: WFI sleeps',
    gdb: [...runTo('handle_trap if vm->processor.exit.HSR >> 26 == 1'), 'finish', 'print vms[0].state'],
    finds: [/VM_WAITING/],
  },
  {
    title: 'virtual timer: its level goes to a list register, whose end is to be told',
    gdb: [
      ...runTo('list_registers_fill if vm->number == 2 && vm->vgic.level[0]'),
      'finish',
      'print/x vms[1].processor.gich.LR0',
    ],
    finds: [/= 0x1808001b/],
  },
  {
    title: 'lazy VFP: the first use is trapped, and the registers are switched without the host',
    gdb: [
      ...runTo('switch_vfp'),
      ...registers('HCPTR', 'HSR'),
      ...runTo('vfp_switched'),
      ...registers('HCPTR'),
      'print vfp_owner == &vms[0].processor || vfp_owner == &vms[1].processor',
    ],
    finds: [/HCPTR +0x00103fff/, /HSR +0x1[ef]/, /HCPTR +0x001033ff/, /= 1\b/],
  },
  {
    title: "PSCI: HVC with a function's number",
    gdb: [...runTo('handle_psci'), 'print/x vm->processor.r[0]', 'finish', 'print vms[0].processor.r[0]'],
    finds: [/= 0x84000000/, /= 2\b/],
  },
  {
    title: "the host's end: Hyp mode is the stub's again",
    gdb: [...runTo('hyp_stop'), 'finish', ...registers('HSCTLR'), 'info symbol $HVBAR'],
    finds: [/HSCTLR +0x\w+ \[\]/, /^stub_vectors in/m],
  },
];

describe("the hypervisor's mechanisms", function () {
  needs('gdb-multiarch');
  this.timeout(60_000);
  let printed: string[] = [];

  before(async function () {
    const machine = await DebuggedMachine.start('fvp-ve-a15x1', { application: hypervisor });
    const commands = rows.flatMap(({ gdb }, index) => [`echo \\n=== ${index}\\n`, ...gdb]);
    try {
      const text = await startGdb(`file ${hypervisor}`, `directory ${root}`, machine.remote, ...commands).output;
      printed = text.split(/^=== \d+\n/m).slice(1);
    } finally {
      await machine.close();
    }
  });

  for (const [index, { title, finds }] of rows.entries())
    it(title, () => {
      for (const pattern of finds) expect(printed[index], printed[index]).to.match(pattern);
    });
});

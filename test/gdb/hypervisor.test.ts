/** Real gdb on the bundled hypervisor's guests, which have symbols: one guest alone, parked, and attached to. */
import { expect } from 'chai';
import { guest, hypervisor } from '../firmware-hypervisor.ts';
import { needs } from '../tools/requirements.ts';
import { DebuggedMachine, root } from './debugged-machine.ts';
import { startGdb } from './gdb.ts';

const asGuest = [`file ${guest}`, `directory ${root}`];

describe('gdb-multiarch on the guests of the bundled hypervisor', function () {
  needs('gdb-multiarch');
  this.timeout(60_000);
  let machine: DebuggedMachine;
  /** What the guests have printed. */
  let consoles: [string, string];
  beforeEach(async () => {
    machine = await DebuggedMachine.start('fvp-ve-a15x1', { application: hypervisor });
    consoles = ['', ''];
    const { uarts } = machine.machine;
    for (const n of [0, 1]) uarts[n + 1]!.onOutput = (byte) => (consoles[n]! += String.fromCharCode(byte));
  });
  afterEach(async () => machine.close());

  it('break, next, step and finish in the second guest stay in it, whatever the hypervisor does meanwhile', async () => {
    const text = await startGdb(
      ...asGuest,
      await machine.guestRemote(2),
      // Both guests execute this, at the same addresses; the second one is not there yet.
      'break *_start',
      'break check_timer',
      'continue',
      'info symbol $pc',
      'continue',
      'print guest_number',
      'next',
      'next',
      'tbreak put_character',
      'continue',
      'backtrace',
      'finish',
      'finish',
      'stepi 40',
      'info symbol $pc',
      'print ($cpsr & 0x1f) == 0x1a',
      'delete',
      'tbreak check_vfp',
      'continue',
      'step',
      'info threads',
      'detach',
    ).output;
    expect(text).to.match(/Breakpoint 1, _start \(\)/);
    expect(text).to.match(/\n_start in section \.text/);
    expect(text).to.match(/\nBreakpoint 2, check_timer \(\)/);
    expect(text).to.include('$1 = 2\n');
    expect(text).to.match(/Temporary breakpoint 3, put_character \(c=/);
    expect(text).to.match(/#0 +put_character .*\n#1 .* print .*\n#2 .*\n(#3 .*\n)*#\d .* main /);
    // finish leaves the character for its line, and that for its caller.
    expect(text).to.match(/\nprint \(text=0x\w+ "k ".*\n.*\nend_check \(\) at /);
    expect(text).to.match(/\nput_character .*in section \.text/);
    expect(text).to.include('$2 = 0\n');
    expect(text).to.match(/Temporary breakpoint 4, check_vfp/);
    // Nothing of the hypervisor was ever shown.
    expect(text).to.not.match(/enter_guest|world-switch|0xe0000\w{3} in|hyp\)/);
    expect(text).to.match(/\* 1 +Thread \S+ "vcpu0" \(running on cpu0, svc\) check_vfp/);
    expect(consoles[0]).to.include('guest 1');
  });

  it('a parked guest has the registers and the memory that it prints from, and gets those that are written', async () => {
    const text = await startGdb(
      ...asGuest,
      await machine.guestRemote(1),
      'continue',
      // The second character of the first line.
      'break put_character',
      'continue',
      'continue',
      'print/c c',
      'delete',
      'monitor catch exit dabt',
      'continue',
      'info threads',
      'info symbol $pc',
      'x/s $r4',
      'print guest_number',
      'backtrace',
      'set var {char[8]} 0xc0f00000 = "hello, "',
      'set var $r4 = 0xc0f00000',
      'print/x $r4',
      'info threads',
      'monitor delete catch 1',
      'monitor catch exit wfx',
      'continue',
      'detach',
    ).output;
    const [, character] = /\$1 = \d+ '(.)'/.exec(text)!;
    const [, rest] = /0xc\w+:\t"(.*)\\n"\n/.exec(text)!;
    expect(text).to.match(/catch 1: vcpu0 of guest vmid 1 left: dabt/);
    expect(text).to.match(/"vcpu0" \(parked, svc\)/);
    expect(text).to.match(/\nput_character .*in section \.text/);
    expect(text).to.match(/#0 .*put_character .*\n#1 .* print .*\n#2 .* main /);
    expect(text).to.include('$3 = 0xc0f00000\n');
    expect(text).to.include('(parked, svc, 1 registers to be written)');
    expect(text).to.include('$2 = 1\n');
    // What its registers and its memory said that it was about to print, up to where it was sent elsewhere.
    const whole = 'guest 1: SP804, bvm console';
    expect([character, rest]).to.deep.equal([whole[1], whole.slice(2)]);
    expect(consoles[0].startsWith(`${whole.slice(0, 2)}hello, `)).to.equal(true);
  });

  it('attach to it over extended-remote, with all its registers, beside the hypervisor', async () => {
    const text = await startGdb(
      `file ${hypervisor}`,
      `directory ${root}`,
      machine.remote.replace('remote', 'extended-remote'),
      'monitor catch entry',
      'continue',
      'info inferiors',
      'monitor delete catch 1',
      'detach inferiors 2',
      'add-inferior',
      'inferior 3',
      'attach 2',
      `symbol-file ${guest}`,
      'info symbol $pc',
      'print/x $SCTLR',
      'print $sp_svc == $sp',
      'info registers system',
      'print $HCR',
      'break check_mmu',
      'continue',
      'print/x $VBAR',
      'backtrace 2',
      'thread 1.1',
      'print $HCR',
      'info symbol $pc',
      'monitor where',
      'detach inferiors 3',
      'info threads',
    ).output;
    expect(text).to.match(/\[New inferior 2\]/);
    expect(text).to.match(/\n_start in section \.text/);
    expect(text).to.match(/SCTLR +0x\w+ +\[/);
    expect(text).to.match(/Breakpoint 1(\.\d)?, check_mmu \(\)/);
    expect(text).to.match(/#0 +check_mmu .*\n#1 .* main /);
    // The hypervisor's own register is not one of the guest's.
    expect(text).to.match(/= void\n/);
    expect(text).to.match(/= \[ VM .*IMO/);
    expect(text).to.match(
      /cpu0 +pc 0xc\w+ +guest +svc +VMID 1 +ASID 0 +translates by Non-secure PL1&0 +executes p2\.\d/,
    );
  });

  it('info os tells what there is', async () => {
    const text = await startGdb(
      `file ${hypervisor}`,
      machine.remote,
      'monitor catch maintenance',
      'continue',
      ...['contexts', 'stage1', 'stage2', 'list-registers', 'exits', 'map', 'processes'].map(
        (type) => `info os ${type}`,
      ),
      'monitor gic',
      'detach',
    ).output;
    expect(text).to.match(/p2 +2 +guest vmid 1 vcpu0 running on cpu0, svc 1 +0x00800\w+/);
    expect(text).to.match(/p2 +vcpu0 +guest vmid 1 +0x00d0000000 +0x00d00fffff +0x00c0e00000 +Normal Write-Back/);
    expect(text).to.match(/p2 +guest vmid 1 stage 2 +0x00c0000000 0x00c7ffffff 0x0090000000 Normal .*; rwx/);
    expect(text).to.match(/0 +GICH_LR3 +0x18000005 SGI 5, pending, group 0, priority 0x80, from virtual CPU 0/);
    expect(text).to.match(/p2 +dabt +\d+/);
    expect(text).to.match(/0080000000 +00ffffffff +ram +dram/);
    expect(text).to.match(/GICH_HCR 0x3 \[En UIE\].*GICH_MISR 0x2 \[U\]/);
  });
});

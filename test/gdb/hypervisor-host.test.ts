/** Real gdb on the host of the bundled hypervisor, which has symbols: everything that a user does there, in each mode. */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hypervisor } from '../firmware-hypervisor.ts';
import { needs } from '../tools/requirements.ts';
import { DebuggedMachine, root } from './debugged-machine.ts';
import { startGdb } from './gdb.ts';

const symbols = [`file ${hypervisor}`, `directory ${root}`];

describe('gdb-multiarch on the host of the bundled hypervisor', function () {
  needs('gdb-multiarch');
  this.timeout(60_000);
  let machine: DebuggedMachine;
  let folder: string;
  before(() => void (folder = mkdtempSync(join(tmpdir(), 'armhyp-gdb-'))));
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    machine = await DebuggedMachine.start('fvp-ve-a15x1', { application: hypervisor });
  });
  afterEach(async () => machine.close());

  it('loads, compares, finds, dumps and restores memory', async () => {
    const file = join(folder, 'memory');
    const text = await startGdb(
      ...symbols,
      machine.remote,
      'set {int} &main = 0',
      'compare-sections .text',
      'load',
      'compare-sections .text',
      'print/x *(unsigned *) &main',
      'find /w1 &_start, +0x8000, *(unsigned *) &main',
      'find &_start, +0x8000, "hypervisor: the host runs at PL1\\n"',
      `dump memory ${file} &main (char *) &main + 64`,
      'set {int} &main = 0',
      `restore ${file} binary &main`,
      'compare-sections .text',
      'tbreak main',
      'continue',
      'kill',
    ).output;
    const matched = /Section \.text, range 0x8000\w+ -- 0x8000\w+: (.*)\n/g;
    expect([...text.matchAll(matched)].map(([, how]) => how)).to.deep.equal(['MIS-MATCHED!', 'matched.', 'matched.']);
    expect(text).to.match(/Loading section \.text/);
    expect(text).to.match(/Start address 0x80000000, load size \d+/);
    expect(text).to.match(/<main>\n1 pattern found\./);
    expect(text.match(/\n0x8000\w+.*\n1 pattern found\./g)).to.have.length(2);
    expect(readFileSync(file)).to.have.length(64);
    expect(text).to.match(/Temporary breakpoint 1, main \(\)/);
  });

  it('breaks, steps, finishes, watches and evaluates', async () => {
    const text = await startGdb(
      ...symbols,
      machine.remote,
      'break start_guests',
      'continue',
      'next',
      'step',
      'backtrace',
      'info locals',
      'finish',
      'watch vms[1].state',
      'continue',
      'delete',
      'rwatch vms[1].uart',
      'continue',
      'print vms[0].number + vms[1].number',
      'print/x &vms[1] - &vms[0]',
      'ptype struct vgic',
      'delete',
      'tbreak handle_exit',
      'continue',
      'up',
      'info frame',
      'print vm->exits[0x24]',
      'print/x $HCR',
      'set var $TPIDRPRW = 0x12345678',
      'print/x $TPIDRPRW',
      'set var $HTPIDR = 7',
      'monitor registers HTPIDR',
      'x/3i $pc',
      'info line',
      'detach',
    ).output;
    expect(text).to.match(/Breakpoint 1, start_guests \(\) at .*guest-image\.c:\d+/);
    expect(text).to.match(/#\d +(0x\w+ in )?start_guests \(\).*\n#\d .* main \(\)/);
    expect(text).to.match(
      /Hardware watchpoint 2: vms\[1\]\.state\n(.*\n)+Old value = VM_RUNNABLE\nNew value = VM_WAITING\n/,
    );
    expect(text).to.match(/Hardware read watchpoint 3: vms\[1\]\.uart\n\nValue = \d+\n/);
    expect(text).to.match(/\$1 = 3\n\$2 = 0x1\ntype = struct vgic \{/);
    expect(text).to.match(/Temporary breakpoint \d, handle_exit \(vm=/);
    expect(text).to.match(/#1 .* run_slice|#1 .* run_guests/);
    expect(text).to.include('= 0x12345678\n');
    expect(text).to.match(/HTPIDR +0x00000007/);
    expect(text).to.match(/=> 0x8000\w+ <run_slice/);
  });

  it('brings its symbols along', async () => {
    const text = await startGdb(machine.remote, 'tbreak start_guests', 'continue', 'backtrace', 'detach').output;
    expect(text).to.include(`Reading symbols from ${hypervisor}...`);
    expect(text).to.match(/Temporary breakpoint 1, start_guests \(\)/);
  });

  it('shows the registers of every group', async () => {
    const groups = [
      'general',
      'float',
      'vector',
      'system',
      'banked',
      'hyp',
      'timer',
      'identification',
      'debug',
      'performance',
    ];
    const text = await startGdb(
      ...symbols,
      machine.remote,
      'tbreak run_guests',
      'continue',
      ...groups.flatMap((group) => [`echo ==${group}\\n`, `info registers ${group}`]),
      'echo ==end\\n',
      'detach',
    ).output;
    const shown = (group: string): string => text.split(`==${group}\n`)[1]!.split('==')[0]!;
    expect(shown('general')).to.match(/pc +0x8000\w+ +0x8000\w+ <run_guests/);
    expect(shown('general')).to.match(/cpsr +0x\w+ +\[ M=19 /);
    expect(shown('float')).to.match(/d31 +/);
    expect(shown('vector')).to.match(/q15 +\{u8 = /);
    expect(shown('system')).to.match(/SCTLR +0x\w+ +\[ M .*C /);
    expect(shown('banked')).to.match(/elr_hyp +0x\w+/);
    expect(shown('hyp')).to.match(/HCR +0x\w+ +\[/);
    expect(shown('timer')).to.match(/CNTFRQ +0x5f5e100/);
    expect(shown('identification')).to.match(/MIDR +0x41\w+ +\[ Revision=\d/);
    for (const group of groups) expect(shown(group), group).to.match(/0x|=/);
  });

  it('detaches and attaches, is reset, killed and run again', async () => {
    // It stays there with a branch to itself, however fast the host is: guests would be processes of their own.
    const stay = 'set var *(unsigned *) $pc = 0xeafffffe';
    const first = await startGdb(...symbols, machine.remote, 'tbreak hyp_start', 'continue', stay, 'detach').output;
    expect(first).to.match(/Temporary breakpoint 1, hyp_start/);
    expect(machine.machine.debugTarget.running).to.equal(true);
    const text = await startGdb(
      ...symbols,
      machine.remote.replace('remote', 'extended-remote'),
      `set remote exec-file ${hypervisor}`,
      'monitor reset',
      'maintenance flush register-cache',
      'print $pc == &_start',
      'tbreak main',
      'continue',
      'tbreak main',
      'run',
      'print $pc == &main',
      'detach',
      'tbreak start_guests',
      'attach 1',
      'kill',
    ).output;
    expect(text).to.include('$1 = 1\n');
    expect(text).to.match(/Temporary breakpoint 1, main/);
    expect(text).to.match(/Temporary breakpoint 2, main/);
    expect(text).to.include('$2 = 1\n');
    expect(text).to.include('[Inferior 1 (process 1) detached]');
    expect(text).to.include('[Inferior 1 (process 1) killed]');
    expect(machine.machine.debugTarget.running).to.equal(true);
  });

  for (const remote of ['remote', 'extended-remote'])
    for (const multiprocess of ['on', 'off'])
      it(`works over ${remote}, multiprocess ${multiprocess}, with Ctrl-C`, async () => {
        let interrupted = false;
        machine.onSlice = () => {
          if (interrupted || machine.machine.instructions < 30_000_000) return;
          interrupted = true;
          gdb.interrupt();
        };
        const gdb = startGdb(
          ...symbols,
          `set remote multiprocess-feature-packet ${multiprocess}`,
          machine.remote.replace('remote', remote),
          'break run_slice',
          'continue',
          'next',
          'info threads',
          'delete',
          'tbreak take_interrupt',
          'continue',
          'finish',
          'info inferiors',
          // b .
          'set {int} $pc = 0xeafffffe',
          'continue',
          'print $_exitcode',
          'info threads',
          'detach',
        );
        const text = await gdb.output;
        expect(text).to.match(/Breakpoint 1, run_slice/);
        expect(text).to.match(/Temporary breakpoint 2, take_interrupt/);
        expect(text).to.include('received signal SIGINT');
        expect(text).to.include('= void\n');
        expect(text).to.match(multiprocess === 'on' ? /\* 1 +process 1 / : /\* 1 +Remote target /);
        expect(text).to.match(multiprocess === 'on' ? /Thread 1\.1 "cpu0"/ : /Thread 1 "cpu0"/);
      });
});

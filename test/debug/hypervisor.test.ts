/** Monitor commands on the bundled hypervisor: what they say of Hyp mode, its host and two guests, in every state. */
import { expect } from 'chai';
import type { StopReason } from '../../gdbstub/index.ts';
import { MachineTarget } from '../../lib/debug/target.ts';
import { loadMachine } from '../../lib/index.ts';
import { hypervisor } from '../firmware-hypervisor.ts';

const MOST_INSTRUCTIONS = 50e6;
/** Where both guests' RAM begins, to them; and where it is. (stage2.c) */
const RAM_IPA = 0xc000_0000,
  RAM_2 = 0x9800_0000;

describe('monitor commands on a hypervisor with two guests', function () {
  this.timeout(60_000);
  const client = {};
  let target: MachineTarget;
  let stop: StopReason | undefined;
  beforeEach(async () => {
    target = new MachineTarget(await loadMachine('fvp-ve-a15x1', { application: hypervisor }));
    target.onStop = (reason) => (stop = reason);
  });

  function monitor(command: string, thread = 1): string {
    let text = '';
    target.monitor.run(command, { client, thread: { process: 1, thread }, print: (part) => void (text += part) });
    return text;
  }
  /** Runs to the next stop; gives what it says. */
  function go(): string | undefined {
    stop = undefined;
    target.resume([]);
    target.run({ instructions: MOST_INSTRUCTIONS });
    return (stop as StopReason | undefined)?.message;
  }
  const guest = (n: 1 | 2) => target.guests.machines[n - 1]!.threads[0]!;
  const hex = (address: number): string => `0x${address.toString(16)}`;
  const matches = (text: string, ...lines: string[]): void => {
    expect(text).to.match(new RegExp(`^${lines.join('\\n')}\\n$`));
  };

  describe('translate', () => {
    it('shows each level of Hyp mode, and where that fails, the host as it was left', () => {
      monitor('catch exit');
      go();
      matches(
        monitor('translate $pc'),
        'stage 1, PL2:',
        ' {2}level 1: 0x00000000800\\w{5} at 0x00800\\w{5}',
        ' {2}level 2: 0x00000000800\\w{5} at 0x00800\\w{5}',
        ' {2}level 3: 0x00000000800\\w{5} at 0x00800\\w{5}',
        ' {2}0x00800\\w{5}, of 4 KB: Normal Write-Back, Inner Shareable; r-x',
        '0xe0000\\w{3} is physical 0x00800\\w{5}, dram\\+0x\\w+, by PL2',
      );
      matches(
        monitor('translate 0x80000000'),
        'stage 1, PL2:',
        ' {2}level 1: 0x\\w{16} at 0x\\w{10}',
        ' {2}level 2: 0x\\w{16} at 0x\\w{10}',
        ' {2}level 3: 0x0000000000000000 at 0x\\w{10}',
        ' {2}Translation fault, level 3',
        'stage 1, host PL1&0 as last left, ASID 0:',
        ' {2}level 1: 0x0000000080000705 at 0x\\w{10}',
        ' {2}0x0080000000, of 1 GB: Normal Write-Back, Inner Shareable; PL1 rwx, PL0 ---; global',
        '0x80000000 is physical 0x0080000000, dram\\+0x0, by host PL1&0 as last left',
      );
    });

    it('shows both stages of a guest, running and parked, with its MMU off and on', () => {
      monitor('catch entry');
      go();
      const off = [
        'stage 1, guest vmid 1, ASID 0:',
        ' {2}off: 0x00c0000000, Strongly-ordered',
        'stage 2:',
        ' {2}level 1: 0x\\w{16} at 0x\\w{10}',
        ' {2}level 2: 0x00000000900007fd at 0x\\w{10}',
        ' {2}0x0090000000, of 2 MB: Normal Write-Back, Inner Shareable; rwx',
        '0xc0000000 is physical 0x0090000000, dram\\+0x10000000, by guest vmid 1',
      ];
      matches(monitor('translate $pc', guest(1).id), ...off);
      monitor('delete catch 1');
      monitor('catch exit wfx');
      go();
      expect(guest(1).describe()).to.equal('parked, svc');
      matches(
        monitor('translate 0xd0000000', guest(1).id),
        'stage 1, guest vmid 1, ASID 0:',
        ' {2}level 1: 0xc0e11c0e at IPA 0x00c000\\w{4}, PA 0x0090\\w{6}',
        ' {2}0x00c0e00000, of 1 MB: Normal Write-Back, Outer Shareable; PL1 rwx, PL0 rwx; global; domain 0, client',
        'stage 2:',
        ' {2}level 1: 0x\\w{16} at 0x\\w{10}',
        ' {2}level 2: 0x0000000090e007fd at 0x\\w{10}',
        ' {2}0x0090e00000, of 2 MB: Normal Write-Back, Inner Shareable; rwx',
        '0xd0000000 is physical 0x0090e00000, dram\\+0x10e00000, by guest vmid 1',
      );
      expect(monitor('translate 0xf0000000', guest(1).id)).to.match(
        /level 1: 0x00000000 at IPA .*\n {2}Translation fault, level 1\n0xf0000000 is not mapped\n$/,
      );
      matches(
        monitor('translate ipa=0x2c001000', guest(1).id),
        'stage 2:',
        ' {2}level 1: 0x\\w{16} at 0x\\w{10}',
        ' {2}level 2: 0x\\w{16} at 0x\\w{10}',
        ' {2}level 3: 0x0{16} at 0x\\w{10}',
        ' {2}Translation fault, level 3',
        '0x2c001000 is not mapped',
      );
    });

    it('tells of a table that stage 2 hides', () => {
      monitor('catch exit wfx');
      go();
      const { registers, saved } = guest(1);
      registers.description.find(({ name }) => name === 'TTBR0')!.write(saved, 0xe000_0000n);
      const said = monitor('translate 0xd0000000', guest(1).id);
      expect(said).to.match(/no descriptor at IPA 0x00e0003400\n {2}stage 2 does not let the table be read\n/);
      expect(said).to.match(
        /of the table at IPA 0x00e0003400:\nstage 2:\n(.*\n)+ {2}Translation fault, level 2\n0xd0000000 is not mapped\n$/,
      );
    });

    it('knows nothing of a guest that was not entered', () => {
      const context = target.awaitGuest({ ordinal: 1 });
      expect(() => monitor('translate 0', context.threads[0]!.id)).to.throw('nothing is known of its translation');
    });
  });

  it('where tells world, mode, VMID, ASID and translation', () => {
    monitor('catch entry');
    go();
    expect(monitor('where')).to.match(
      /^cpu0 +pc 0xc0000000 +guest +svc +VMID 1 +ASID 0 +translates by Non-secure PL1&0 +executes p2\.2 .*\ncpu0: memory by PL2, else host PL1&0 as last left\n\d+ instructions/,
    );
    monitor('delete catch 1');
    monitor('catch write vttbr');
    go();
    expect(monitor('where')).to.match(/^cpu0 +pc 0x\w+ +hyp +hyp +translates by PL2 +hyp\n/);
  });

  it('view shows memory of the guest and of the host otherwise', () => {
    const word = (thread: { readMemory(at: number, length: number): Uint8Array }, at: number): number =>
      new DataView(thread.readMemory(at, 4).slice().buffer).getUint32(0, true);
    monitor('catch exit wfx');
    go();
    const first = word(guest(1), RAM_IPA);
    const { id } = guest(1);
    expect(monitor('view ipa', id)).to.equal('p2 shows memory by ipa\n');
    expect(word(guest(1), RAM_IPA)).to.equal(first);
    expect(() => guest(1).readMemory(0xd000_0000, 4)).to.throw('cannot be read');
    monitor('view pa', id);
    expect(word(guest(1), 0x9000_0000)).to.equal(first);
    monitor('view auto', id);
    expect(word(guest(1), 0xd000_0000)).to.equal(0x1111_1111);
    const [cpu] = target.threads;
    expect(() => cpu!.readMemory(RAM_IPA, 4)).to.not.throw();
    monitor('view hyp');
    expect(() => cpu!.readMemory(0x8000_0000, 4)).to.throw('cannot be read');
    monitor('view host');
    expect(cpu!.readMemory(0x8000_0000, 4)).to.have.length(4);
    monitor('view ipa');
    expect(word(cpu!, RAM_IPA)).to.equal(first);
    target.left(client);
    expect(monitor('view')).to.equal('p1 shows memory by auto\n');
  });

  it('gic shows list registers in words, and timers what is due', () => {
    monitor('catch maintenance');
    expect(go()).to.equal('catch 1: maintenance interrupt of cpu0');
    const said = monitor('gic');
    expect(said).to.match(/^distributor: GICD_CTLR 0x3 \[EnableGrp0 EnableGrp1\]\n/);
    expect(said).to.match(
      /\ncpu0: GICC_CTLR 0x403 \[EnableGrp0 EnableGrp1 EOImodeNS\], .* PPI 25 is pending\n {2}PPI 25: enabled, pending, /,
    );
    expect(said).to.match(/\ncpu0 virtual: GICH_HCR 0x3 \[En UIE\], .* GICH_MISR 0x2 \[U\]\n/);
    expect(said).to.match(/ {2}LR3 0x18000005: SGI 5, pending, group 0, priority 0x80, from virtual CPU 0\n/);
    expect(monitor('timers')).to.match(
      /^counters at 100000000 Hz\n(cpu0 .*\n)+.*cpu0 physical timer +due in 0\.\d+ s\n/,
    );
  });

  it('catches name the thread that a client looks at', () => {
    monitor('catch entry');
    go();
    expect(stop).to.deep.include({ thread: { process: 2, thread: guest(1).id } });
    monitor('delete catch 1');
    monitor('catch wfi');
    expect(go()).to.equal('catch 2: WFI of vcpu0 of guest vmid 1 left: wfx');
    expect(stop).to.deep.include({ thread: { process: 1, thread: 1 } });
    monitor('delete catch 2');
    monitor('catch vector guest irq', guest(1).id);
    expect(go()).to.match(/^catch 3: irq exception in guest/);
    expect(stop).to.deep.include({ thread: { process: 2, thread: guest(1).id } });
  });

  describe('breaks by address', () => {
    it('an intermediate one stops its guest only, from its first entry on', () => {
      const { id } = target.awaitGuest({ ordinal: 2 }).threads[0]!;
      expect(monitor(`break ipa=${hex(RAM_IPA + 0x20)}`, id)).to.equal('1: p3 ipa=0xc0000020 (nothing is there yet)\n');
      expect(go()).to.equal('guest vmid 2 is entered for the first time');
      expect(monitor('info breaks')).to.equal('break 1: p3 ipa=0xc0000020\n');
      expect(go()).to.equal('break 1, ipa=0xc0000020');
      expect(stop).to.deep.include({ thread: { process: 3, thread: id } });
      expect(guest(2).pc).to.equal(RAM_IPA + 0x20);
    });
    it('a physical one stops whoever executes there', () => {
      monitor(`break pa=${hex(RAM_2)}`);
      monitor(`break pa=${hex(RAM_2 + 4)} world=hyp`);
      monitor(`break pa=${hex(RAM_2 + 8)} world=guest`);
      expect(go()).to.equal('break 1, pa=0x98000000');
      expect(stop).to.deep.include({ thread: { process: 3, thread: guest(2).id } });
      expect(go()).to.equal('break 3, pa=0x98000008 world=guest');
      expect(monitor('info breaks')).to.match(/^break 1: every context pa=0x98000000\n/);
    });
  });
});

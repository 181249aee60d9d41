/** Xen's other set-ups: dom0, dom0 with a guest, two guests, a guest that runs Debian's programs; and the time they take. */
import { expect } from 'chai';
import { loadMachine } from '../../lib/machine/load.ts';
import { needsPayloads, payload } from '../payloads/payloads.ts';
import { needs } from '../tools/requirements.ts';
import { dom0AsModules, domainsOf, doneIn, xenHere, xenOnQemu } from './xen.ts';

/** What Debian's programs print: check words and verdicts, without the steps' times and the kernel's messages. */
function results(lines: readonly string[]): string[] {
  const plain = lines.map((line) => line.replace(/^.*DOM\d+: ?/, '').trim());
  const first = plain.findIndex((line) => line.startsWith('PAYLOAD-BENCH-BEGIN'));
  const last = plain.findIndex((line) => line.startsWith('PAYLOAD-BENCH-END'));
  return plain.slice(first, last).filter((line) => !/^(PAYLOAD-|\[)/.test(line));
}

describe('Xen and its set-ups', function () {
  this.timeout(600_000);
  needs('qemu-system-arm');
  needsPayloads();

  for (const setup of ['dom0', 'dom0-domu', '2domu'] as const)
    it(`${setup}: every domain is done`, async () => {
      const run = await xenHere(setup);
      expect(doneIn(run), run.lines.slice(-20).join('\n')).to.equal(domainsOf(setup));
    });

  it('dom0 is done as well if its files are modules, on the tree made of the board', async () => {
    const run = await xenHere('dom0', 8e9, dom0AsModules());
    expect(doneIn(run), run.lines.slice(-20).join('\n')).to.equal(1);
    expect(run.lines.join('\n')).to.include(
      "model: Versatile Express with a Cortex-A15 core tile, as QEMU's vexpress-a15",
    );
  });

  it('domu-rich prints what it prints on QEMU', async () => {
    const [here, there] = [await xenHere('domu-rich', 30e9), await xenOnQemu('domu-rich')];
    expect(doneIn(here)).to.equal(1);
    expect(results(there.lines)).not.to.be.empty;
    expect(results(here.lines)).to.deep.equal(results(there.lines));
  });

  it("domu takes at most three times QEMU's CPU time, in one of three pairs", async () => {
    const ratios: number[] = [];
    while (ratios.length < 3 && !(Math.min(...ratios) <= 3)) {
      const { cpuSeconds } = await xenOnQemu('domu');
      ratios.push((await xenHere('domu')).cpuSeconds / cpuSeconds);
    }
    expect(Math.min(...ratios), `ratios ${ratios.map((r) => r.toFixed(2)).join(', ')}`).to.be.at.most(3);
  });
});

describe('Linux on a machine with Hyp mode', function () {
  this.timeout(120_000);
  needsPayloads();

  for (const board of ['vexpress-a15', 'fvp-ve-a15x1'])
    it(`reports "All CPU(s) started in HYP mode" on ${board}`, async () => {
      const machine = await loadMachine(board, {
        kernel: payload('zImage-fast-lpae'),
        initrd: payload('initramfs.cpio.gz'),
        append: 'console=ttyAMA0 mode=off',
        memory: '512MiB',
        noReboot: true,
      });
      let text = '';
      machine.uarts[0]!.onOutput = (byte) => (text += String.fromCharCode(byte));
      expect(machine.run({ instructions: 4e9 }).reason).to.equal('poweredOff');
      expect(text).to.include('All CPU(s) started in HYP mode').and.to.include('PAYLOAD-MARK done');
    });
});

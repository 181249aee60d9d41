/** The bundled boot loader: from reset to Hyp mode, and by semihosting to a kernel, which reaches user space. */
import { expect } from 'chai';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMachine, machineTree, readMachine, type RunResult } from '../lib/index.ts';
import { describeBuild } from './firmware-build.ts';
import { firmware } from './firmware-hypervisor.ts';
import { needsPayloads, payload } from './payloads/payloads.ts';

const BOARD = 'fvp-ve-a15x1';

describeBuild('boot-loader', ['boot-loader.elf']);

describe('the boot-loader firmware', function () {
  this.timeout(180_000);
  let folder = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'armhyp-boot-'));
    writeFileSync(join(folder, 'board.dtb'), machineTree(await readMachine(BOARD)).blob);
    // An endless loop is a kernel.
    writeFileSync(join(folder, 'loop'), Uint32Array.of(0xeaff_fffe));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function run(commandLine: string, instructions: number): Promise<RunResult & { text: string; mode: number }> {
    const machine = await loadMachine(BOARD, {
      application: join(firmware, 'boot-loader/boot-loader.elf'),
      semihosting: { folder, commandLine },
      noReboot: true,
    });
    let text = '';
    machine.uarts[0]!.onOutput = (byte) => (text += String.fromCharCode(byte));
    const result = machine.run({ instructions });
    return { ...result, text, mode: machine.cluster.cpus[0]!.mode };
  }

  it('starts a kernel in Hyp mode', async () => {
    const { text, mode, reason } = await run('--kernel loop', 100_000);
    expect([text, mode, reason]).to.deep.equal(['boot-loader: loop starts in Hyp mode\n', 0x1a, 'limit']);
  });

  for (const [line, problem] of [
    ['', 'the command line names no --kernel'],
    ['--kernel none', 'cannot open none'],
    ['--kernel ../outside', 'cannot open ../outside'],
    ['--kernel loop x', 'the command line has this, which is no option: x'],
    ['--kernel loop -- x', 'RAM disk and arguments reach a kernel by its tree; the command line names no --dtb'],
    ['--kernel loop --dtb loop', 'the device tree is none'],
  ] as const)
    it(`ends with status 1 at "${line}": ${problem}`, async () => {
      const { reason, status, text } = await run(line, 1e6);
      expect([reason, status, text]).to.deep.equal(['exit', 1, `boot-loader: ${problem}\n`]);
    });

  describe("with Debian's kernel", () => {
    needsPayloads();

    it('reaches user space, which powers off', async () => {
      copyFileSync(payload('initramfs.cpio.gz'), join(folder, 'initramfs'));
      copyFileSync(payload('zImage-fast-armmp'), join(folder, 'zImage'));
      const files = '--kernel zImage --initrd initramfs --dtb board.dtb';
      const { text, reason } = await run(`${files} -- console=ttyAMA0 mode=off`, 4e9);
      expect(text).to.include('Kernel command line: console=ttyAMA0 mode=off\r\n');
      expect(text)
        .to.include('All CPU(s) started in HYP mode')
        .and.to.match(/^PAYLOAD-MARK done/m);
      expect(reason).to.equal('poweredOff');
    });
  });
});

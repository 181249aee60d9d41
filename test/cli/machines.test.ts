/** `armhyp machines`, `describe`, `check` and `run --list-params`. */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootModule } from '../../bin/module-argument.ts';
import { readDeviceTree } from '../../lib/image/index.ts';
import { command } from './command.ts';

describe('the commands that tell of machines', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'armhyp-describe-'))));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('machines lists each bundled one with its summary', async () => {
    const { status, output } = await command(['machines'], []);
    expect(output).to.match(/^fvp-ve-a15x1 {2}Fast Models FVP_VE_Cortex-A15x1\nvexpress-a15 {2}Versatile Express/);
    expect(status).to.equal(0);
  });

  it('describe shows what a machine is made of, in order of address', async () => {
    const { status, output } = await command(['describe', 'vexpress-a15', '--memory', '512MiB', '--cpus', '2'], []);
    expect(output).to.match(
      /^vexpress-a15: Versatile Express.*\n2 arm,cortex-a15 with virtualization, counter at 62.5MHz/,
    );
    expect(output).to.match(/^0x1c09_0000 +0x1c09_0fff +4KiB +uart0 +arm,pl011 +SPI 5 +PL011 UART$/m);
    expect(output).to.match(/^0x8000_0000 +0x9fff_ffff +512MiB +dram +ram$/m);
    const addresses = [...output.matchAll(/^0x([\da-f_]+)/gm)].map(([, digits = '']) =>
      parseInt(digits.replaceAll('_', ''), 16),
    );
    expect(addresses).to.deep.equal([...addresses].sort((a, b) => a - b));
    expect(status).to.equal(0);
  });

  it('describe --map shows the map alone, --params and run -l what -C can set', async () => {
    expect((await command(['describe', 'vexpress-a15', '--map'], [])).output).to.match(/^FROM/);
    const described = (await command(['describe', 'fvp-ve-a15x1', '--params', '-C', 'uart0.revision=2'], [])).output;
    expect(described).to.match(/^uart0.revision=2 +integer +.*\(default: 3\)$/m);
    expect(described).to.match(/^cluster.cpus=1 +integer +Number of processors \[cluster.NUM_CORES\]$/m);
    expect((await command(['run', '-l', '-C', 'uart0.revision=2'], [])).output).to.equal(described);
  });

  it('describe --dts and --dtb give the tree that Linux gets', async () => {
    expect((await command(['describe', 'vexpress-a15', '--dts'], [])).output).to.match(
      /^\/dts-v1\/;[^]*serial@1c090000 \{/,
    );
    const blob = join(folder, 'board.dtb');
    expect(await command(['describe', 'vexpress-a15', '--dtb', blob], [])).to.include({ status: 0, output: '' });
    expect(readDeviceTree(readFileSync(blob), blob).root.find('cpus/cpu@0')).not.to.equal(undefined);
  });

  it('describe --json gives the description as data', async () => {
    const { output } = await command(['describe', 'vexpress-a15', '--json'], []);
    const { devices } = JSON.parse(output) as { devices: { name: string; model?: unknown }[] };
    expect(devices.find(({ name }) => name === 'uart0')).to.deep.include({ at: 0x1c09_0000, spis: [5] });
    expect(devices[0]).not.to.have.property('model');
  });

  it('describe takes one view at a time', async () => {
    const { status, last } = await command(['describe', 'vexpress-a15', '--map', '--json'], []);
    expect([status, last]).to.deep.equal([2, 'armhyp: --json: there is --map already; give one of them']);
  });

  it('check passes files that are right, and names every mistake of the others', async () => {
    const good = file('good.yaml', 'summary: mine\nextends: vexpress-a15\n');
    const bad = file('bad.yaml', 'summary: mine\nextends: vexpress-a15\ndevices:\n  uart0: { spi: 6, att: 1 }\n');
    const missing = join(folder, 'missing.yaml');
    const { status, output, errors } = await command(['check', good, bad, missing], []);
    expect(output).to.equal(`${good}: correct: 6 memories, 15 devices\n`);
    expect(errors.trimEnd().split('\n')).to.deep.equal([
      `armhyp: ${bad}:4:20: uart0.att: there is no such key here; did you mean at?`,
      `armhyp: ${bad}:4:17: uart0.spi: SPI 6 is already that of uart1; give UARTINTR another number`,
      `armhyp: ${missing}: there is no such file; write the path of a description`,
    ]);
    expect(status).to.equal(2);
  });

  it('run --module gives a file for a guest of a hypervisor', async () => {
    const argv = ['run', 'vexpress-a15', '--kernel', 'xen', '--module', '0x90000000:kernel:zImage:console=hvc0 a=b:c'];
    const { options } = await command(
      [...argv, '--module', '0x9d000000:ramdisk:root.cpio'],
      [{ reason: 'poweredOff' }],
    );
    expect(options?.modules).to.deep.equal([
      { address: 0x9000_0000, kind: 'kernel', file: 'zImage', bootArguments: 'console=hvc0 a=b:c' },
      { address: 0x9d00_0000, kind: 'ramdisk', file: 'root.cpio', bootArguments: undefined },
    ]);
    expect(() => bootModule('kernel:zImage')).to.throw('Write ADDRESS:KIND:FILE[:BOOTARGS]');
  });
});

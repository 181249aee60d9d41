/** The state in which images start: as the user asks, else a kernel as the board has it, a program in the highest. */
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMachine, MachineError, type Machine, type MachineOptions } from '../../lib/index.ts';
import { modeName } from '../../lib/cpu/system/modes.ts';

const elf = join(import.meta.dirname, '../../machines/firmware/self-check/self-check.elf');
const BOTH = ['cluster.security=true', 'cluster.virtualization=true'],
  SECURITY = ['cluster.security=true', 'cluster.virtualization=false'],
  VIRTUALIZATION = ['cluster.security=false', 'cluster.virtualization=true'],
  NEITHER = ['cluster.security=false', 'cluster.virtualization=false'];

describe('the start of an image', function () {
  this.timeout(30_000);
  let folder = '';
  let kernel = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'armhyp-entry-'));
    // Not an ELF, so it is taken for a plain kernel.
    writeFileSync((kernel = join(folder, 'Image')), Uint32Array.of(0xeaff_fffe));
  });
  after(() => rmSync(folder, { recursive: true }));

  const start = (overrides: readonly string[], options: MachineOptions, name = 'vexpress-a15'): Promise<Machine> =>
    loadMachine(name, { memory: '32MiB', overrides, ...options });
  function stateOf({ cluster }: Machine): string {
    const [cpu] = cluster.cpus;
    return `${cpu!.secure ? 'Secure ' : ''}${modeName(cpu!.mode)}`;
  }

  for (const [what, overrides, entry, state] of [
    ['both extensions', BOTH, undefined, 'Secure svc'],
    ['both extensions', BOTH, 'secure', 'Secure svc'],
    ['both extensions', BOTH, 'svc', 'svc'],
    ['both extensions', BOTH, 'hyp', 'hyp'],
    ['security', SECURITY, undefined, 'Secure svc'],
    ['security', SECURITY, 'svc', 'svc'],
    ['virtualization', VIRTUALIZATION, undefined, 'hyp'],
    ['virtualization', VIRTUALIZATION, 'svc', 'svc'],
    ['neither', NEITHER, undefined, 'svc'],
  ] as const)
    it(`with ${what}, ${entry ?? 'nothing'} asked for: ${state}`, async () => {
      expect(stateOf(await start(overrides, { application: elf, entry }))).to.equal(state);
    });

  it('of a kernel is in Hyp mode on fvp-ve-a15x1, as a boot wrapper leaves it', async () => {
    const machine = await start([], { kernel }, 'fvp-ve-a15x1');
    expect(stateOf(machine)).to.equal('hyp');
    const ofGuest = { cpu: 0, secure: true, privileged: true };
    expect(machine.bus.read(0x2c00_1080, 4, ofGuest), 'GICD_IGROUPR0').to.equal(0xfe00_ffff);
    expect(machine.bus.read(0x2c00_1084, 4, ofGuest), 'GICD_IGROUPR1').to.equal(0xffff_ffff);
    expect(machine.bus.read(0x2c00_2004, 4, ofGuest), 'GICC_PMR').to.equal(0xf8);
    expect(stateOf(await start([], { kernel, entry: 'secure' }, 'fvp-ve-a15x1'))).to.equal('Secure svc');
  });

  it('is at the reset vector, with the image in memory, if reset is asked for', async () => {
    const machine = await start(BOTH, { application: elf, entry: 'reset' });
    expect(stateOf(machine)).to.equal('Secure svc');
    expect(machine.cluster.cpus[0]!.pc).to.equal(0);
    expect(machine.bus.peek(0x8000_0000, 4)).not.to.equal(0);
  });

  for (const [entry, overrides, extension] of [
    ['secure', VIRTUALIZATION, 'security'],
    ['hyp', SECURITY, 'virtualization'],
  ] as const)
    it(`in ${entry} is refused without cluster.${extension}`, async () => {
      const error: unknown = await start(overrides, { application: elf, entry }).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(MachineError);
      expect((error as Error).message).to.equal(
        `vexpress-a15: there is no entry ${entry} without cluster.${extension}; set cluster.${extension} to true, or start elsewhere`,
      );
    });
});

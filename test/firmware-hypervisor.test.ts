/** The bundled hypervisor: its ELFs are what its sources give, and its guests find all well, here and on QEMU. */
import { expect } from 'chai';
import { describeBuild } from './firmware-build.ts';
import { hypervisor, runHere, runOnQemu, type Consoles } from './firmware-hypervisor.ts';
import { needs } from './tools/requirements.ts';
import { loadMachine } from '../lib/index.ts';

const host = [
  'hypervisor: the host runs at PL1',
  'hypervisor: Hyp mode has its own translation',
  'hypervisor: guest 1 starts',
  'hypervisor: guest 2 starts',
  'hypervisor: guest 1: 13 passed, 0 failed',
  'hypervisor: guest 1 is off',
  'hypervisor: guest 2: 13 passed, 0 failed',
  'hypervisor: guest 2 is off',
  'hypervisor: all guests are off',
  "hypervisor: Hyp mode is the stub's again",
];
const checks = [
  'ok start',
  'ok exceptions',
  'ok mmu',
  'ok registers',
  'ok distributor',
  'ok software-generated-interrupt',
  'ok list-register-overflow',
  'ok timer',
  'ok world',
  'ok own-memory',
  'ok vfp',
  'ok psci',
  'ok spurious-interrupts',
  'guest: all passed',
];

const lines = (text: string): string[] => text.replaceAll('\r', '').trimEnd().split('\n');

/** Which guest ends first is a matter of time. */
function expectAllWell({ uarts, ended }: Consoles): void {
  expect(lines(uarts[1])).to.deep.equal(['guest 1: SP804, bvm console', ...checks]);
  expect(lines(uarts[2])).to.deep.equal(['guest 2: virtual timer, PL011', ...checks]);
  expect(lines(uarts[0])).to.have.members(host);
  expect(ended).to.equal('poweredOff');
}

describeBuild('hypervisor', ['hypervisor.elf', 'guest.elf'], ['dtc']);

describe('the hypervisor firmware', () => {
  it('runs two guests, each of which finds all well, the same way every time', async () => {
    const first = await runHere(hypervisor);
    expectAllWell(first);
    expect(await runHere(hypervisor)).to.deep.equal(first);
  }).timeout(60_000);

  it('stays with the user switch 0, and its guests answer at their consoles', async () => {
    const machine = await loadMachine('fvp-ve-a15x1', {
      application: hypervisor,
      overrides: ['sysregs.userSwitches=1'],
    });
    const texts = ['', ''];
    const uarts = machine.uarts.slice(1, 3);
    uarts.forEach((uart, index) => (uart.onOutput = (byte) => (texts[index]! += String.fromCharCode(byte))));
    for (let slices = 0; slices < 100 && !texts.every((text) => text.includes('stays')); slices++)
      machine.run({ instructions: 1e6 });
    for (const uart of uarts) for (const character of 'hi\r') uart.receive(character.charCodeAt(0));
    machine.run({ instructions: 2e6 });
    for (const [index, text] of texts.entries())
      expect(lines(text).slice(-3).join()).to.match(
        new RegExp(
          `^guest ${index + 1} stays: type something,hi,guest ${index + 1}: \\d+ ticks, 0 spurious interrupts$`,
        ),
      );
  }).timeout(60_000);
});

describe('the hypervisor firmware on QEMU', () => {
  needs('qemu-system-arm');

  it('prints the same on all three consoles', () => {
    expectAllWell(runOnQemu(hypervisor));
  }).timeout(40_000);
});

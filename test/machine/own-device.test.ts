/** A device of the user's own, as README.md shows it: a guest uses it, its mistakes have a place. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadMachine, machineTree, readMachine } from '../../lib/index.ts';
import { elf } from '../image/samples.ts';
import { complaints } from './description/tiny-catalogue.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```\w+\n(.*?)^```/gms)].map(([, text]) => text!);
const block = (part: string): string => blocks.find((text) => text.includes(part))!;

/** Enables SPI 20, sets the alarm to 50 us, sleeps; prints STATUS before and after, `!` for GICC_IAR = 52, STATUS cleared. */
const GUEST = Uint32Array.of(
  ...[0xe59f407c, 0xe3a00001, 0xe5840000, 0xe3a01601, 0xe5841104], // GICD_CTLR = 1, GICD_ISENABLER1 = 1 << 20
  ...[0xe59f506c, 0xe3a010ff, 0xe5851004, 0xe5850000], // GICC_PMR = 255, GICC_CTLR = 1
  ...[0xe3a0641d, 0xe3a01032, 0xe5861000, 0xe5967004, 0xe320f003, 0xe5968004, 0xe595900c], // DELAY, STATUS, WFI, STATUS, IAR
  ...[0xe59fa044, 0xe2871030, 0xe58a1000, 0xe2881030, 0xe58a1000],
  ...[0xe3590034, 0x03a01021, 0x13a0103f, 0xe58a1000], // moveq '!', movne '?'
  ...[0xe5860008, 0xe5961004, 0xe2811030, 0xe58a1000], // CLEAR, STATUS
  ...[0xe59f2014, 0xe59f1014, 0xe58210a4, 0xeafffffe], // SYS_CFGCTRL: power off
  ...[0x2c001000, 0x2c002000, 0x1c090000, 0x1c010000, 0xc0800000],
);

describe("a device of the user's own", () => {
  let folder = '';
  let board = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'armhyp-own-'));
    board = write('my-board.yaml', block('my-alarm.mjs'));
    write('my-alarm.mjs', block('defineDevice({'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('takes 30 lines', () => {
    expect(block('defineDevice({').trimEnd().split('\n').length).to.be.at.most(30);
  });

  it('is used by a guest: registers, time and interrupt', async () => {
    const application = write('guest.elf', elf({ code: new Uint8Array(GUEST.buffer) }));
    const machine = await loadMachine(board, { application });
    let text = '';
    machine.uarts[0]!.onOutput = (byte) => (text += String.fromCharCode(byte));
    expect(machine.run({ instructions: 10_000 }).reason).to.equal('poweredOff');
    expect(text).to.equal('01!0');
    expect(machine.virtualNs).to.be.within(50_000, 51_000);
  });

  it('has parameters, reports misuse, and stands in the map and in the tree', async () => {
    const application = write('guest.elf', elf({ code: new Uint8Array(GUEST.buffer) }));
    const reports: string[] = [];
    const machine = await loadMachine(board, {
      application,
      overrides: ['alarm.longest=10'],
      report: (_, message) => reports.push(message),
    });
    expect(machine.run({ instructions: 10_000 }).reason).not.to.equal('poweredOff');
    expect(reports).to.include('alarm: a delay of 50 us is too long');
    expect(machineTree(await readMachine(board)).source).to.include(
      'alarm@1d000000 {\n\t\tcompatible = "example,alarm";',
    );
  });

  const mistakes: [title: string, module: string, yaml: string, line: string][] = [
    [
      'a module that is not there',
      '',
      'alarm: { module: ./none.mjs, at: 0x1d000000 }',
      '4:20: alarm.module: this cannot be loaded: Cannot find module',
    ],
    [
      'a module that exports no device',
      'export default { compatible: 1 };',
      'alarm: { module: ./own.mjs, at: 0x1d000000 }',
      '4:20: alarm.module: this cannot be loaded: its default export is no device as defineDevice gives it; correct',
    ],
    [
      'registers that overlap',
      "export default ({ defineDevice, rw }) => defineDevice({ compatible: 'x', summary: '', reference: '', sizeBytes: 8, properties: {}, interrupts: [], registers: { A: rw({ at: 0 }), B: rw({ at: 0 }) }, state: () => ({}), behave: () => ({}) });",
      'alarm: { module: ./own2.mjs, at: 0x1d000000 }',
      '4:20: alarm.module: this cannot be loaded: registers B and A share offset 0x0; correct',
    ],
    [
      'a kind that it does not define',
      '',
      'alarm: { module: ./my-alarm.mjs, compatible: other, at: 0x1d000000 }',
      '4:48: alarm.compatible: the module defines example,alarm; write example,alarm or nothing',
    ],
    [
      'a property that it does not have',
      '',
      'alarm: { module: ./my-alarm.mjs, at: 0x1d000000, longst: 1 }',
      '4:52: alarm.longst: there is no such key here; did you mean longest?',
    ],
    [
      'more interrupts than it has',
      '',
      'alarm: { module: ./my-alarm.mjs, at: 0x1d000000, spis: [20, 21] }',
      '4:58: alarm.spis: example,alarm has 1 interrupts; its outputs are RING',
    ],
  ];
  for (const [title, module, device, line] of mistakes)
    it(`places ${title}`, async () => {
      const file = /\.\/(own\d?\.mjs)/.exec(device)?.[1];
      if (file !== undefined) write(file, module);
      const broken = write('broken.yaml', `summary: x\nextends: vexpress-a15\ndevices:\n  ${device}\n`);
      const [first = ''] = await complaints(readMachine(broken));
      expect(first.replace(`${broken}:`, '').slice(0, line.length)).to.equal(line);
    });
});

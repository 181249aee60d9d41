/**
 * Registers of devices that are nothing but a word: generated code loads them where they are, and a guest sees no difference.
 */
import { expect } from 'chai';
import type { Engine } from '../../lib/cpu/cluster.ts';
import { debuggerAccess, type MmioDevice, type WidthBytes } from '../../lib/device/mmio.ts';
import { loadMachine, type MachineOptions } from '../../lib/index.ts';
import type { Machine } from '../../lib/machine/machine.ts';
import { Random } from './device-tree/random-machine.ts';

const RAM = 0x8000_0000;
const ENGINES: readonly Engine[] = ['interpreter', 'translator', 'mixed'];
/** Loads the word at r0 in every width, as its parts; counts in r8. */
const LOADS = [
  0xe590_1000, // ldr r1, [r0]
  0xe5d0_2001, // ldrb r2, [r0, #1]
  0xe1d0_30b2, // ldrh r3, [r0, #2]
  0xe1d0_40d3, // ldrsb r4, [r0, #3]
  0xe1d0_50f0, // ldrsh r5, [r0]
  0xe288_8001, // add r8, r8, #1
  0xeaff_fff8, // b .-24
];
/** More than makes code hot. */
const HOT = 20_000 * LOADS.length;

async function machineWith(program: readonly number[], options: MachineOptions = {}): Promise<Machine> {
  const machine = await loadMachine('vexpress-a15', { memory: '64MiB', loads: [], ...options });
  machine.bus.loadBytes(RAM, new Uint8Array(Uint32Array.from(program).buffer));
  for (const cpu of machine.cluster.cpus) cpu.pc = RAM;
  return machine;
}
const register = (machine: Machine, n: number, cpu = 0): number => machine.cluster.cpus[cpu]!.words[n]!;
/** What {@link LOADS} makes of a word. */
const partsOf = (word: number): number[] => [
  word | 0,
  (word >>> 8) & 0xff,
  word >>> 16,
  word >> 24,
  (word << 16) >> 16,
];

interface Window {
  readonly device: MmioDevice;
  readonly at: number;
  /** Whether the device has its pages for itself, so that they are seen by generated code. */
  readonly isWhole: boolean;
}
const windowsOf = (machine: Machine): Window[] =>
  machine.bus
    .regions()
    .flatMap(({ device, at, sizeBytes }) =>
      device?.image === undefined ? [] : [{ device, at, isWhole: sizeBytes % 4096 === 0 }],
    );

describe('registers of devices that are nothing but a word', () => {
  for (const engine of ENGINES) {
    it(`read as the device answers, in every width, after any write (${engine})`, async () => {
      const machine = await machineWith(LOADS, { engine });
      const random = new Random(7);
      let asked = 0;
      const windows = windowsOf(machine);
      for (const { device } of windows) {
        const read = device.read.bind(device);
        device.read = (offset, width, access) => {
          asked++;
          return read(offset, width, access);
        };
      }
      const { words } = machine.cluster.cpus[0]!;
      if (engine === 'mixed') {
        words[0] = 0x1c09_0fe0;
        machine.run({ instructions: HOT });
        expect(machine.statistics().regions).to.equal(1);
      }
      for (const { device, at, isWhole } of windows) {
        const { plain } = device.image!;
        const offsets = [...plain.keys()].filter((word) => plain[word] === 1).map((word) => 4 * word);
        expect(offsets).to.not.be.empty;
        for (let n = 0; n < Math.min(12, offsets.length); n++) {
          const offset = random.one(offsets);
          const width = random.one<WidthBytes>([4, 4, 2, 1]);
          device.write(offset, width, random.below(2 ** 31) >>> (32 - 8 * width), debuggerAccess);
          words[0] = at + offset;
          const reports = machine.reports.length;
          // The first access finds out who answers there.
          machine.run({ instructions: LOADS.length });
          asked = 0;
          machine.run({ instructions: 3 * LOADS.length });
          expect([asked > 0, machine.reports.length]).to.deep.equal([!isWhole, reports]);
          const answer = device.read(offset, 4, debuggerAccess);
          const seen = [1, 2, 3, 4, 5].map((r) => register(machine, r));
          expect(seen, `${device.name} + 0x${offset.toString(16)}`).to.deep.equal(partsOf(answer));
        }
      }
    });

    it(`are followed by others at once, which are read from the device (${engine})`, async () => {
      const machine = await machineWith([LOADS[0]!, 0xeaff_fffd], { engine });
      const { words } = machine.cluster.cpus[0]!;
      words[0] = 0x1c09_0018; // UARTFR
      machine.run({ instructions: engine === 'mixed' ? HOT : 20 });
      expect(register(machine, 1)).to.equal(0x90);
      machine.uarts[0]!.receive(0x41);
      machine.run({ instructions: 2 });
      expect(register(machine, 1)).to.equal(0xc0);
      words[0] = 0x1c09_0000; // UARTDR
      machine.run({ instructions: 2 });
      expect(register(machine, 1)).to.equal(0x41);
      words[0] = 0x1c09_0018;
      machine.run({ instructions: 2 });
      expect(register(machine, 1)).to.equal(0x90);
      words[0] = 0x1c09_0014; // nothing there
      machine.run({ instructions: 2 });
      expect(register(machine, 1)).to.equal(0);
      expect(machine.reports).to.deep.equal(['device: uart0: read of reserved offset 0x14']);
    });

    it(`read as big-endian where CPSR.E says so (A3.3.1; ${engine})`, async () => {
      const toggled = [0xf101_0200, ...LOADS.slice(0, 6), 0xeaff_fff8]; // setend be
      const machine = await machineWith([...LOADS.slice(0, 6), ...toggled], { engine });
      const { words } = machine.cluster.cpus[0]!;
      words[0] = 0x1c09_0030; // UARTCR
      machine.bus.write(0x1c09_0030, 4, 0x8302, debuggerAccess);
      machine.run({ instructions: 6 });
      expect([1, 2, 3, 4, 5].map((r) => register(machine, r))).to.deep.equal(partsOf(0x8302));
      for (let rounds = 0; rounds < 5; rounds++) machine.run({ instructions: 8 });
      expect([1, 2, 3, 5].map((r) => register(machine, r))).to.deep.equal([0x0283_0000, 0x83, 0, 0x0283]);
    });

    it(`fault where the address is not aligned (A3.2.2; ${engine})`, async () => {
      const machine = await machineWith(LOADS, { engine });
      const [cpu] = machine.cluster.cpus;
      cpu!.words[0] = 0x1c09_0fe0;
      machine.run({ instructions: engine === 'mixed' ? HOT : 4 * LOADS.length });
      expect(cpu!.counts.dataAbort).to.equal(0);
      cpu!.words[0] = 0x1c09_0fe2;
      machine.run({ instructions: 1 });
      expect([cpu!.counts.dataAbort, cpu!.words[14]! >>> 0]).to.deep.equal([1, RAM + 8]);
    });

    it(`are those of one device for all CPUs; what is banked, and what Non-secure software sees less of, is not plain (${engine})`, async () => {
      const program = [LOADS[0]!, 0xe596_7000, 0xeaff_fffc]; // ldr r1, [r0]; ldr r7, [r6]; b .-8
      const machine = await machineWith(program, { engine, cpus: 2 });
      for (const { words } of machine.cluster.cpus) {
        words[0] = 0x1c09_0024; // UARTIBRD
        words[6] = 0x2c00_1800; // GICD_ITARGETSR0
      }
      for (const divisor of [1, 0xabcd]) {
        machine.bus.write(0x1c09_0024, 4, divisor, debuggerAccess);
        machine.run({ instructions: 60_000 });
        expect([0, 1].map((cpu) => register(machine, 1, cpu))).to.deep.equal([divisor, divisor]);
        expect([0, 1].map((cpu) => register(machine, 7, cpu))).to.deep.equal([0x0101_0101, 0x0202_0202]);
      }
    });
  }

  it('are as after power-on when the machine starts again', async () => {
    const machine = await machineWith(LOADS);
    machine.bus.write(0x1c09_0024, 4, 0x77, debuggerAccess);
    machine.reset();
    expect(machine.bus.read(0x1c09_0024, 4, debuggerAccess)).to.equal(0);
  });

  it('are told to a trace, from its first instruction on', async () => {
    const machine = await machineWith(LOADS);
    machine.cluster.cpus[0]!.words[0] = 0x1c09_0fe0;
    machine.run({ instructions: HOT });
    let text = '';
    machine.traceInstructions((part) => (text += part));
    machine.run({ instructions: LOADS.length });
    const loads = text.split('\n').filter((line) => / MR\d/.test(line));
    expect(loads.map((line) => line.replace(/^.* MR/, 'MR').trim())).to.deep.equal([
      'MR4 1c090fe0:00001c090fe0_NS 00000011',
      'MR1 1c090fe1:00001c090fe1_NS 00',
      'MR2 1c090fe2:00001c090fe2_NS 0000',
      'MR1 1c090fe3:00001c090fe3_NS 00',
      'MR2 1c090fe0:00001c090fe0_NS 0011',
    ]);
  });
});

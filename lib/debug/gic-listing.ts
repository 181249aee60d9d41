/** The interrupt controller in words: distributor, CPU interfaces, list registers. (IHI 0048B, 4.3, 4.4, 5.3) */
import { hex } from '../bits/bits.ts';
import type { Machine } from '../machine/machine.ts';
import { DeviceRegisters } from './device-registers.ts';

const COMPATIBLE = 'arm,cortex-a15-gic';
/** SGIs and PPIs, of which each CPU has its own. */
const PRIVATE = 32;
/** IDs from here on name no interrupt. */
const SPECIAL = 1020;

/** A list register of a virtual CPU interface, if it holds an interrupt. */
export interface ListRegister {
  readonly cpu: number;
  readonly number: number;
  readonly word: number;
  readonly words: string;
}

/** The list registers of every CPU that are in use. */
export function listRegisters(machine: Machine): ListRegister[] {
  const gic = DeviceRegisters.find(machine, COMPATIBLE);
  if (gic === undefined) return [];
  return machine.cluster.cpus.flatMap(({ number: cpu }) =>
    Array.from({ length: gic.field('GICH_VTR', 'ListRegs', 0, cpu) + 1 }, (_, number) => number)
      .map((number) => ({ cpu, number, word: gic.word('GICH_LR', number, cpu) }))
      .filter(({ word }) => word !== 0)
      .map((each) => ({ ...each, words: listRegisterInWords(gic, each.number, cpu) })),
  );
}

/** `ID 34, pending, group 0, priority 0x80, behind it the physical interrupt 34`. */
function listRegisterInWords(gic: DeviceRegisters, n: number, cpu: number): string {
  const field = (name: string): number => gic.field('GICH_LR', name, n, cpu);
  const id = field('VirtualID');
  const state = gic.valueOf('GICH_LR', 'State', n, cpu);
  const physical = field('PhysicalID');
  const behind =
    field('HW') === 1
      ? `, behind it the physical interrupt ${physical}`
      : `${id < 16 ? `, from virtual CPU ${physical & 7}` : ''}${(physical & 0x200) === 0 ? '' : ', maintenance at its EOI'}`;
  return `${kind(id)}, ${state}, group ${field('Grp1')}, priority 0x${hex(field('Priority') * 8, 2)}${behind}`;
}

/** What an ID stands for. */
const kind = (id: number): string =>
  id < 16 ? `SGI ${id}` : id < PRIVATE ? `PPI ${id}` : `SPI ${id - PRIVATE} (ID ${id})`;

/** What `monitor gic` prints. */
export function gicLines(machine: Machine): string[] {
  const gic = DeviceRegisters.find(machine, COMPATIBLE);
  if (gic === undefined) return ['this machine has no GIC'];
  const count = (gic.field('GICD_TYPER', 'ITLinesNumber') + 1) * 32;
  const shared = Array.from({ length: count - PRIVATE }, (_, n) => PRIVATE + n);
  return [
    `distributor: ${register(gic, 'GICD_CTLR')}`,
    ...shared.flatMap((id) => interruptLine(gic, id, 0)),
    ...machine.cluster.cpus.flatMap(({ number }) => cpuLines(machine, gic, number)),
    ...machine.cluster.cpus.flatMap(({ number }) => virtualLines(machine, gic, number)),
  ];
}

const register = (gic: DeviceRegisters, name: string, cpu = 0): string =>
  `${name} 0x${hex(gic.word(name, 0, cpu))} [${gic.fields(name, 0, cpu)}]`;

/** A line for an interrupt that is enabled, pending or active. */
function interruptLine(gic: DeviceRegisters, id: number, cpu: number): string[] {
  const enabled = gic.bit('GICD_ISENABLER', id, cpu);
  const states = [
    enabled ? 'enabled' : '',
    gic.bit('GICD_ISPENDR', id, cpu) ? 'pending' : '',
    gic.bit('GICD_ISACTIVER', id, cpu) ? 'active' : '',
  ].filter(Boolean);
  // SGIs are enabled for ever, which tells nothing.
  if (states.length === (id < 16 && enabled ? 1 : 0)) return [];
  const group = gic.bit('GICD_IGROUPR', id, cpu) ? 1 : 0;
  const targets = id < PRIVATE ? '' : `, targets 0x${hex(gic.byte('GICD_ITARGETSR', id), 2)}`;
  const priority = hex(gic.byte('GICD_IPRIORITYR', id, cpu), 2);
  return [`  ${kind(id)}: ${states.join(', ')}, group ${group}, priority 0x${priority}${targets}`];
}

function cpuLines(machine: Machine, gic: DeviceRegisters, cpu: number): string[] {
  const running = gic.word('GICC_RPR', 0, cpu);
  const pending = (machine.interrupts?.pending(cpu, true) ?? SPECIAL) & 0x3ff;
  return [
    `cpu${cpu}: ${register(gic, 'GICC_CTLR', cpu)}, GICC_PMR 0x${hex(gic.word('GICC_PMR', 0, cpu), 2)}, ` +
      `running priority 0x${hex(running, 2)}, ${pending < SPECIAL ? `${kind(pending)} is pending` : 'nothing is pending'}`,
    ...Array.from({ length: PRIVATE }, (_, id) => id).flatMap((id) => interruptLine(gic, id, cpu)),
  ];
}

function virtualLines(machine: Machine, gic: DeviceRegisters, cpu: number): string[] {
  if (gic.word('GICH_VTR', 0, cpu) === 0) return [];
  const lists = listRegisters(machine).filter((each) => each.cpu === cpu);
  return [
    `cpu${cpu} virtual: ${['GICH_HCR', 'GICH_VMCR', 'GICH_MISR'].map((name) => register(gic, name, cpu)).join(', ')}`,
    ...lists.map(({ number, word, words }) => `  LR${number} 0x${hex(word, 8)}: ${words}`),
    ...(lists.length === 0 ? ['  no list register is in use'] : []),
  ];
}

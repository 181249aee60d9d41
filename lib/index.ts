/** The library: what the command and the tests use, and nothing else is needed to embed a machine. */
export { DebuggableMachine } from './debug/debuggable.ts';
export { loadMachine, type MachineOptions, type ModuleFile } from './machine/load.ts';
export type { Machine, RunLimits, RunResult } from './machine/machine.ts';
export type { UartPort } from './machine/outside.ts';
export type { TraceWindow } from './machine/tarmac/tarmac.ts';
export { chromeTrace, readWorldLog, worldReport, type WorldEvent, type WorldReport } from './machine/world-report.ts';
export {
  bundledMachines,
  listParameters,
  machinesDirectory,
  MachineError,
  quantityExample,
  showFrequency,
  showHex,
  showSize,
  toQuantity,
  type MachineDescription,
  type Parameter,
} from './machine/description/index.ts';
export * from './machine/information.ts';
export * from './device/vocabulary.ts';
export { ImageError } from './image/index.ts';
export { version } from './version.ts';

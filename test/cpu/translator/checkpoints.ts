/** What a guest can see of itself, at counts of instructions: it must be the same whatever executes it. */
import { createHash } from 'node:crypto';
import type { Engine } from '../../../lib/cpu/cluster.ts';
import { readCpsr } from '../../../lib/cpu/system/psr.ts';
import { loadMachine, type MachineOptions } from '../../../lib/index.ts';

export interface Checkpoint {
  readonly instructions: number;
  readonly virtualNs: number;
  readonly console: string;
  /** R0 to R14, PC and CPSR of each CPU. */
  readonly registers: readonly string[];
  /** A hash of all memory. */
  readonly memory: string;
}

/** Runs a machine on an engine, and looks at it after each of these counts of instructions; it may end before the last. */
export async function checkpoints(
  machineName: string,
  options: MachineOptions,
  engine: Engine,
  counts: readonly number[],
): Promise<Checkpoint[]> {
  const machine = await loadMachine(machineName, { noReboot: true, ...options, engine });
  const { cpus } = machine.cluster;
  const [{ memory, map }] = [cpus[0]!];
  let console = '';
  for (const uart of machine.uarts)
    uart.onOutput = (byte) => {
      console += String.fromCharCode(byte);
    };
  const guest = new Uint8Array(memory.buffer, map.guest);
  const found: Checkpoint[] = [];
  for (const count of counts) {
    const { reason } = machine.run({ instructions: count - machine.instructions });
    found.push({
      instructions: machine.instructions,
      virtualNs: machine.virtualNs,
      console,
      registers: cpus.map((cpu) => [...cpu.words.subarray(0, 15), cpu.pc, readCpsr(cpu)].map(hex).join(' ')),
      memory: createHash('sha1').update(guest).digest('hex'),
    });
    if (reason !== 'limit') break;
  }
  return found;
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

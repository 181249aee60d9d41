/** Our own machine as the other of the two. */
import { loadMachine, type Machine } from '../../lib/index.ts';
import type { Engine, Outcome } from './engine.ts';
import { ENTRY, RAM_BYTES, SLOTS } from './layout.ts';

/** A case takes about 120 instructions; one that never ends shall not stop the run for long. */
const LIMIT = 1000 * SLOTS;

export class Armhyp implements Engine {
  readonly name = 'armhyp';
  #machine: Machine | undefined;

  async run(pieces: Parameters<Engine['run']>[0]): Promise<Outcome> {
    const machine = (this.#machine ??= await loadMachine('vexpress-a15', { memory: RAM_BYTES, noReboot: true }));
    machine.reset();
    for (const { address, bytes } of pieces) machine.bus.loadBytes(address, bytes);
    machine.cluster.cpus[0]!.pc = ENTRY;
    const { reason } = machine.run({ instructions: LIMIT });
    return {
      finished: reason === 'poweredOff',
      read: (address, sizeBytes) => machine.bus.readBytes(address, sizeBytes),
      close: () => {},
    };
  }
}

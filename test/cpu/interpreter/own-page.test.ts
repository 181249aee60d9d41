/** Code that stores into the page that it lies in: what was decoded there is dropped while it executes. */
import { expect } from 'chai';
import { loadMachine } from '../../../lib/machine/load.ts';

const START = 0x8000_0000;
const DATA = START + 0x100;
const COUNT = 64;
const programs = {
  // str r0, [r1], #4; subs r2, r2, #1; bne .-8; b .
  A32: Uint8Array.from(Buffer.from('040081e4012052e2fcffff1afeffffea', 'hex')),
  // stm r1!, {r0, r3}; subs r2, #2; bne .-4; b .
  T32: Uint8Array.from(Buffer.from('09c1023afcd1fee7', 'hex')),
} as const;

describe('stores into the page that is executed', function () {
  this.timeout(20_000);
  for (const [set, code] of Object.entries(programs))
    for (const engine of ['interpreter', 'translator'] as const)
      it(`write back the base all the same (${set}, ${engine})`, async () => {
        const machine = await loadMachine('vexpress-a15', { memory: '16MiB', engine });
        machine.bus.loadBytes(START, code);
        const cpu = machine.cluster.cpus[0]!;
        cpu.pc = START + (set === 'T32' ? 1 : 0);
        cpu.words.set([0x1234_5678, DATA, COUNT, 0x1234_5678]);
        machine.run({ instructions: 3 * COUNT });
        expect([...cpu.words.subarray(0, 3)].map((n) => n >>> 0)).to.deep.equal([0x1234_5678, DATA + 4 * COUNT, 0]);
        const stored = Buffer.from(machine.bus.readBytes(DATA, 4 * COUNT));
        for (let at = 0; at < stored.length; at += 4) expect(stored.readUInt32LE(at)).to.equal(0x1234_5678);
      });
});

/**
 * A storm of random packets over a socket. What it finds comes again with the same seed:
 * `ARMHYP_SEED=17 npx mocha test/gdbstub/storm.test.ts`.
 */
import { expect } from 'chai';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { commandsFor } from '../../gdbstub/commands/catalogue.ts';
import { encodePacket } from '../../gdbstub/framing.ts';
import { GdbServer, Hub } from '../../gdbstub/index.ts';
import { DebuggedMachine, selfCheck } from '../gdb/debugged-machine.ts';
import { samplesOf, textHex } from './packet-samples.ts';
import { RawClient } from './raw-client.ts';
import { RunningTarget } from './running-target.ts';
import { Storm } from './storm.ts';
import { BASE } from './tiny-target.ts';

const SEED = process.env.ARMHYP_SEED ?? '1';
/** Where the firmware lies, and how it is read and written. */
const [PROGRAM, PROGRAM_BYTES, PIECE] = [0x8000_0000, 0x1_8000, 0x1000];
const hex = (value: number): string => value.toString(16);
const BATCH = 250;
const CTRL_C = '\x03';

/** Sends packets of a storm, connecting again where the stub hangs up; every batch ends with a sign of life. */
async function weather(port: number, storm: Storm, packets: number, afterBatch = (_sent: number): void => {}) {
  let client = await RawClient.connect(port);
  let hangUps = 0;
  for (let sent = BATCH; sent <= packets; sent += BATCH) {
    client.send(Buffer.concat(Array.from({ length: BATCH }, () => storm.next())));
    const sign = textHex(`life${sent}.`);
    // The first ends a packet that was not whole.
    client.send('#00');
    for (const body of ['vAttach;1', `qRcmd,${sign}`]) client.send(encodePacket(body));
    await client.until(sign);
    if (!client.open) {
      hangUps++;
      client = await RawClient.connect(port);
    }
    afterBatch(sent);
  }
  client.end();
  return hangUps;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe('a storm of random packets', function () {
  this.timeout(120_000);

  it(`leaves session, machine and memory as they should be, 100 000 of them (seed ${SEED})`, async () => {
    const target = new RunningTarget();
    const hub = new Hub(target);
    const bodies = samplesOf(commandsFor(hub).packets, BASE).flatMap(([, each]) => each);
    const server = await GdbServer.listen(hub, { port: 0 });
    try {
      let [heap, rss] = [0, 0];
      const hangUps = await weather(server.port, new Storm(SEED, bodies), 100_000, (sent) => {
        target.inserted.length = 0;
        if (sent === 10_000) [heap, rss] = [heapUsed(), process.memoryUsage().rss];
      });
      expect(heapUsed() - heap).to.be.below(16 * 2 ** 20);
      expect(process.memoryUsage().rss - rss).to.be.below(256 * 2 ** 20);
      expect(hangUps).to.be.below(100);

      const client = await RawClient.connect(server.port);
      expect(await client.ask('vRun;')).to.match(/^T05/);
      const before = target.executed;
      client.send(encodePacket('c'));
      await client.until('+');
      client.send(CTRL_C);
      expect(await client.until(/#../)).to.match(/^\$T02/);
      expect(target.executed).to.be.above(before);
      client.end();
    } finally {
      await server.close();
      target.end();
    }
  });

  it(`leaves a machine that runs its firmware as ever (seed ${SEED})`, async () => {
    const machine = await DebuggedMachine.start('fvp-ve-a15x1', { application: selfCheck });
    const { packets } = commandsFor(machine.hub);
    const bodies = samplesOf(packets, PROGRAM).flatMap(([, each]) => each);
    try {
      const first = await RawClient.connect(machine.port);
      expect(await first.ask('?')).to.match(/^T05/);
      const program: string[] = [];
      for (let at = 0; at < PROGRAM_BYTES; at += PIECE)
        program.push(await first.ask(`m${hex(PROGRAM + at)},${hex(PIECE)}`));
      first.end();

      await weather(machine.port, new Storm(SEED, bodies), 4000);

      const client = await RawClient.connect(machine.port);
      expect(await client.ask('vRun;')).to.match(/^T05/);
      for (const [n, digits] of program.entries())
        expect(await client.ask(`M${hex(PROGRAM + n * PIECE)},${hex(PIECE)}:${digits}`)).to.equal('OK');
      machine.output = '';
      expect(await client.ask('c')).to.equal('W00');
      expect(machine.output).to.match(/self-check: \d+ passed, 0 failed/);
    } finally {
      await machine.close();
    }
  });
});

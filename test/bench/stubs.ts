/** How fast stubs answer packets: steps and memory read, over the same socket client. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RawClient } from '../gdbstub/raw-client.ts';
import { Usage } from '../tools/run-marker.ts';
import { median } from './samples.ts';
import { figure, tableRow } from './table.ts';
import { emulators, workloads } from './workloads.ts';

const STEPS = 10_000;
const READ_BYTES = 32 * 2 ** 20;
const RAM = 0x8000_0000;
/** How often a stub that is starting is asked for a connection. */
const RETRY_MS = 20;
const MOST_RETRIES = 500;

/** The port that armhyp has told to connect gdb to. */
export function toldPort(told: string): number | undefined {
  const port = /target remote \S+:(\d+)\n/.exec(told)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** Starts an emulator that stands at reset, and connects to its stub. */
async function startStub(name: string): Promise<{ child: ChildProcess; client: RawClient }> {
  const start = workloads.start!;
  if (name === 'armhyp') {
    const [program = '', ...args] = emulators.armhyp!.command(start);
    const child = spawn(program, [...args, '--gdb=0', '--wait-gdb'], { stdio: ['ignore', 'ignore', 'pipe'] });
    for (let told = ''; ;) {
      told += String((await once(child.stderr, 'data'))[0]);
      const port = toldPort(told);
      if (port !== undefined) return { child, client: await RawClient.connect(port) };
    }
  }
  const port = await freePort();
  const [program = '', ...args] = emulators.qemu!.command(start);
  const env = { ...process.env, QEMU_AUDIO_DRV: 'none' };
  const child = spawn(program, [...args, '-S', '-gdb', `tcp:127.0.0.1:${port}`], { stdio: 'ignore', env });
  for (let tries = 0; ; tries++) {
    try {
      return { child, client: await RawClient.connect(port) };
    } catch (error) {
      if (tries >= MOST_RETRIES || child.exitCode !== null) {
        child.kill('SIGKILL');
        throw error;
      }
      await delay(RETRY_MS);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** How fast a stub answers, by its own CPU time and by the clock. */
interface Pace {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

async function paceOf(usage: Usage, work: () => Promise<void>): Promise<Pace> {
  const [cpu, wall] = [usage.sample(), performance.now()];
  await work();
  return { cpuSeconds: usage.sample() - cpu, wallSeconds: (performance.now() - wall) / 1000 };
}

async function packetsOf(name: string): Promise<{ steps: Pace; memory: Pace }> {
  const { child, client } = await startStub(name);
  try {
    const usage = new Usage(child);
    const packetSize = Number.parseInt(/PacketSize=([0-9a-f]+)/.exec(await client.ask('qSupported'))?.[1] ?? '400', 16);
    await client.ask('QStartNoAckMode');
    await client.ask('?');
    const steps = await paceOf(usage, async () => {
      for (let n = 0; n < STEPS; n++) await client.ask('s');
    });
    // QEMU counts the frame of a reply too.
    const piece = Math.floor(packetSize / 2) - 8;
    const memory = await paceOf(usage, async () => {
      for (let at = 0; at < READ_BYTES; at += piece) {
        const digits = await client.ask(`m${(RAM + at).toString(16)},${piece.toString(16)}`);
        if (digits.length !== 2 * piece) throw new Error(`${name} answered ${digits.length / 2} bytes of ${piece}`);
      }
    });
    return { steps, memory };
  } finally {
    client.end();
    child.kill('SIGKILL');
  }
}

/** Prints how fast QEMU's stub and this one answer the same client, in medians of so many alternating runs. */
export async function comparePackets(runs: number): Promise<void> {
  const names = Object.keys(emulators);
  const samples = names.map((): { steps: Pace; memory: Pace }[] => []);
  for (let run = 0; run < runs; run++)
    for (const [index, name] of names.entries()) samples[index]!.push(await packetsOf(name));
  console.log(tableRow('', [...names.flatMap((name) => [name, '(clock)']), 'ratio']));
  const rows = [
    ['steps per s', 'steps', STEPS, 0],
    ['MiB read per s', 'memory', READ_BYTES / 2 ** 20, 1],
  ] as const;
  for (const [title, key, amount, digits] of rows) {
    const cpu = samples.map((each) => amount / median(each.map((sample) => sample[key].cpuSeconds)));
    const wall = samples.map((each) => amount / median(each.map((sample) => sample[key].wallSeconds)));
    const cells = names.flatMap((_, index) => [figure(cpu[index], digits), figure(wall[index], digits)]);
    console.log(tableRow(title, [...cells, figure(cpu[1]! / cpu[0]!, 2)]));
  }
}

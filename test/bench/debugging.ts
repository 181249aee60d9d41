/** What debugging costs: packets answered beside QEMU's stub, and a Linux boot with a debugger attached beside one without. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RawClient } from '../gdbstub/raw-client.ts';
import { runToMarker, Usage, type Measured } from '../tools/run-marker.ts';
import { median } from './samples.ts';
import { figure, tableRow } from './table.ts';
import { emulators, workloads, type Workload } from './workloads.ts';

/** Something to measure, which prints its own table. */
export interface Debugging {
  readonly summary: string;
  measure(runs: number): Promise<void>;
}

export const debugging: Record<string, Debugging> = {
  rsp: { summary: 'steps and memory read by packets, beside QEMU', measure: comparePackets },
  attached: { summary: 'decompressed Debian kernel to "done" with a debugger attached', measure: compareAttached },
};

const STEPS = 10_000;
const READ_BYTES = 32 * 2 ** 20;
const RAM = 0x8000_0000;
/** How often a stub that is starting is asked for a connection. */
const RETRY_MS = 20;
const MOST_RETRIES = 500;

/** An emulator that stands at reset with a stub, and how to find its port. */
async function startStub(name: string): Promise<{ child: ChildProcess; client: RawClient }> {
  const start = workloads.start!;
  if (name === 'armhyp') {
    const [program = '', ...args] = emulators.armhyp!.command(start);
    const child = spawn(program, [...args, '--gdb=0', '--wait-gdb'], { stdio: ['ignore', 'ignore', 'pipe'] });
    for (let told = ''; ;) {
      told += String((await once(child.stderr, 'data'))[0]);
      const port = portIn(told);
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
      if (tries >= MOST_RETRIES) throw error;
      await delay(RETRY_MS);
    }
  }
}

const portIn = (told: string): number | undefined => {
  const port = /target remote \S+:(\d+)\n/.exec(told)?.[1];
  return port === undefined ? undefined : Number(port);
};

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

async function comparePackets(runs: number): Promise<void> {
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

/** The Linux boot that is slowed down. */
const boot: Workload = workloads['boot-fast']!;
/** A page of the kernel that nothing executes after its start: that of its entry (vexpress: RAM from 0x8000_0000). */
const COLD = 0xc000_8000;
const PAGE = 4096;
const PROFILE_EVERY_MS = 5;

/** Boots with a debugger that does this with its connection, from reset on. */
async function bootWith(debug?: (client: RawClient) => Promise<void>): Promise<Measured> {
  const command = emulators.armhyp!.command(boot);
  let talk: Promise<void> | undefined;
  const measured = await runToMarker({
    command: debug ? [...command, '--gdb=0', '--wait-gdb'] : command,
    marker: boot.marker,
    timeoutSeconds: boot.timeoutSeconds,
    onErrors: (told) => {
      const port = portIn(told);
      if (port !== undefined && debug) talk ??= RawClient.connect(port).then(debug);
    },
  });
  await talk;
  if (measured.ended !== 'marker') throw new Error(`no marker, ${measured.ended}: ${measured.stderr}`);
  return measured;
}

const PC = /^T.*0f:([0-9a-f]{8});/;
function pcOf(stop: string): number | undefined {
  const digits = PC.exec(stop)?.[1];
  return digits === undefined ? undefined : Buffer.from(digits, 'hex').readUInt32LE();
}

/** The kernel's page in which Ctrl-C finds it most often. */
async function hottestPage(): Promise<number> {
  const counts = new Map<number, number>();
  await bootWith(async (client) => {
    await client.ask('?');
    while (client.open) {
      client.send('+$c#63');
      await delay(PROFILE_EVERY_MS);
      client.send('\x03');
      const pc = pcOf(bodyOf(await client.until(STOP)));
      if (pc === undefined || pc < 0xc000_0000) continue;
      const page = pc - (pc % PAGE);
      counts.set(page, (counts.get(page) ?? 0) + 1);
    }
  });
  const all = [...counts].sort(([, a], [, b]) => b - a);
  return all[0]![0];
}
const STOP = /\$[TW][^#]*#../;
const bodyOf = (text: string): string => /\$([TW][^#]*)#..$/.exec(text)?.[1] ?? '';

/** Where a breakpoint in a page is not hit: it moves on from where it is. */
class Untouched {
  #at: number;

  constructor(page: number) {
    this.#at = page;
  }

  async watch(client: RawClient): Promise<void> {
    await client.ask('?');
    for (;;) {
      const place = `0,${this.#at.toString(16)},4`;
      await client.ask(`Z${place}`);
      client.send('+$c#63');
      if (pcOf(bodyOf(await client.until(STOP))) !== this.#at) return;
      await client.ask(`z${place}`);
      this.#at += 4;
    }
  }
}

async function compareAttached(runs: number): Promise<void> {
  const hot = await hottestPage();
  const [inCold, inHot] = [new Untouched(COLD), new Untouched(hot)];
  const ways: readonly [title: string, goal: number, (client: RawClient) => Promise<void>][] = [
    [
      'idle debugger',
      1.03,
      async (client) => {
        await client.ask('?');
        client.send('+$c#63');
        await client.until(STOP);
      },
    ],
    ['breakpoint, cold', 1.05, (client) => inCold.watch(client)],
    [`breakpoint, hot`, 1.5, (client) => inHot.watch(client)],
  ];
  const without: number[] = [];
  const seconds = ways.map((): number[] => []);
  for (let run = 0; run < runs; run++) {
    without.push((await bootWith()).cpuSeconds);
    for (const [index, [, , debug]] of ways.entries()) seconds[index]!.push((await bootWith(debug)).cpuSeconds);
  }
  console.log(tableRow('', ['CPU s', 'slowdown', 'goal']));
  console.log(tableRow('no debugger', [figure(median(without), 3)]));
  for (const [index, [title, goal]] of ways.entries()) {
    const slowdown = median(seconds[index]) / median(without);
    console.log(tableRow(title, [figure(median(seconds[index]), 3), figure(slowdown, 2), figure(goal, 2)]));
  }
  console.log(`the hottest page is at 0x${hot.toString(16)}`);
}

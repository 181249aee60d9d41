/** What an attached debugger costs a Linux boot, by CPU time beside one without. */
import { setTimeout as delay } from 'node:timers/promises';
import { RawClient } from '../gdbstub/raw-client.ts';
import { runToMarker } from '../tools/run-marker.ts';
import { median } from './samples.ts';
import { toldPort } from './stubs.ts';
import { figure, tableRow } from './table.ts';
import { emulators, workloads, type Workload } from './workloads.ts';

const boot: Workload = workloads['boot-fast']!;
/** The kernel's half of the address space. */
const KERNEL = 0xc000_0000;
const PAGE = 4096;
const PROFILE_EVERY_MS = 5;

/** What a debugger does with its connection, from reset on. */
type Debug = (client: Stopped) => Promise<void>;

/** A debugger of a machine that stands. */
class Stopped {
  readonly #client: RawClient;

  constructor(client: RawClient) {
    this.#client = client;
  }

  get open(): boolean {
    return this.#client.open;
  }

  ask(body: string): Promise<string> {
    return this.#client.ask(body);
  }

  /** Continues, and after some milliseconds presses Ctrl-C, if they are given; gives PC at the stop, or NaN at the end. */
  async run(ms?: number): Promise<number> {
    this.#client.send('+$c#63');
    if (ms !== undefined) {
      await delay(ms);
      this.#client.send('\x03');
    }
    const digits = /;0f:([0-9a-f]{8});/.exec(await this.#client.until(STOP))?.[1];
    return digits === undefined ? NaN : Buffer.from(digits, 'hex').readUInt32LE();
  }
}
const STOP = /\$[TW][^#]*#../;

/** Boots with a debugger, or without; gives the CPU seconds of all threads. */
async function bootWith(debug?: Debug): Promise<number> {
  const command = emulators.armhyp!.command(boot);
  let talk: Promise<void> | undefined;
  const { ended, cpuSeconds, stderr } = await runToMarker({
    command: debug ? [...command, '--gdb=0', '--wait-gdb'] : command,
    marker: boot.marker,
    timeoutSeconds: boot.timeoutSeconds,
    onErrors: (told) => {
      const port = toldPort(told);
      if (port === undefined || !debug) return;
      talk ??= RawClient.connect(port).then(async (client) => {
        await client.ask('?');
        await debug(new Stopped(client));
      });
    },
  });
  await talk;
  if (ended !== 'marker') throw new Error(`no marker, ${ended}: ${stderr}`);
  return cpuSeconds;
}

/** The kernel's pages in which Ctrl-C finds it, from the one where it does so most often to the least. */
async function profile(): Promise<readonly number[]> {
  const counts = new Map<number, number>();
  await bootWith(async (debugged) => {
    while (debugged.open) {
      const pc = await debugged.run(PROFILE_EVERY_MS);
      const page = pc - (pc % PAGE);
      if (page >= KERNEL) counts.set(page, (counts.get(page) ?? 0) + 1);
    }
  });
  return [...counts].sort(([, a], [, b]) => b - a).map(([page]) => page);
}

const idle: Debug = async (debugged) => {
  await debugged.run();
};

/** A breakpoint in a page, where it is not hit: it moves on from where it is, in this run and for the next. */
function untouched(page: number): Debug {
  let at = page;
  return async (debugged) => {
    for (;;) {
      const place = `0,${at.toString(16)},4`;
      await debugged.ask(`Z${place}`);
      if ((await debugged.run()) !== at) return;
      await debugged.ask(`z${place}`);
      at += 4;
    }
  };
}

/** Prints the slowdown by debuggers that do nothing, or have a breakpoint that is never hit, in medians of so many runs. */
export async function compareAttached(runs: number): Promise<void> {
  const pages = await profile();
  const [hottest = KERNEL, coldest = KERNEL] = [pages[0], pages.at(-1)];
  const ways: readonly { title: string; most?: number; debug?: Debug }[] = [
    { title: 'no debugger' },
    { title: 'idle debugger', most: 1.03, debug: idle },
    { title: 'break, cold page', most: 1.05, debug: untouched(coldest) },
    { title: 'break, hottest', most: 1.5, debug: untouched(hottest) },
  ];
  const samples = ways.map((): number[] => []);
  for (let run = 0; run < runs; run++)
    for (const [index, { debug }] of ways.entries()) samples[index]!.push(await bootWith(debug));
  const seconds = samples.map(median);
  console.log(tableRow('', ['armhyp s', 'slowdown', 'at most']));
  for (const [index, { title, most }] of ways.entries())
    console.log(
      tableRow(title, [figure(seconds[index], 3), figure(seconds[index]! / seconds[0]!, 2), figure(most, 2)]),
    );
  console.log(`cold: 0x${coldest.toString(16)}, hottest: 0x${hottest.toString(16)}`);
}

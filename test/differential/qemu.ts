/** QEMU's Versatile Express with a Cortex-A15 as one of the two machines: RAM is a file that both sides of the process see. */
import { spawn } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTRY, RAM, RAM_BYTES } from './layout.ts';
import type { Engine, Outcome } from './engine.ts';

/** A batch takes less than a second where nothing else runs. */
const TIMEOUT_MS = 30_000;

export class Qemu implements Engine {
  readonly name = 'qemu';
  readonly #machine: string;

  /** `machine` is what `-M` takes; by default the processor starts in Hyp mode. */
  constructor(machine = 'vexpress-a15,secure=off') {
    this.#machine = machine;
  }

  async run(pieces: Parameters<Engine['run']>[0]): Promise<Outcome> {
    const folder = mkdtempSync(join(tmpdir(), 'armhyp-differential-'));
    const path = join(folder, 'ram');
    const file = openSync(path, 'w+');
    try {
      ftruncateSync(file, RAM_BYTES);
      for (const { address, bytes } of pieces) writeSync(file, bytes, 0, bytes.length, address - RAM);
      const finished = await execute(path, this.#machine);
      return {
        finished,
        read(address, sizeBytes) {
          const bytes = new Uint8Array(sizeBytes);
          readSync(file, bytes, 0, sizeBytes, address - RAM);
          return bytes;
        },
        close() {
          closeSync(file);
          rmSync(folder, { recursive: true });
        },
      };
    } catch (error) {
      closeSync(file);
      rmSync(folder, { recursive: true });
      throw error;
    }
  }
}

/** Runs until the guest switches the machine off; false if it does not in time. */
function execute(path: string, machine: string): Promise<boolean> {
  const options = [
    ...['-M', `${machine},memory-backend=ram`, '-cpu', 'cortex-a15', '-m', `${RAM_BYTES / 2 ** 20}M`],
    ...['-object', `memory-backend-file,id=ram,size=${RAM_BYTES},mem-path=${path},share=on`],
    ...['-nodefaults', '-display', 'none', '-serial', 'none', '-monitor', 'none', '-no-reboot'],
    ...['-device', `loader,addr=${ENTRY},cpu-num=0`],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn('qemu-system-arm', options, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaints = '';
    let late = false;
    const timeout = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, TIMEOUT_MS);
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timeout);
      if (late) resolve(false);
      else if (status === 0) resolve(true);
      else reject(new Error(`qemu-system-arm ended with ${status}: ${complaints}`));
    });
  });
}

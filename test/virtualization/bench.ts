/** Runs the row program here and on QEMU, and reads its records. */
import { spawn } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMachine } from '../../lib/machine/load.ts';
import { assemble } from '../tools/assemble.ts';
import { FIELDS, PROGRAM, programText, RAM_BYTES, RECORD_BYTES, RECORDS, type Field, type Row } from './program.ts';

/** What one machine recorded of one row; `at` is the address of the instruction under test. */
export type Record_ = Readonly<Record<Field | 'at', number>>;
export interface Results {
  readonly armhyp: readonly Record_[];
  readonly qemu: readonly Record_[];
}
/** Words for memory, put there before the program starts. */
export interface Piece {
  readonly address: number;
  readonly words: Uint32Array;
}

/** Assembles the rows' program and runs it on both machines. Throws if either does not come to its end. */
export async function runRows(rows: readonly Row[], pieces: readonly Piece[] = [], security = true): Promise<Results> {
  const folder = mkdtempSync(join(tmpdir(), 'armhyp-virtualization-'));
  try {
    const elf = assemble(folder, programText(rows), PROGRAM);
    const armhyp = parse(await onArmhyp(elf, pieces, rows.length, security), rows.length);
    const qemu = parse(await onQemu(folder, elf, pieces, rows.length, security), rows.length);
    return { armhyp, qemu };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function parse(bytes: Uint8Array, count: number): Record_[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: count }, (_, row) => {
    const word = (n: number): number => view.getUint32(row * RECORD_BYTES + 4 * n, true);
    return Object.fromEntries([
      ...FIELDS.map((field, n) => [field, word(n)]),
      ['at', word(RECORD_BYTES / 4 - 1)],
    ]) as Record_;
  });
}

async function onArmhyp(elf: string, pieces: readonly Piece[], count: number, security: boolean): Promise<Uint8Array> {
  const machine = await loadMachine('vexpress-a15', {
    application: elf,
    memory: RAM_BYTES,
    noReboot: true,
    overrides: [`cluster.security=${security}`],
  });
  for (const { address, words } of pieces)
    machine.bus.loadBytes(address, new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  const { reason } = machine.run({ instructions: 10_000 + 2000 * count });
  const bytes = machine.bus.readBytes(RECORDS, count * RECORD_BYTES);
  if (reason !== 'poweredOff') {
    const at = machine.cluster.cpus[0]!.pc.toString(16);
    throw new Error(`the program did not end here: ${reason} at 0x${at}, in row ${rowsIn(bytes)}`);
  }
  return bytes;
}
const rowsIn = (bytes: Uint8Array): number => {
  let n = 0;
  while (bytes[n * RECORD_BYTES + RECORD_BYTES - 1] !== undefined && bytes[n * RECORD_BYTES + RECORD_BYTES - 1] !== 0)
    n++;
  return n;
};

async function onQemu(
  folder: string,
  elf: string,
  pieces: readonly Piece[],
  count: number,
  security: boolean,
): Promise<Uint8Array> {
  const path = join(folder, 'ram');
  const file = openSync(path, 'w+');
  try {
    ftruncateSync(file, RAM_BYTES);
    for (const { address, words } of pieces)
      writeSync(file, words as unknown as Uint8Array, 0, words.byteLength, address - PROGRAM);
    const ended = await qemu(path, elf, security);
    const bytes = new Uint8Array(count * RECORD_BYTES);
    readSync(file, bytes, 0, bytes.length, RECORDS - PROGRAM);
    if (!ended) throw new Error(`the program did not end on QEMU, after row ${rowsIn(bytes)}`);
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Fulfilled with whether the guest powered off within a few seconds. */
function qemu(ram: string, elf: string, security: boolean): Promise<boolean> {
  const options = [
    ...[
      '-M',
      `vexpress-a15,secure=${security ? 'on' : 'off'},virtualization=on,memory-backend=ram`,
      '-m',
      `${RAM_BYTES / 2 ** 20}M`,
    ],
    ...['-object', `memory-backend-file,id=ram,size=${RAM_BYTES},mem-path=${ram},share=on`, '-kernel', elf],
    ...['-nodefaults', '-display', 'none', '-serial', 'none', '-monitor', 'none', '-no-reboot'],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn('qemu-system-arm', options, {
      stdio: 'ignore',
      env: { ...process.env, QEMU_AUDIO_DRV: 'none' },
    });
    let late = false;
    const timeout = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, 20_000);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timeout);
      resolve(!late);
    });
  });
}

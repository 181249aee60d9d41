/**
 * `npm run compare`: runs the same software on QEMU and on armhyp in turns, and prints medians of CPU time (all threads),
 * their ratio (above 1, armhyp is faster), armhyp's million instructions per second, and the peak memory. A check word
 * that differs is an error.
 */
import { parseArgs } from 'node:util';
import { ensurePayloads } from '../payloads/payloads.ts';
import { runToMarker, type Measured } from '../tools/run-marker.ts';
import { debugging, type Debugging } from './debugging.ts';
import { median, Samples } from './samples.ts';
import { figure, tableRow } from './table.ts';
import { emulators, workloads, type Emulator, type Workload } from './workloads.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    rows: { type: 'string', default: [...Object.keys(workloads), ...Object.keys(debugging)].join(',') },
    emulators: { type: 'string', default: 'qemu,armhyp' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log('npm run compare -- [--runs N] [--rows NAME,...] [--emulators qemu,armhyp]');
  for (const [name, { summary }] of Object.entries({ ...workloads, ...debugging }))
    console.log(`  ${name.padEnd(16)}${summary}`);
} else {
  const rows = pick<Workload | Debugging>(values.rows, { ...workloads, ...debugging });
  const chosen = pick(values.emulators, emulators);
  await ensurePayloads((line) => console.error(`armhyp: ${line}`));
  const runs = Number(values.runs);
  const [software, debugged] = [rows.filter(isSoftware), rows.filter(isDebugging)];
  if (software.length > 0) await compare(software, chosen, runs);
  for (const [, row] of debugged) await row.measure(runs);
}

function isSoftware(row: [string, Workload | Debugging]): row is [string, Workload] {
  return !isDebugging(row);
}
function isDebugging(row: [string, Workload | Debugging]): row is [string, Debugging] {
  return 'measure' in row[1];
}

function pick<T>(names: string, from: Record<string, T>): [string, T][] {
  return names.split(',').map((name) => {
    const found = from[name];
    if (found !== undefined) return [name, found];
    console.error(`compare: no ${name}; there are ${Object.keys(from).join(', ')}`);
    return process.exit(2);
  });
}

async function compare(rows: [string, Workload][], chosen: [string, Emulator][], runs: number): Promise<void> {
  const columns = chosen.flatMap(([name]) => [`${name} s`, `${name} MiB`]);
  console.log(`medians of ${runs} runs in turns; s: CPU seconds of all threads; MiB: peak resident memory`);
  console.log(tableRow('', [...columns, 'ratio', 'M instr/s']));
  for (const [name, workload] of rows) {
    const samples = chosen.map(() => new Samples());
    for (let run = 0; run < runs; run++)
      for (const [index, [emulatorName, emulator]] of chosen.entries()) {
        const measured = await runToMarker({
          command: emulator.command(workload),
          marker: workload.marker,
          timeoutSeconds: workload.timeoutSeconds,
          exact: workload.parts !== undefined,
          // Node reads further certificates at each start, 30 ms that are the host's affair.
          env: { ...process.env, QEMU_AUDIO_DRV: 'none', NODE_EXTRA_CA_CERTS: undefined },
        });
        if (measured.ended === 'marker') samples[index]?.addRun(name, workload, emulator, measured);
        else reportFailure(name, emulatorName, measured);
      }
    printSamples(name, samples);
  }
}

function printSamples(name: string, samples: readonly Samples[]): void {
  for (const row of new Set(samples.flatMap((each) => [...each.rows.keys()]))) {
    const whole = row === name;
    const seconds = samples.map((each) => median(each.rows.get(row)?.cpuSeconds));
    const columns = samples.flatMap((each, index) => [
      figure(seconds[index], whole ? 3 : 4),
      whole ? figure(each.peakMiB, 0) : '',
    ]);
    const rate = samples.map(
      (each, index) => (each.rows.get(row)?.instructions ?? NaN) / (seconds[index] ?? NaN) / 1e6,
    );
    const [first = NaN, second = NaN] = seconds;
    console.log(
      tableRow(whole ? row : `  ${row}`, [
        ...columns,
        figure(first / second, 2),
        figure(rate.find(Number.isFinite), 0),
      ]),
    );
    const checks = new Set(samples.flatMap((each) => each.rows.get(row)?.check ?? []));
    if (checks.size > 1) fail(`${name}, ${row}: check words differ: ${[...checks].join(', ')}`);
  }
  const wall = samples.flatMap((each) => [figure(median(each.rows.get(name)?.wallSeconds), 3), '']);
  console.log(tableRow('  (by the clock)', wall));
}

function reportFailure(name: string, emulator: string, run: Measured): void {
  const last = run.stderr.trim().split('\n').at(-1) ?? '';
  fail(`${name} on ${emulator}: no marker, ${run.ended}, status ${run.status}: ${last}`);
}

function fail(message: string): void {
  console.error(`compare: ${message}`);
  process.exitCode = 1;
}

/**
 * The mocha reporter: a line for each outermost suite, the failures, what was skipped and why, and a last plain line
 * `N passed, N failed` (and `, N skipped`). With CI=true a skipped test is a failure of the run.
 */
import Mocha from 'mocha';
import { missing } from './requirements.ts';

interface SuiteCount {
  passed: number;
  failed: number;
  skipped: number;
  durationMs: number;
}

/** Mocha's reporter interface over one run. */
export default class Reporter extends Mocha.reporters.Base {
  readonly #counts = new Map<string, SuiteCount>();
  readonly #skipped: string[] = [];
  readonly #total: SuiteCount = { passed: 0, failed: 0, skipped: 0, durationMs: 0 };

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('pass', (test) => this.#count(test, 'passed'));
    // A hook that fails is told as a failure of its own: it stands for the tests that it kept from running.
    runner.on('fail', (test) => this.#count(test, 'failed'));
    runner.on('pending', (test) => {
      this.#skipped.push(test.fullTitle());
      this.#count(test, 'skipped');
    });
    runner.on('suite end', (suite) => {
      if (suite.parent?.root) this.#printSuite(suite.title);
    });
  }

  /** Prints the end of the report, and gives mocha the number that becomes the exit status. */
  override done(failures: number, fn?: (failures: number) => void): void {
    this.#printFailures();
    if (this.#skipped.length > 0) this.#printSkipped();
    const { passed, failed, skipped } = this.#total;
    console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
    fn?.(failures + (process.env.CI === 'true' ? skipped : 0));
  }

  #count(test: Mocha.Runnable, result: 'passed' | 'failed' | 'skipped'): void {
    const title = outermostTitle(test);
    const count = this.#counts.get(title) ?? { passed: 0, failed: 0, skipped: 0, durationMs: 0 };
    this.#counts.set(title, count);
    for (const each of [count, this.#total]) {
      each[result]++;
      each.durationMs += test.duration ?? 0;
    }
  }

  #printSuite(title: string): void {
    const count = this.#counts.get(title);
    if (count === undefined) return;
    this.#counts.delete(title);
    const parts = [`${count.passed} passed`];
    if (count.failed > 0) parts.push(`${count.failed} FAILED`);
    if (count.skipped > 0) parts.push(`${count.skipped} skipped`);
    const seconds = count.durationMs >= 1000 ? ` (${(count.durationMs / 1000).toFixed(1)} s)` : '';
    console.log(`${count.failed > 0 ? 'FAILED ' : ''}${title}: ${parts.join(', ')}${seconds}`);
  }

  #printFailures(): void {
    if (this.failures.length === 0) return;
    console.log('\nFailures:');
    Mocha.reporters.Base.list(this.failures);
  }

  #printSkipped(): void {
    console.log('\nSkipped:');
    for (const title of this.#skipped) console.log(`  ${title}`);
    for (const [reason, suites] of missing) console.log(`Needed for ${suites.join(', ')}: ${reason}`);
    console.log('test/tools/install-debian-packages.sh installs what tests need from Debian.');
  }
}

function outermostTitle(test: Mocha.Runnable): string {
  const path = test.titlePath();
  return path[0] ?? '';
}

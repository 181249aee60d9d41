/** The tiny target as a main loop of its own runs it, between what comes over sockets. */
import type { ResumeAction } from '../../gdbstub/index.ts';
import { TinyTarget } from './tiny-target.ts';

const SLICE = 20;

export class RunningTarget extends TinyTarget {
  /** Instructions, not exactly: those of whole slices. */
  executed = 0;
  resumes = 0;
  #looping = false;
  #ended = false;
  #wake: () => void = () => {};

  override resume(actions: readonly ResumeAction[]): void {
    super.resume(actions);
    this.resumes++;
    this.#wake();
    if (this.#looping) return;
    this.#looping = true;
    setImmediate(() => this.#loop());
  }

  /** Resolves as soon as it runs. */
  async runs(): Promise<void> {
    if (!this.running) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Ends the main loop, whatever runs: a test's process must come to its end. */
  end(): void {
    this.#ended = true;
  }

  #loop(): void {
    this.#looping = this.running && !this.#ended;
    if (!this.#looping) return;
    this.slice(SLICE);
    this.executed += SLICE;
    setImmediate(() => this.#loop());
  }
}

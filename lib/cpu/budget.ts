/** How many instructions a CPU may execute before its dispatch loop returns, and how many it has executed. */
import { STATE } from './state/layout.ts';

const LEFT = STATE.left >> 2,
  BUDGET = STATE.budget >> 2;

/** The budget of one CPU's runs stands in STATE.budget; what is left of it in STATE.left, which generated code counts down. */
export class Budget {
  readonly #words: Int32Array;
  #retired = 0;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** Prepares a run of so many instructions; {@link used} tells how far it came. */
  begin(instructions: number): void {
    this.#words[LEFT] = instructions;
    this.#words[BUDGET] = instructions;
  }
  /** Ends a run, and gives how many instructions it executed. */
  end(): number {
    const { used } = this;
    this.#retired += used;
    this.begin(0);
    return used;
  }
  /** How many instructions of the budget are used up so far. */
  get used(): number {
    return this.#words[BUDGET]! - this.#words[LEFT]!;
  }
  /** Instructions executed since power-on. */
  get retired(): number {
    return this.#retired + this.used;
  }
  /** Makes the dispatch loop return after the current instruction. */
  exit(): void {
    const left = this.#words[LEFT]!;
    if (left <= 0) return;
    this.#words[BUDGET]! -= left;
    this.#words[LEFT] = 0;
  }
}

/** A level-sensitive wire, from one device's output to whatever listens: an interrupt controller's input, a CPU. */
export class Line {
  readonly name: string;
  #level = false;
  readonly #sinks: ((level: boolean) => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** True while the wire is asserted, whatever its electrical polarity. */
  get level(): boolean {
    return this.#level;
  }

  /** Drives the wire; its sinks are told only of a change. */
  set(level: boolean): void {
    if (level === this.#level) return;
    this.#level = level;
    for (let i = 0; i < this.#sinks.length; i++) this.#sinks[i]!(level);
  }

  /** Adds a sink, and tells it at once if the wire is asserted already. */
  connect(sink: (level: boolean) => void): void {
    this.#sinks.push(sink);
    if (this.#level) sink(true);
  }
}

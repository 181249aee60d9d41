/** What both machines of a differential run can do. */
import type { Piece } from './batch.ts';

/** What a batch left in memory; {@link close} releases it. */
export interface Outcome {
  /** Whether the program came to its end. */
  readonly finished: boolean;
  read(address: number, sizeBytes: number): Uint8Array;
  close(): void;
}
export interface Engine {
  readonly name: string;
  /** Loads the pieces into a machine's memory, and runs from the program's start. */
  run(pieces: readonly Piece[]): Promise<Outcome>;
}

/** What `npm run compare` measures of debugging. */
import { compareAttached } from './attached.ts';
import { comparePackets } from './stubs.ts';

/** Something that is measured in so many runs, and prints its own table. */
export interface Debugging {
  readonly summary: string;
  measure(runs: number): Promise<void>;
}

/** By the name that chooses one. */
export const debugging: Record<string, Debugging> = {
  rsp: { summary: 'steps and memory read by packets', measure: comparePackets },
  attached: { summary: 'decompressed Debian kernel to "done", a debugger attached', measure: compareAttached },
};

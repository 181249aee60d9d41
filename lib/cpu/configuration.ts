/** What a cluster is built with: what the machine's description says of it, and what the machine does for it. */
import type { Cpu } from './cpu.ts';

export interface CpuConfiguration {
  readonly security: boolean;
  readonly virtualization: boolean;
  /** Frequency of the generic counter in hertz. */
  readonly counterHz: number;
  /** Base of the GIC's registers, as CBAR shows it. */
  readonly cbar: number;
  /**
   * Answers a semihosting call; false if the instruction shall be executed again. Without it, the instructions for such
   * calls are what they are otherwise.
   */
  readonly semihosting?: ((cpu: Cpu) => boolean) | undefined;
}

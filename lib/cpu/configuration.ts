/** What a cluster is built with: what the machine's description says of it, and what the machine does for it. */
import type { Cpu } from './cpu.ts';

export interface CpuConfiguration {
  readonly security: boolean;
  readonly virtualization: boolean;
  /** Frequency of the generic counter in hertz. */
  readonly counterHz: number;
  /** Base of the GIC's registers, as CBAR shows it. */
  readonly cbar: number;
  /** Answers a semihosting call; without it, SVC with the numbers of semihosting is an SVC. */
  readonly semihosting?: (cpu: Cpu) => void;
}

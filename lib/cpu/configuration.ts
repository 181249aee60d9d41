/** What a cluster is built with: what the machine's description says of it, and what the machine does for it. */
import type { Cpu } from './cpu.ts';

export interface CpuConfiguration {
  readonly security: boolean;
  readonly virtualization: boolean;
  /** Frequency of the generic counter in hertz. */
  readonly counterHz: number;
  /** MIDR, if it is not that of a Cortex-A15 r4p0, and CLUSTERID, which MPIDR shows. */
  readonly midr?: number;
  readonly clusterId?: number;
  /** FPEXC.EN, and the access that CPACR and NSACR give, after reset. */
  readonly vfpEnabled?: boolean;
  /** Base of the GIC's registers, as CBAR shows it. */
  readonly cbar: number;
  /**
   * Answers a semihosting call; false if the instruction shall be executed again. Without it, the instructions for such
   * calls are what they are otherwise.
   */
  readonly semihosting?: ((cpu: Cpu) => boolean) | undefined;
}

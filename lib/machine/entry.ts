/**
 * How CPUs begin: at an image's entry or at the reset vector, in the state that the user asks for, else in that of reset, or
 * in the one that the board's boot loader gives a kernel. (DDI 0406C, B1.9.1; Linux, Documentation/arch/arm/booting.rst, 5)
 */
import type { Cpu } from '../cpu/cpu.ts';
import { MODE } from '../cpu/system/modes.ts';
import type { InterruptControllerPorts } from '../devices/gicv2/gic.ts';
import type { BootPlan } from '../image/index.ts';
import { MachineError, type MachineDescription } from './description/index.ts';

/** Secure Supervisor mode, Non-secure Supervisor mode, Hyp mode; or the reset vector, as if there were no image. */
export const ENTRIES = ['secure', 'svc', 'hyp', 'reset'] as const;
export type Entry = (typeof ENTRIES)[number];

/** Throws a MachineError for a state that the cluster does not have. */
export function checkEntry({ name, cluster }: MachineDescription, entry: Entry | undefined): void {
  const lacking = entry === 'secure' && !cluster.security ? 'security' : undefined;
  const missing = entry === 'hyp' && !cluster.virtualization ? 'virtualization' : lacking;
  if (missing === undefined) return;
  const right = `set cluster.${missing} to true, or start elsewhere`;
  throw new MachineError([
    { place: name, path: '', wrong: `there is no entry ${entry} without cluster.${missing}`, right },
  ]);
}

/** Puts CPUs that were reset where they begin. */
export function startCpus(
  cpus: readonly Cpu[],
  gic: InterruptControllerPorts | undefined,
  plan: BootPlan,
  { cluster, boot }: MachineDescription,
  entry: Entry | undefined,
): void {
  const { security, virtualization, resetVector } = cluster;
  const highest: Entry = security ? 'secure' : virtualization ? 'hyp' : 'svc';
  const highestNonSecure: Entry = virtualization ? 'hyp' : 'svc';
  const chosen = entry ?? (plan.linux && boot.linuxEntry === 'non-secure' ? highestNonSecure : highest);
  const isReset = chosen === 'reset' || plan.starts.length === 0;
  const nonSecure = !isReset && chosen !== 'secure';
  if (nonSecure && security) gic?.giveToNonSecure();
  cpus.forEach((cpu, n) => {
    const start = plan.starts[n] ?? plan.starts[0];
    if (start === undefined || isReset) {
      cpu.pc = resetVector;
      return;
    }
    if (nonSecure) cpu.enterNonSecure(chosen === 'hyp' ? MODE.hyp : MODE.svc);
    cpu.pc = start.entry;
    start.registers.forEach((value, r) => {
      cpu.words[r] = value;
    });
  });
}

/** Interrupt lines that CPUs drive: their timers' and their performance monitors' (DDI 0438I, 8.2, table 8-1). */
import type { CpuLines } from '../cpu/surroundings.ts';
import { Line } from '../device/line.ts';
import type { InterruptControllerPorts } from '../devices/gicv2/gic.ts';

/** PPIs of a Cortex-A15, by timer output. */
const TIMER_PPI = { securePhysical: 29, physical: 30, virtual: 27, hyp: 26 } as const;

/** The lines of a CPU, to the interrupt controller if there is one; `performanceSpis` are those of the board, by CPU. */
export function cpuLines(
  gic: InterruptControllerPorts | undefined,
  performanceSpis: readonly number[] | undefined,
  cpu: number,
): CpuLines {
  const spi = performanceSpis?.[cpu];
  return {
    timers: Object.fromEntries(
      Object.entries(TIMER_PPI).map(([name, id]) => [name, gic?.ppi(cpu, id) ?? new Line(name)]),
    ),
    performance: spi === undefined ? undefined : gic?.spi(spi),
  };
}

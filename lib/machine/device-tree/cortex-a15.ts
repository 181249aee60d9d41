/**
 * What the device tree says of the processors: themselves, and their generic timer.
 * Linux, Documentation/devicetree/bindings/arm/cpus.yaml, timer/arm,arch_timer.yaml; DDI 0438I, table 8-1 (interrupts).
 */
import { TreeNode } from '../../image/index.ts';
import type { ClusterDescription } from '../description/index.ts';

/** By the binding's order: secure and non-secure physical, virtual, hypervisor timer. */
const TIMER_PPIS = [29, 30, 27, 26] as const;

/** Linux, include/dt-bindings/interrupt-controller/arm-gic.h. */
const GIC_PPI = 1;
const LEVEL_LOW = 8;

/** The three cells of a private interrupt, by its ID of 16 to 31, for so many CPUs. */
export const privateInterrupt = (id: number, cpus: number): number[] => [
  GIC_PPI,
  id - 16,
  (((1 << cpus) - 1) << 8) | LEVEL_LOW,
];

/** Makes `/cpus`. */
export function cpusNode({ compatible, cpus, clusterId }: ClusterDescription): TreeNode {
  const node = new TreeNode('cpus');
  node.setCells('#address-cells', 1);
  node.setCells('#size-cells', 0);
  for (let cpu = 0; cpu < cpus; cpu++) {
    const affinity = (clusterId << 8) | cpu;
    const child = node.childOrNew(`cpu@${affinity.toString(16)}`);
    child.setStrings('device_type', 'cpu');
    child.setStrings('compatible', compatible);
    child.setCells('reg', affinity);
  }
  return node;
}

/** Makes the node of the generic timer. */
export function timerNode({ cpus }: ClusterDescription): TreeNode {
  const node = new TreeNode('timer');
  node.setStrings('compatible', 'arm,armv7-timer');
  node.setCells('interrupts', ...TIMER_PPIS.flatMap((id) => privateInterrupt(id, cpus)));
  return node;
}

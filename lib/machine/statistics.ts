/** What a cluster has done, in figures. */
import type { Cluster } from '../cpu/cluster.ts';
import { EXCEPTIONS } from '../cpu/system/entries.ts';

/** Sums over all CPUs, by name. */
export function clusterStatistics(cluster: Cluster, virtualNs: number): Record<string, number> {
  const { cpus } = cluster;
  const exceptions = EXCEPTIONS.map((name) => cpus.reduce((total, { counts }) => total + counts[name], 0));
  return {
    instructions: cluster.instructions,
    virtualSeconds: virtualNs / 1e9,
    idleSeconds: cluster.idleNs / 1e9,
    exceptions: exceptions.reduce((a, b) => a + b, 0),
    ...Object.fromEntries(EXCEPTIONS.map((name, n) => [`exceptions.${name}`, exceptions[n]!])),
    tlbMisses: cpus.reduce((total, { mmu }) => total + mmu.misses, 0),
    instructionsDecoded: cluster.code.decoded,
    ...cluster.translator?.statistics,
  };
}

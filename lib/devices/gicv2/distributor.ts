/** GICv2 distributor registers (ARM IHI 0048B, 4.3), with what is particular to the Cortex-A15 (ARM DDI 0438I, 8.3.1). */
import type { Access } from '../../device/mmio.ts';
import type { Behaviour } from '../../device/device.ts';
import { bit, bits, ro, rw, wo } from '../../device/registers.ts';
import type { GicCore } from './core.ts';

/** One bit for each of up to 1020 interrupts; every bit has its own meaning, so ones act and zeros do nothing. */
const bitPerInterrupt = (at: number) => rw({ at, count: 32 });
const id = (at: number, reset: number) => ro({ at, reset });

export const distributorRegisters = {
  GICD_CTLR: rw({ at: 0x000, fields: { EnableGrp0: bit(0), EnableGrp1: bit(1) } }),
  GICD_TYPER: ro({
    at: 0x004,
    fields: { ITLinesNumber: bits(4, 0), CPUNumber: bits(7, 5), SecurityExtn: bit(10), LSPI: bits(15, 11) },
  }),
  GICD_IIDR: ro({
    at: 0x008,
    reset: 0x0000_043b,
    fields: { Implementer: bits(11, 0), Revision: bits(15, 12), Variant: bits(19, 16), ProductID: bits(31, 24) },
  }),
  GICD_IGROUPR: bitPerInterrupt(0x080),
  GICD_ISENABLER: bitPerInterrupt(0x100),
  GICD_ICENABLER: bitPerInterrupt(0x180),
  GICD_ISPENDR: bitPerInterrupt(0x200),
  GICD_ICPENDR: bitPerInterrupt(0x280),
  GICD_ISACTIVER: bitPerInterrupt(0x300),
  GICD_ICACTIVER: bitPerInterrupt(0x380),
  GICD_IPRIORITYR: rw({ at: 0x400, count: 255, narrow: 'merged' }),
  GICD_ITARGETSR: rw({ at: 0x800, count: 255, narrow: 'merged' }),
  GICD_ICFGR: rw({ at: 0xc00, count: 64 }),
  GICD_PPISR: ro({ at: 0xd00 }),
  GICD_SPISR: ro({ at: 0xd04, count: 31 }),
  GICD_SGIR: wo({
    at: 0xf00,
    fields: { SGIINTID: bits(3, 0), NSATT: bit(15), CPUTargetList: bits(23, 16), TargetListFilter: bits(25, 24) },
  }),
  GICD_CPENDSGIR: rw({ at: 0xf10, count: 4, narrow: 'zeroed' }),
  GICD_SPENDSGIR: rw({ at: 0xf20, count: 4, narrow: 'zeroed' }),
  ICPIDR4: id(0xfd0, 0x04),
  ICPIDR0: id(0xfe0, 0x90),
  ICPIDR1: id(0xfe4, 0xb4),
  ICPIDR2: id(0xfe8, 0x2b),
  ICPIDR3: id(0xfec, 0x00),
  ICCIDR0: id(0xff0, 0x0d),
  ICCIDR1: id(0xff4, 0xf0),
  ICCIDR2: id(0xff8, 0x05),
  ICCIDR3: id(0xffc, 0xb1),
};

/** PPIs of the Cortex-A15 are level-sensitive and say N-N in bit 0 (DDI 0438I, 8.3.1); SGIs are edges. */
const CONFIGURATION_OF_SGIS = 0xaaaa_aaaa;
const CONFIGURATION_OF_PPIS = 0x5554_0000;
const CONFIGURATION_OF_SPIS = 0x5555_5555;

/** The behaviour of the distributor's frame over a core. */
export function distributor(core: GicCore): Behaviour<typeof distributorRegisters> {
  const { configuration, state } = core;
  const { cpus, words, security, priorityMask, bankedMask } = configuration;
  const allCpus = 2 ** cpus - 1;

  const isSecure = (access: Readonly<Access>) => !security || access.secure;
  const existing = (slot: number) => (slot < cpus ? bankedMask : 0xffff_ffff);
  /** Interrupts of a slot that an access may see: Non-secure ones see group 1 only (3.5). */
  const visible = (slot: number, access: Readonly<Access>) =>
    existing(slot) & (isSecure(access) ? 0xffff_ffff : state.group[slot]!);

  const readBits = (get: (slot: number) => number) => (word: number, access: Readonly<Access>) => {
    if (word >= words) return 0;
    const slot = core.slotOf(word, access.cpu);
    return get(slot) & visible(slot, access);
  };
  const writeBits =
    (act: (slot: number, ones: number) => void) => (value: number, word: number, access: Readonly<Access>) => {
      if (word >= words || value === 0) return;
      const slot = core.slotOf(word, access.cpu);
      act(slot, value & visible(slot, access));
      core.changed(slot);
    };
  const enabled = readBits((slot) => state.enabled[slot]!);
  const pending = readBits((slot) => core.pending(slot));
  const active = readBits((slot) => state.active[slot]!);
  /** SGIs are always enabled, and pending by their sources only. */
  const notSgis = (slot: number) => (slot < cpus ? 0xffff_0000 : 0xffff_ffff);

  /** Key of the first of the four interrupts in a word of byte fields, or -1 if they do not exist. */
  const keyOfBytes = (n: number, access: Readonly<Access>) =>
    n >>> 3 < words ? core.slotOf(n >>> 3, access.cpu) * 32 + (n & 7) * 4 : -1;
  const isVisible = (key: number, access: Readonly<Access>) => ((visible(key >>> 5, access) >>> (key & 31)) & 1) === 1;

  const sgiSourcesAt = (n: number, access: Readonly<Access>) => {
    let word = 0;
    for (let i = 0; i < 4; i++) {
      const sgi = 4 * n + i;
      if (isVisible(core.keyOf(sgi, access.cpu), access)) word |= state.sgiSources[access.cpu * 16 + sgi]! << (8 * i);
    }
    return word;
  };

  return {
    read: {
      GICD_CTLR: (_, access) => (isSecure(access) ? state.forwarding : state.forwarding >>> 1),
      GICD_TYPER: () => (words - 1) | ((cpus - 1) << 5) | (security ? 1 << 10 : 0),
      GICD_IGROUPR: (word, access) => {
        if (word >= words || !isSecure(access)) return 0;
        return state.group[core.slotOf(word, access.cpu)]!;
      },
      GICD_ISENABLER: enabled,
      GICD_ICENABLER: enabled,
      GICD_ISPENDR: pending,
      GICD_ICPENDR: pending,
      GICD_ISACTIVER: active,
      GICD_ICACTIVER: active,
      GICD_IPRIORITYR(n, access) {
        const key = keyOfBytes(n, access);
        if (key < 0) return 0;
        let word = 0;
        for (let i = 0; i < 4; i++) {
          if (!isVisible(key + i, access)) continue;
          const priority = state.priority[key + i]!;
          // Non-secure software sees the lower half of the range, spread over the whole (3.5).
          word |= (isSecure(access) ? priority : (priority << 1) & 0xff) << (8 * i);
        }
        return word;
      },
      GICD_ITARGETSR(n, access) {
        const key = keyOfBytes(n, access);
        if (key < 0 || cpus === 1) return 0;
        let word = 0;
        for (let i = 0; i < 4; i++) {
          if (!isVisible(key + i, access)) continue;
          word |= (key < cpus * 32 ? 1 << access.cpu : state.targets[key + i]!) << (8 * i);
        }
        return word;
      },
      GICD_ICFGR(n, access) {
        if (n >>> 1 >= words) return 0;
        const slot = core.slotOf(n >>> 1, access.cpu);
        const seen = pairsOf(visible(slot, access), n & 1);
        if (n < 2) return (n === 0 ? CONFIGURATION_OF_SGIS : CONFIGURATION_OF_PPIS) & (seen | (seen << 1));
        return (CONFIGURATION_OF_SPIS & seen) | ((pairsOf(state.edge[slot]!, n & 1) & seen) << 1);
      },
      GICD_PPISR: (_, access) => {
        const slot = core.slotOf(0, access.cpu);
        return (core.level[slot]! & visible(slot, access)) >>> 16;
      },
      GICD_SPISR: (n, access) => (n + 1 < words ? core.level[cpus + n]! & visible(cpus + n, access) : 0),
      GICD_CPENDSGIR: sgiSourcesAt,
      GICD_SPENDSGIR: sgiSourcesAt,
    },

    write: {
      GICD_CTLR(value, _, access) {
        state.forwarding = isSecure(access) ? value & 3 : (state.forwarding & 1) | ((value & 1) << 1);
        core.changedAll();
      },
      GICD_IGROUPR(value, word, access) {
        if (word >= words || !isSecure(access)) return;
        const slot = core.slotOf(word, access.cpu);
        state.group[slot] = value & existing(slot);
        core.changed(slot);
      },
      GICD_ISENABLER: writeBits((slot, ones) => (state.enabled[slot]! |= ones)),
      GICD_ICENABLER: writeBits((slot, ones) => (state.enabled[slot]! &= ~(ones & notSgis(slot)))),
      GICD_ISPENDR: writeBits((slot, ones) => (state.latch[slot]! |= ones & notSgis(slot))),
      GICD_ICPENDR: writeBits((slot, ones) => (state.latch[slot]! &= ~(ones & notSgis(slot)))),
      GICD_ISACTIVER: writeBits((slot, ones) => (state.active[slot]! |= ones)),
      GICD_ICACTIVER: writeBits((slot, ones) => (state.active[slot]! &= ~ones)),
      GICD_IPRIORITYR(value, n, access) {
        const key = keyOfBytes(n, access);
        if (key < 0) return;
        for (let i = 0; i < 4; i++) {
          if (!isVisible(key + i, access)) continue;
          const byte = (value >>> (8 * i)) & 0xff;
          state.priority[key + i] = (isSecure(access) ? byte : 0x80 | (byte >>> 1)) & priorityMask;
        }
        core.changed(key >>> 5);
      },
      GICD_ITARGETSR(value, n, access) {
        const key = keyOfBytes(n, access);
        if (key < cpus * 32 || cpus === 1) return;
        for (let i = 0; i < 4; i++) {
          if (isVisible(key + i, access)) state.targets[key + i] = (value >>> (8 * i)) & allCpus;
        }
        core.retarget(n >>> 3);
      },
      GICD_ICFGR(value, n, access) {
        if (n < 2 || n >>> 1 >= words) return;
        const slot = core.slotOf(n >>> 1, access.cpu);
        let edges = 0;
        for (let i = 0; i < 16; i++) edges |= ((value >>> (2 * i + 1)) & 1) << i;
        const mask = (n & 1 ? 0xffff_0000 : 0xffff) & visible(slot, access);
        state.edge[slot] = (state.edge[slot]! & ~mask) | ((n & 1 ? edges << 16 : edges) & mask);
        core.changed(slot);
      },
      GICD_SGIR(value, _, access) {
        const sgi = value & 0xf;
        const filter = (value >>> 24) & 3;
        const self = 1 << access.cpu;
        const to = filter === 0 ? (value >>> 16) & allCpus : filter === 1 ? allCpus & ~self : filter === 2 ? self : 0;
        for (let cpu = 0; cpu < cpus; cpu++) {
          if (((to >>> cpu) & 1) === 0) continue;
          // Table 4-22: with the Security Extensions the group on the target decides whether it is forwarded.
          const isGroup1 = core.isGroup1(core.keyOf(sgi, cpu));
          const wanted = access.secure ? isGroup1 === ((value & (1 << 15)) !== 0) : isGroup1;
          if (!security || wanted) core.sendSgi(sgi, access.cpu, cpu);
        }
      },
      GICD_CPENDSGIR(value, n, access) {
        for (let i = 0; i < 4; i++) {
          const sgi = 4 * n + i;
          if (isVisible(core.keyOf(sgi, access.cpu), access))
            core.withdrawSgi(sgi, (value >>> (8 * i)) & 0xff, access.cpu);
        }
      },
      GICD_SPENDSGIR(value, n, access) {
        for (let i = 0; i < 4; i++) {
          const sgi = 4 * n + i;
          if (!isVisible(core.keyOf(sgi, access.cpu), access)) continue;
          for (let cpu = 0; cpu < cpus; cpu++) {
            if ((value >>> (8 * i + cpu)) & 1) core.sendSgi(sgi, cpu, access.cpu);
          }
        }
      },
    },
  };
}

/** Spreads 16 bits, the lower or the upper half of a word, over the even bits of a word. */
function pairsOf(word: number, half: number): number {
  let spread = 0;
  for (let i = 0; i < 16; i++) spread |= ((word >>> (16 * half + i)) & 1) << (2 * i);
  return spread;
}

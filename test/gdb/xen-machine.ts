/** Xen with guests whose kernels are built to boot fast, ready to be debugged. */
import type { MachineOptions } from '../../lib/index.ts';
import { payload } from '../payloads/payloads.ts';
import { xenModules, type Module, type XenSetupName } from '../payloads/trees.ts';

const FILES: Readonly<Record<Module['kind'], Parameters<typeof payload>[0]>> = {
  kernel: 'zImage-fast-lpae',
  initramfs: 'initramfs.cpio.gz',
  rich: 'initramfs-rich.cpio.gz',
};

/** What a board with Xen and this set-up is started with. */
export const xenOptions = (setup: XenSetupName): MachineOptions => ({
  kernel: payload('xen'),
  dtb: payload(`xen-fast-${setup}-1cpu.dtb`),
  memory: '1GiB',
  loads: xenModules(setup).map(({ kind, at }) => ({ file: payload(FILES[kind]), address: at })),
});

/** High vectors of a guest's kernel: IRQ, which every guest executes all the time. */
export const IRQ_VECTOR = '0xffff0018';

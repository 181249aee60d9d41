/** What lies in memory before Xen starts its domains. */
import { payload } from '../payloads/payloads.ts';
import { xenModules, type XenSetupName } from '../payloads/trees.ts';

const FILES = {
  kernel: 'zImage-fast-lpae',
  initramfs: 'initramfs.cpio.gz',
  rich: 'initramfs-rich.cpio.gz',
} as const;

/** The files and their physical addresses. */
export const xenFiles = (setup: XenSetupName): { readonly file: string; readonly address: number }[] =>
  xenModules(setup).map(({ kind, at }) => ({ file: payload(FILES[kind]), address: at }));

/** The tree that tells Xen of them. */
export const xenTree = (setup: XenSetupName): string => payload(`xen-fast-${setup}-1cpu.dtb`);

/** QEMU's arguments that load them. */
export const xenLoaders = (setup: XenSetupName): string[] =>
  xenFiles(setup).flatMap(({ file, address }) => [
    '-device',
    `loader,file=${file},addr=0x${address.toString(16)},force-raw=on`,
  ]);

/**
 * Device trees made from the kernel package's own vexpress-v2p-ca15-tc1: with one CPU, and for Xen with its domains.
 * (Xen, docs/misc/arm/device-tree/booting.txt and docs/features/dom0less.pandoc)
 */

/** What a Xen tree starts: the kernels' `mode=` words, and CPUs of each domU. */
interface XenSetup {
  dom0?: string;
  domUs: readonly string[];
  cpus?: number;
}

/** The set-ups of Xen that trees are made for, by the middle of the tree's name: `xen-NAME-1cpu.dtb`. */
export const xenSetups = {
  dom0: { dom0: 'idle', domUs: [] },
  'dom0-bench': { dom0: 'benchidle', domUs: [] },
  domu: { domUs: ['idle'] },
  'domu-bench': { domUs: ['benchidle'] },
  'domu-rich': { domUs: ['richidle'] },
  'dom0-domu': { dom0: 'idle', domUs: ['idle'] },
  '2domu': { domUs: ['idle', 'idle'] },
  'domu-smp': { domUs: ['idle'], cpus: 2 },
} as const satisfies Record<string, XenSetup>;

/** The name of a Xen set-up. */
export type XenSetupName = keyof typeof xenSetups;

/** Sizes in bytes of what a Xen tree tells its domains about. */
export interface ModuleSizes {
  kernel: number;
  initramfs: number;
  rich: number;
}

/** A file that must be in memory before Xen starts, and its physical address. */
export interface Module {
  kind: 'kernel' | 'initramfs' | 'rich';
  at: number;
}

/** Gives the modules of the domains in order: dom0's kernel and ramdisk if there is a dom0, then each domU's. */
export function xenModules(name: XenSetupName): Module[] {
  const setup: XenSetup = xenSetups[name];
  const modes = [...(setup.dom0 === undefined ? [] : [setup.dom0]), ...setup.domUs];
  return modes.flatMap((mode, index): Module[] => [
    { kind: 'kernel', at: 0x90000000 + index * 0x4000000 },
    { kind: mode.startsWith('rich') ? 'rich' : 'initramfs', at: 0x9d000000 + index * 0x1000000 },
  ]);
}

/** The change to the board's tree that leaves one of its two CPUs. */
export const oneCpu = '/ { cpus { /delete-node/ cpu@1; }; };';

/** Gives the additions to the board's tree that make Xen start a set-up on a number of CPUs, with 1 GB of memory. */
export function xenTree(name: XenSetupName, cpus: 1 | 2, sizes: ModuleSizes): string {
  const setup: XenSetup = xenSetups[name];
  const modules = xenModules(name).map((module) => ({ ...module, size: sizes[module.kind] }));
  const pair = () => modules.splice(0, 2).map(({ at, size, kind }) => ({ at, size, kernel: kind === 'kernel' }));
  const nodes: string[] = [];
  if (setup.dom0 !== undefined)
    nodes.push(...pair().map((each) => moduleNode(each, `console=hvc0 mode=${setup.dom0}`)));
  for (const [index, mode] of setup.domUs.entries())
    nodes.push(
      `domU${index + 1} { compatible = "xen,domain"; #address-cells = <1>; #size-cells = <1>;`,
      `memory = <0 0x20000>; cpus = <${setup.cpus ?? 1}>; vpl011;`,
      ...pair().map((each) => moduleNode(each, `console=ttyAMA0 mode=${mode}`)),
      '};',
    );
  return [
    '/ { memory@80000000 { reg = <0 0x80000000 0 0x40000000>; }; };',
    cpus === 1 ? oneCpu : '',
    '/ { chosen { #address-cells = <1>; #size-cells = <1>;',
    'xen,xen-bootargs = "console=dtuart dtuart=serial0 dom0_mem=256M dom0_max_vcpus=1 loglvl=all guest_loglvl=all";',
    ...nodes,
    '}; };',
  ].join('\n');
}

function moduleNode(module: { at: number; size: number; kernel: boolean }, bootargs: string): string {
  const kind = module.kernel ? 'kernel' : 'ramdisk';
  return [
    `module@${module.at.toString(16)} { compatible = "multiboot,${kind}", "multiboot,module";`,
    `reg = <0x${module.at.toString(16)} 0x${module.size.toString(16)}>;`,
    module.kernel ? `bootargs = "${bootargs}"; };` : '};',
  ].join(' ');
}

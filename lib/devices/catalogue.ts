/** Every device this emulator has, by the name a machine description calls it. */
import { cortexA15Gic } from './gicv2/gic.ts';
import { lan9118 } from './lan9118.ts';
import { pl011 } from './pl011.ts';
import { pl031 } from './pl031.ts';
import { pl041 } from './pl041.ts';
import { pl050 } from './pl050.ts';
import { pl111 } from './pl111.ts';
import { pl180 } from './pl180.ts';
import { primecellStub } from './primecell-stub.ts';
import { sp804 } from './sp804.ts';
import { sp805 } from './sp805.ts';
import { sp810 } from './sp810.ts';
import { veSysregs } from './ve-sysregs.ts';
import { virtioBlock } from './virtio/block.ts';
import { virtioConsole } from './virtio/console.ts';
import { virtioEntropy } from './virtio/entropy.ts';
import { virtioNet } from './virtio/net.ts';

export const catalogue = {
  'arm,cortex-a15-gic': cortexA15Gic,
  'arm,pl011': pl011,
  'arm,pl031': pl031,
  'arm,pl041': pl041,
  'arm,pl050': pl050,
  'arm,pl111': pl111,
  'arm,pl180': pl180,
  'arm,primecell-stub': primecellStub,
  'arm,sp804': sp804,
  'arm,sp805': sp805,
  'arm,sp810': sp810,
  'arm,vexpress-sysreg': veSysregs,
  'smsc,lan9118': lan9118,
  'virtio,mmio-block': virtioBlock,
  'virtio,mmio-console': virtioConsole,
  'virtio,mmio-entropy': virtioEntropy,
  'virtio,mmio-net': virtioNet,
} as const;

export type Catalogue = typeof catalogue;

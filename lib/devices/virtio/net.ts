/** Virtio network device (OASIS Virtual I/O Device 1.1, 5.1): one pair of queues, no offloads. */
import { macAddress, macProperty } from '../ethernet/mac.ts';
import { defineVirtio } from './transport.ts';

const RECEIVE = 0;
/** VIRTIO_NET_F_MAC and VIRTIO_NET_F_STATUS. */
const MAC = 1 << 5;
const STATUS = 1 << 16;
const LINK_UP = 1;
/** 5.1.6: its last halfword counts buffers, and is 1. */
const HEADER_BYTES = 12;
/** A driver that gives no buffers loses what comes. */
const MOST_WAITING = 256;

export const virtioNet = defineVirtio({
  compatible: 'virtio,mmio-net',
  summary: 'virtio Ethernet controller',
  reference: 'OASIS Virtual I/O Device 1.1, 4.2 and 5.1',
  deviceId: 1,
  queues: 2,
  properties: { mac: macProperty },
  build({ name, properties, host, poll }) {
    const cable = host.network(name);
    const waiting: Uint8Array[] = [];
    cable.onFrame = (frame) => {
      if (waiting.length < MOST_WAITING) waiting.push(frame);
      poll(RECEIVE);
    };
    const mac = macAddress(properties.mac);
    const halfword = (at: number) => mac[at]! | (mac[at + 1]! << 8);
    return {
      features: MAC | STATUS,
      config: [halfword(0) + halfword(2) * 0x1_0000, halfword(4) + (cable.linked ? LINK_UP : 0) * 0x1_0000],
      drop() {
        waiting.length = 0;
      },
      serve(queue, { readable }) {
        if (queue !== RECEIVE) {
          if (readable.length > HEADER_BYTES) cable.send(readable.slice(HEADER_BYTES));
          return new Uint8Array(0);
        }
        const frame = waiting.shift();
        if (frame === undefined) return undefined;
        const answer = new Uint8Array(HEADER_BYTES + frame.length);
        answer[HEADER_BYTES - 2] = 1;
        answer.set(frame, HEADER_BYTES);
        return answer;
      },
    };
  },
});

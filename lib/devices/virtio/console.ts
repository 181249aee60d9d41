/** Virtio console (OASIS Virtual I/O Device 1.1, 5.3): one port, connected as a UART is. */
import { defineVirtio } from './transport.ts';

const RECEIVE = 0;

export const virtioConsole = defineVirtio({
  compatible: 'virtio,mmio-console',
  summary: 'virtio console',
  reference: 'OASIS Virtual I/O Device 1.1, 4.2 and 5.3',
  deviceId: 3,
  queues: 2,
  properties: {},
  build({ name, host, poll }) {
    const port = host.character(name);
    const waiting: number[] = [];
    port.onReceive = (byte) => {
      waiting.push(byte);
      poll(RECEIVE);
    };
    return {
      serve(queue, { readable, writableBytes }) {
        if (queue === RECEIVE)
          return waiting.length === 0 ? undefined : Uint8Array.from(waiting.splice(0, writableBytes));
        for (const byte of readable) port.write(byte);
        return new Uint8Array(0);
      },
    };
  },
});

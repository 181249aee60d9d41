/** Virtio entropy device (OASIS Virtual I/O Device 1.1, 5.4): bytes from a seed, so that two runs are equal. */
import { defineVirtio } from './transport.ts';

export const virtioEntropy = defineVirtio({
  compatible: 'virtio,mmio-entropy',
  summary: 'virtio source of entropy, the same in every run',
  reference: 'OASIS Virtual I/O Device 1.1, 4.2 and 5.4',
  deviceId: 4,
  queues: 1,
  properties: { seed: { type: 'integer', default: 1, summary: 'what its bytes follow from' } },
  own: { word: 0 },
  build({ properties, own }) {
    return {
      serve(_, { writableBytes }) {
        // xorshift32 (G. Marsaglia, Xorshift RNGs, 2003).
        let word = own.word! || properties.seed >>> 0 || 1;
        const bytes = new Uint8Array(writableBytes);
        for (let n = 0; n < writableBytes; n++) {
          word ^= word << 13;
          word ^= word >>> 17;
          word ^= word << 5;
          bytes[n] = word >>> 8;
        }
        own.word = word >>> 0;
        return bytes;
      },
    };
  },
});

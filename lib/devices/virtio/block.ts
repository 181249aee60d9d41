/** Virtio block device (OASIS Virtual I/O Device 1.1, 5.2): a disk with a file behind it. */
import { defineVirtio } from './transport.ts';

const SECTOR_BYTES = 512;
/** VIRTIO_BLK_F_RO and VIRTIO_BLK_F_FLUSH. */
const READ_ONLY = 1 << 5;
const FLUSH = 1 << 9;
const HEADER_BYTES = 16;

/** Types of requests, and statuses (5.2.6). */
const REQUEST = { in: 0, out: 1, flush: 4, getId: 8 } as const;
const OK = 0;
const IO_ERROR = 1;
const UNSUPPORTED = 2;

export const virtioBlock = defineVirtio({
  compatible: 'virtio,mmio-block',
  summary: 'virtio disk',
  reference: 'OASIS Virtual I/O Device 1.1, 4.2 and 5.2',
  deviceId: 2,
  queues: 1,
  properties: {
    file: { type: 'path', default: '', summary: 'the disk, whole sectors of 512 bytes; without one it is empty' },
    readOnly: { type: 'boolean', default: false, summary: 'whether the guest must not change it' },
  },
  build({ name, properties, host }) {
    const store = host.store(properties.file, properties.readOnly);
    const sectors = Math.floor(store.sizeBytes / SECTOR_BYTES);
    const statusOnly = (writableBytes: number, status: number) => new Uint8Array(writableBytes).fill(status, -1);
    return {
      features: (store.writable ? 0 : READ_ONLY) | FLUSH,
      config: [sectors % 2 ** 32, Math.floor(sectors / 2 ** 32)],
      serve(_, { readable, writableBytes }) {
        if (readable.length < HEADER_BYTES || writableBytes === 0) return statusOnly(writableBytes, IO_ERROR);
        const header = new DataView(readable.buffer, readable.byteOffset, HEADER_BYTES);
        const offset = (header.getUint32(8, true) + header.getUint32(12, true) * 2 ** 32) * SECTOR_BYTES;
        const answer = statusOnly(writableBytes, OK);
        const fits = (lengthBytes: number) => offset + lengthBytes <= sectors * SECTOR_BYTES;
        switch (header.getUint32(0, true)) {
          case REQUEST.in:
            if (!fits(writableBytes - 1)) return statusOnly(writableBytes, IO_ERROR);
            answer.set(store.read(offset, writableBytes - 1));
            return answer;
          case REQUEST.out: {
            const bytes = readable.subarray(HEADER_BYTES);
            if (!store.writable || !fits(bytes.length)) return statusOnly(writableBytes, IO_ERROR);
            store.write(offset, bytes);
            return answer;
          }
          case REQUEST.flush:
            return answer;
          case REQUEST.getId:
            answer.set(new TextEncoder().encode(name).subarray(0, Math.min(20, writableBytes - 1)));
            return answer;
          default:
            return statusOnly(writableBytes, UNSUPPORTED);
        }
      },
    };
  },
});

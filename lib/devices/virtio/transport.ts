/**
 * Virtio over MMIO, version 2 (OASIS Virtual I/O Device 1.1, 4.2.2): the registers that all such devices share. What a
 * device does with a descriptor chain is its own.
 */
import { defineDevice } from '../../device/device.ts';
import type { DeviceModel, HostPorts, Properties, Values } from '../../device/model.ts';
import { ro, rw, wo } from '../../device/registers.ts';
import { type Chain, emptyQueue, Queue } from './queue.ts';

export const virtioRegisters = {
  MagicValue: ro({ at: 0x000, reset: 0x7472_6976 }),
  Version: ro({ at: 0x004, reset: 2 }),
  DeviceID: ro({ at: 0x008 }),
  VendorID: ro({ at: 0x00c }),
  DeviceFeatures: ro({ at: 0x010 }),
  DeviceFeaturesSel: wo({ at: 0x014 }),
  DriverFeatures: wo({ at: 0x020 }),
  DriverFeaturesSel: wo({ at: 0x024 }),
  QueueSel: wo({ at: 0x030 }),
  QueueNumMax: ro({ at: 0x034 }),
  QueueNum: wo({ at: 0x038 }),
  QueueReady: rw({ at: 0x044, widthBits: 1 }),
  QueueNotify: wo({ at: 0x050 }),
  InterruptStatus: ro({ at: 0x060, widthBits: 2 }),
  InterruptACK: wo({ at: 0x064, widthBits: 2 }),
  Status: rw({ at: 0x070, widthBits: 8 }),
  QueueDescLow: wo({ at: 0x080 }),
  QueueDescHigh: wo({ at: 0x084 }),
  QueueDriverLow: wo({ at: 0x090 }),
  QueueDriverHigh: wo({ at: 0x094 }),
  QueueDeviceLow: wo({ at: 0x0a0 }),
  QueueDeviceHigh: wo({ at: 0x0a4 }),
  ConfigGeneration: ro({ at: 0x0fc }),
  Config: ro({ at: 0x100, count: 64 }),
};

const MOST_DESCRIPTORS = 256;
/** VIRTIO_F_VERSION_1, as a bit of the second word. */
const VERSION_1 = 1;
const USED_BUFFER = 1;
const NEEDS_RESET = 0x40;

/** What a device is made of when it is built. */
export interface VirtioDevice {
  /** Bits 0 to 31 of what it offers. */
  readonly features?: number;
  /** The words of its configuration space. */
  readonly config?: readonly number[];
  /** Answers a chain of a queue; undefined leaves it where it is until `poll` is called. */
  serve(queue: number, chain: Chain): Uint8Array | undefined;
  /** The driver resets the device: what waits for it is dropped. */
  drop?(): void;
}

export interface VirtioDefinition<P extends Properties> {
  readonly compatible: string;
  readonly summary: string;
  readonly reference: string;
  readonly deviceId: number;
  readonly queues: number;
  readonly properties: P;
  /** Numbers of its own that a snapshot must hold, as they are after reset. */
  readonly own?: Readonly<Record<string, number>>;
  readonly build: (parts: {
    readonly name: string;
    readonly properties: Values<P>;
    readonly host: HostPorts;
    readonly own: Record<string, number>;
    /** Looks at a queue again, when there is something to answer with. */
    readonly poll: (queue: number) => void;
  }) => VirtioDevice;
}

/** Makes the model of a virtio device. */
export function defineVirtio<const P extends Properties>(definition: VirtioDefinition<P>): DeviceModel<P> {
  const { compatible, summary, reference, deviceId, queues: count, properties: declared } = definition;
  return defineDevice({
    compatible,
    summary,
    reference,
    sizeBytes: 0x200,
    properties: declared,
    interrupts: ['INTR'],
    registers: virtioRegisters,
    // Linux, bindings/virtio/mmio.yaml.
    deviceTree: () => ({ node: 'virtio', compatible: ['virtio,mmio'] }),
    state: () => ({
      own: { ...definition.own },
      selected: 0,
      featureWord: 0,
      queues: Array.from({ length: count }, emptyQueue),
    }),

    behave({ name, registers, state, properties, host, line, report }) {
      const { InterruptStatus, Status } = registers;
      const interrupt = line('INTR');
      const drive = () => interrupt.set(InterruptStatus.value !== 0);
      const poll = (n: number) => {
        const queueState = state.queues[n];
        if (queueState === undefined || Status.value & NEEDS_RESET) return;
        const queue = new Queue(queueState, host.memory);
        let answered = false;
        try {
          for (let chain = queue.next(); chain !== undefined; chain = queue.next()) {
            const answer = device.serve(n, chain);
            if (answer === undefined) break;
            queue.answer(chain, answer.subarray(0, chain.writableBytes));
            answered = true;
          }
          if (answered && !queue.silent) InterruptStatus.value |= USED_BUFFER;
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          report(`queue ${n}: ${error.message}`);
          Status.value |= NEEDS_RESET;
        }
        drive();
      };
      const device = definition.build({ name, properties, host, own: state.own, poll });
      const selected = () => state.queues[state.selected];
      const set = (key: 'descriptors' | 'driver' | 'device', high: boolean) => (value: number) => {
        const queue = selected();
        if (queue === undefined) return;
        const low = queue[key] % 2 ** 32;
        queue[key] = high ? low + (value & 0xff) * 2 ** 32 : queue[key] - low + value;
      };
      return {
        read: {
          DeviceID: () => deviceId,
          VendorID: () => 0x41,
          DeviceFeatures: () =>
            state.featureWord === 0 ? (device.features ?? 0) : state.featureWord === 1 ? VERSION_1 : 0,
          QueueNumMax: () => (selected() ? MOST_DESCRIPTORS : 0),
          QueueReady: () => (selected()?.ready ? 1 : 0),
          Config: (n) => device.config?.[n] ?? 0,
        },
        write: {
          DeviceFeaturesSel(value) {
            state.featureWord = value;
          },
          DriverFeatures: () => {},
          QueueSel(value) {
            state.selected = value;
          },
          QueueNum(value) {
            const queue = selected();
            if (queue && value <= MOST_DESCRIPTORS) queue.size = value;
          },
          QueueReady(value) {
            const queue = selected();
            if (queue) Object.assign(queue, { ready: value === 1 }, value === 1 ? { taken: 0, used: 0 } : {});
          },
          QueueNotify: poll,
          InterruptACK(value) {
            InterruptStatus.value &= ~value;
            drive();
          },
          Status(value) {
            Status.value = value;
            if (value !== 0) return;
            // Writing zero resets the device (4.2.2.1).
            device.drop?.();
            InterruptStatus.value = 0;
            for (const queue of state.queues) Object.assign(queue, emptyQueue());
            drive();
          },
          QueueDescLow: set('descriptors', false),
          QueueDescHigh: set('descriptors', true),
          QueueDriverLow: set('driver', false),
          QueueDriverHigh: set('driver', true),
          QueueDeviceLow: set('device', false),
          QueueDeviceHigh: set('device', true),
        },
        settle: drive,
      };
    },
  });
}

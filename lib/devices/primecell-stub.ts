/** A PrimeCell that only says who it is: drivers find it by its ID, and everything else reads as zero. */
import { defineDevice } from '../device/device.ts';
import { peripheralId, primeCellIds } from '../device/primecell.ts';

export const primecellStub = defineDevice({
  compatible: 'arm,primecell-stub',
  summary: 'identification registers of a PrimeCell that is not modelled',
  reference: 'the manual of the part, section "Peripheral identification registers"',
  sizeBytes: 0x1000,
  properties: {
    partNumber: { type: 'integer', default: 0, summary: '12 bits that look like the name: 0x041 is a PL041' },
    revision: { type: 'integer', default: 0, summary: '4 bits' },
    designer: { type: 'integer', default: 0x41, summary: '8 bits; 0x41 is Arm' },
    configuration: { type: 'integer', default: 0, summary: '8 bits' },
  },
  interrupts: ['INTR0', 'INTR1'],
  registers: primeCellIds({ partNumber: 0 }),
  state: () => ({}),

  behave({ properties }) {
    const ids = peripheralId(properties);
    return {
      read: {
        PeriphID0: () => ids[0],
        PeriphID1: () => ids[1],
        PeriphID2: () => ids[2],
        PeriphID3: () => ids[3],
      },
    };
  },
});

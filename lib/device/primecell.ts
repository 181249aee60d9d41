/** The eight identification registers that every PrimeCell ends with (as in DDI 0183G, chapter 3). */
import { ro } from './registers.ts';

export interface PrimeCellIdentity {
  /** 12 bits, in hexadecimal what people call the part: 0x011 is a PL011. */
  readonly partNumber: number;
  /** 4 bits, counted from 0. */
  readonly revision?: number;
  /** 8 bits; Arm is 0x41. */
  readonly designer?: number;
  /** 8 bits. */
  readonly configuration?: number;
}

const id = (at: number, reset: number) => ro({ at, reset, widthBits: 8 });

/** Returns the four PeriphID bytes of an identity. */
export function peripheralId(identity: PrimeCellIdentity): [number, number, number, number] {
  const { partNumber, revision = 0, designer = 0x41, configuration = 0 } = identity;
  return [
    partNumber & 0xff,
    ((designer & 0xf) << 4) | ((partNumber >>> 8) & 0xf),
    ((revision & 0xf) << 4) | ((designer >>> 4) & 0xf),
    configuration & 0xff,
  ];
}

/** The clock of the peripheral bus, which every PrimeCell's binding wants (arm,primecell.yaml); its rate matters to none. */
export const busClock = { apb_pclk: 24_000_000 } as const;

type PrimeCellRegister = `${'PeriphID' | 'PCellID'}${0 | 1 | 2 | 3}`;

/** Declares PeriphID0-3 and PCellID0-3 at 0xfe0 to 0xffc. */
export function primeCellIds(identity: PrimeCellIdentity): Record<PrimeCellRegister, ReturnType<typeof id>> {
  const [id0, id1, id2, id3] = peripheralId(identity);
  return {
    PeriphID0: id(0xfe0, id0),
    PeriphID1: id(0xfe4, id1),
    PeriphID2: id(0xfe8, id2),
    PeriphID3: id(0xfec, id3),
    PCellID0: id(0xff0, 0x0d),
    PCellID1: id(0xff4, 0xf0),
    PCellID2: id(0xff8, 0x05),
    PCellID3: id(0xffc, 0xb1),
  };
}

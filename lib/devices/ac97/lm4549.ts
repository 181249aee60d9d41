/**
 * LM4549, the AC '97 codec of the motherboard (National Semiconductor's data sheet, "Register Descriptions"): a file of
 * registers of 16 bits behind the AC-link. What it makes audible is not modelled; how fast it wants samples is.
 */

/** Reset values, and the bits that can be written. What is not here is reserved and reads as zero. */
// prettier-ignore
const REGISTERS: Readonly<Record<number, readonly [reset: number, mask: number]>> = {
  0x00: [0x0d50, 0],      // any write resets
  0x02: [0x8000, 0xbf3f], // master volume
  0x04: [0x8000, 0xbf3f], // line level volume
  0x06: [0x8000, 0x803f], // mono volume
  0x0a: [0x0000, 0x801e], // PC beep
  0x0c: [0x8008, 0x801f], // phone
  0x0e: [0x8008, 0x805f], // microphone
  0x10: [0x8808, 0x9f1f], // line in
  0x12: [0x8808, 0x9f1f], // CD
  0x14: [0x8808, 0x9f1f], // video
  0x16: [0x8808, 0x9f1f], // auxiliary
  0x18: [0x8808, 0x9f1f], // PCM out
  0x1a: [0x0000, 0x0707], // record select
  0x1c: [0x8000, 0x8f0f], // record gain
  0x20: [0x0000, 0xa380], // general purpose
  0x22: [0x0101, 0],      // 3D control
  0x26: [0x000f, 0xbf00], // powerdown control and status
  0x28: [0x0001, 0],      // extended audio ID: variable rates, primary codec
  0x2a: [0x0000, 0x0001], // extended audio status and control: VRA
  0x2c: [0xbb80, 0xffff], // rate of the DAC
  0x32: [0xbb80, 0xffff], // rate of the ADC
  0x7c: [0x4e53, 0],      // vendor: NSC
  0x7e: [0x4331, 0],
};
const RESET = 0x00;
const POWERDOWN = 0x26;
const EXTENDED = 0x2a;
const RATES = { dac: 0x2c, adc: 0x32 } as const;
const FRAME_RATE = 48_000;
const LOWEST_RATE = 4_000;
const ATTENUATIONS = [0x02, 0x04, 0x06];

/** Returns its registers after reset, by address. */
export function codecAfterReset(): Uint16Array {
  const registers = new Uint16Array(0x80);
  for (const [address, [reset]] of Object.entries(REGISTERS)) registers[Number(address)] = reset;
  return registers;
}

/** Samples a second that a converter takes or gives: those of the AC-link, unless variable rates are on (VRA). */
export const rateOfConverter = (registers: Uint16Array, which: keyof typeof RATES): number => registers[RATES[which]]!;

/** Takes a write of a register as slots 1 and 2 of a frame give it. */
export function writeCodec(registers: Uint16Array, address: number, value: number): void {
  if (address === RESET) registers.set(codecAfterReset());
  const [, mask = 0] = REGISTERS[address] ?? [];
  if (mask === 0) return;
  if (address === RATES.dac || address === RATES.adc) {
    // Any rate from 4 to 48 kHz; of others the nearest one.
    if (registers[EXTENDED]) registers[address] = Math.min(Math.max(value, LOWEST_RATE), FRAME_RATE);
    return;
  }
  registers[address] = value & mask;
  if (ATTENUATIONS.includes(address)) {
    // There are five bits of attenuation: with a sixth, it is all of them.
    for (const msb of [0x20, 0x2000])
      if (value & mask & msb) registers[address] = (registers[address] & ~msb) | (msb - (msb >>> 5));
  } else if (address === POWERDOWN) {
    const [adc, dac, mixers, reference] = [8, 9, 10, 11].map((bit) => ((value >>> bit) & 1) === 0);
    registers[address] |=
      Number(adc) | (Number(dac) << 1) | (Number(mixers && reference) << 2) | (Number(reference) << 3);
  } else if (address === EXTENDED && !(value & 1)) {
    registers[RATES.dac] = registers[RATES.adc] = FRAME_RATE;
  }
}

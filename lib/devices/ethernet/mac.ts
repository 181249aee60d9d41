/** The address of an Ethernet controller, as a description writes it. */

export const macProperty = {
  type: 'string',
  default: '52:54:00:12:34:56',
  summary: 'the Ethernet address: six bytes in hexadecimal',
} as const;

/** Returns the six bytes; what is no address is the default one. */
export function macAddress(text: string): number[] {
  const written = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text) ? text : macProperty.default;
  return written.split(':').map((byte) => Number.parseInt(byte, 16));
}

/** The address of an Ethernet controller, as a description writes it. */

export const macProperty = {
  type: 'string',
  default: '52:54:00:12:34:56',
  pattern: { form: /^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/, example: '52:54:00:12:34:56' },
  summary: 'the Ethernet address',
} as const;

/** Returns the six bytes. */
export const macAddress = (text: string): number[] => text.split(':').map((byte) => Number.parseInt(byte, 16));

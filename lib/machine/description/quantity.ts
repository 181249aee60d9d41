/**
 * The one conversion of numbers as people write them: addresses, sizes, frequencies, plain integers.
 * YAML 1.2 has no underscores in numbers, so `0x8000_0000` arrives as text, like `2GiB` and `62.5MHz`.
 */

export type QuantityKind = 'integer' | 'address' | 'size' | 'frequency';

const SIZE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  k: 2 ** 10,
  kib: 2 ** 10,
  m: 2 ** 20,
  mib: 2 ** 20,
  g: 2 ** 30,
  gib: 2 ** 30,
  t: 2 ** 40,
  tib: 2 ** 40,
};
const FREQUENCY_UNITS: Readonly<Record<string, number>> = { hz: 1, khz: 1e3, mhz: 1e6, ghz: 1e9 };

const PLAIN = '0[xX][0-9a-fA-F_]+|[0-9][0-9_]*';
const SCALED = '[0-9][0-9_]*(\\.[0-9]+)?';

/** How each kind is written as text: a regular expression for the whole of it, without flags. */
export const quantityPattern: Readonly<Record<QuantityKind, string>> = {
  integer: `^(${PLAIN})$`,
  address: `^(${PLAIN})$`,
  size: `^((${PLAIN})|${SCALED} ?([kKmMgGtT](i[bB])?|[bB]))$`,
  frequency: `^((${PLAIN})|${SCALED} ?([kKmMgG]?[hH][zZ]))$`,
};

/** What would be right, for the message. */
export const quantityExample: Readonly<Record<QuantityKind, string>> = {
  integer: 'write a whole number such as 12 or 0x1f',
  address: 'write an address such as 0x1c090000 or "0x1c09_0000"',
  size: 'write a number of bytes, or a size such as 64KiB, 512MiB or 2GiB',
  frequency: 'write a number of hertz, or a frequency such as 62.5MHz',
};

/** Converts to a whole number from 0 to 2**53 - 1 (bytes, hertz); undefined if it is none. */
export function toQuantity(written: unknown, kind: QuantityKind): number | undefined {
  const value = typeof written === 'string' ? fromText(written.trim(), kind) : written;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function fromText(text: string, kind: QuantityKind): number | undefined {
  // `2GB` is refused: it is seven percent less to some and the same to others.
  if (!new RegExp(quantityPattern[kind]).test(text)) return undefined;
  const digits = text.replaceAll('_', '');
  if (isHex(digits)) return Number(digits);
  const [, number = '', unit = ''] = /^([\d.]+) ?([a-z]*)$/i.exec(digits) ?? [];
  const scale = unit === '' ? 1 : (kind === 'size' ? SIZE_UNITS : FREQUENCY_UNITS)[unit.toLowerCase()];
  // 62.5e6 is exact, 32.768 * 1e3 is not: decimals of a unit are whole to within rounding or not at all.
  const value = Number(number) * (scale ?? NaN);
  return Math.abs(value - Math.round(value)) < 1e-6 ? Math.round(value) : undefined;
}

const isHex = (text: string): boolean => /^0x/i.test(text);

/** Shows an address or another hexadecimal number in fours: `0x0800_0000`. */
export const showHex = (value: number): string => {
  const digits = value.toString(16);
  if (digits.length <= 4) return `0x${digits}`;
  const padded = digits.length < 8 ? digits.padStart(8, '0') : digits;
  return `0x${padded.replace(/(?<=.)(?=(?:.{4})+$)/g, '_')}`;
};

/** Shows a number of bytes in the largest unit that it is a multiple of: `2GiB`. */
export const showSize = (bytes: number): string => {
  for (const [unit, scale] of [
    ['TiB', 2 ** 40],
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const)
    if (bytes >= scale && bytes % scale === 0) return `${bytes / scale}${unit}`;
  return `${bytes}`;
};

/** Shows a frequency in megahertz or, if that says it better, in hertz: `62.5MHz`. */
export const showFrequency = (hertz: number): string =>
  hertz >= 1e6 && (hertz / 1e6).toString().length <= 6 ? `${hertz / 1e6}MHz` : `${hertz}Hz`;

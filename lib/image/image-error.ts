/** The one error that reading a guest image can give (a user's mistake: one line, no stack). */

/** Says which file is wrong, in what, and what would be right. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly file: string;

  constructor(file: string, wrong: string, right: string) {
    super(`${file}: ${wrong}; ${right}`);
    this.file = file;
  }
}

/** Shows a number as software people write it: `0x0800_0000`. */
export const hex = (value: number): string => {
  const digits = value.toString(16);
  if (digits.length <= 4) return `0x${digits}`;
  const padded = digits.length < 8 ? digits.padStart(8, '0') : digits;
  return `0x${padded.replace(/(?<=.)(?=(?:.{4})+$)/g, '_')}`;
};

/** Pictures out of memory: pixels as a PL111 takes them from words (ARM DDI 0293C, 2.4 and 3.2). */
/** A picture of rows from top to bottom, three bytes (red, green, blue) a pixel. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** `p` goes through the palette; `x` says the bits of each colour, from the most significant. */
export type PixelFormat = 'p1' | 'p2' | 'p4' | 'p8' | 'x1555' | 'x888' | 'x565' | 'x444';

export interface FrameLayout {
  readonly width: number;
  readonly height: number;
  readonly format: PixelFormat;
  /** Red is in the more significant bits (control bit BGR), else blue. */
  readonly redFirst: boolean;
  readonly bigEndianBytes: boolean;
  /** Pixels of less than a byte start at its most significant bits. */
  readonly bigEndianPixels: boolean;
  /** Palette entries are shades of grey, in the bits of red. */
  readonly grey: boolean;
}

const BITS: Readonly<Record<PixelFormat, number>> = {
  p1: 1,
  p2: 2,
  p4: 4,
  p8: 8,
  x1555: 16,
  x888: 32,
  x565: 16,
  x444: 16,
};
/** Widths of the low, middle and high colour of a direct format. */
const COLOURS: Readonly<Partial<Record<PixelFormat, readonly [number, number, number]>>> = {
  x1555: [5, 5, 5],
  x888: [8, 8, 8],
  x565: [5, 6, 5],
  x444: [4, 4, 4],
};

/** Reads a picture; what is no memory is black. `palette` has two entries a word, 1:5:5:5 with red lowest. */
export function decodeFrame(
  layout: FrameLayout,
  palette: readonly number[],
  read: (lengthBytes: number) => Uint8Array | undefined,
): Frame {
  const { width, height, format } = layout;
  const pixelBits = BITS[format];
  const bytes = read(Math.ceil((width * height * pixelBits) / 32) * 4);
  const rgb = new Uint8Array(3 * width * height);
  if (bytes === undefined) return { width, height, rgb };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const perWord = 32 / pixelBits;
  const ones = pixelBits === 32 ? 0xffff_ffff : 2 ** pixelBits - 1;
  const colours = COLOURS[format];
  for (let pixel = 0; pixel < width * height; pixel++) {
    const word = view.getUint32(Math.floor(pixel / perWord) * 4, !layout.bigEndianBytes);
    const place = placeOf(pixel % perWord, pixelBits, layout);
    const value = (word >>> place) & ones;
    if (colours === undefined) paint(rgb, 3 * pixel, palette[value >>> 1]! >>> (16 * (value & 1)), [5, 5, 5], layout);
    else paint(rgb, 3 * pixel, value, colours, layout);
  }
  return { width, height, rgb };
}

/** The lowest bit of the n-th pixel of a word. */
function placeOf(n: number, pixelBits: number, { bigEndianBytes, bigEndianPixels }: FrameLayout): number {
  if (pixelBits >= 8) return bigEndianBytes ? 32 - pixelBits * (n + 1) : pixelBits * n;
  const perByte = 8 / pixelBits;
  const byte = Math.floor(n / perByte);
  const inByte = n % perByte;
  const low = pixelBits * (bigEndianPixels ? perByte - 1 - inByte : inByte);
  return 8 * (bigEndianBytes ? 3 - byte : byte) + low;
}

function paint(
  rgb: Uint8Array,
  at: number,
  value: number,
  [low, middle, high]: readonly [number, number, number],
  { redFirst, grey }: FrameLayout,
): void {
  const first = widened(value, low);
  const second = grey ? first : widened(value >>> low, middle);
  const third = grey ? first : widened(value >>> (low + middle), high);
  rgb[at] = redFirst ? third : first;
  rgb[at + 1] = second;
  rgb[at + 2] = redFirst ? first : third;
}

/** A colour of 4 to 8 bits as eight. */
function widened(value: number, widthBits: number): number {
  const colour = value & (2 ** widthBits - 1);
  return (colour << (8 - widthBits)) | (colour >>> (2 * widthBits - 8));
}

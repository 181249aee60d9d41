/** What each character of an American keyboard is pressed with: scan code set 2 (IBM, Personal System/2, Keyboard). */

/** Make codes by the characters of the key, without and with Shift. */
// prettier-ignore
const KEYS: readonly (readonly [code: number, characters: string])[] = [
  [0x0e, '`~'], [0x16, '1!'], [0x1e, '2@'], [0x26, '3#'], [0x25, '4$'], [0x2e, '5%'], [0x36, '6^'], [0x3d, '7&'],
  [0x3e, '8*'], [0x46, '9('], [0x45, '0)'], [0x4e, '-_'], [0x55, '=+'], [0x66, '\b'], [0x0d, '\t'],
  [0x15, 'qQ'], [0x1d, 'wW'], [0x24, 'eE'], [0x2d, 'rR'], [0x2c, 'tT'], [0x35, 'yY'], [0x3c, 'uU'], [0x43, 'iI'],
  [0x44, 'oO'], [0x4d, 'pP'], [0x54, '[{'], [0x5b, ']}'], [0x5d, '\\|'],
  [0x1c, 'aA'], [0x1b, 'sS'], [0x23, 'dD'], [0x2b, 'fF'], [0x34, 'gG'], [0x33, 'hH'], [0x3b, 'jJ'], [0x42, 'kK'],
  [0x4b, 'lL'], [0x4c, ';:'], [0x52, '\'"'], [0x5a, '\n'],
  [0x1a, 'zZ'], [0x22, 'xX'], [0x21, 'cC'], [0x2a, 'vV'], [0x32, 'bB'], [0x31, 'nN'], [0x3a, 'mM'], [0x41, ',<'],
  [0x49, '.>'], [0x4a, '/?'], [0x29, ' '], [0x76, '\x1b'],
];
const SHIFT = 0x12;
const BREAK = 0xf0;

const strokes = new Map(
  KEYS.flatMap(([code, characters]) =>
    characters
      .split('')
      .map((character, shifted): [string, number[]] => [
        character,
        shifted ? [SHIFT, code, BREAK, code, BREAK, SHIFT] : [code, BREAK, code],
      ]),
  ),
);

/** Gives the bytes that a keyboard sends when a character is typed; none for one that it has not. */
export const strokeOf = (character: string): readonly number[] =>
  strokes.get(character === '\r' ? '\n' : character) ?? [];

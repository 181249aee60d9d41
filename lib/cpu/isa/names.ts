/** How operands print, in the assembler's unified syntax (DDI 0406C, A8.2). */
const NAMES = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'fp', 'ip', 'sp', 'lr', 'pc'];

/** The name of a core register, 0 to 15. */
export const r = (n: number): string => NAMES[n]!;
/** A register list; bit n of `list` stands for register n. */
export const registerList = (list: number): string => `{${NAMES.filter((_, n) => (list >>> n) & 1).join(', ')}}`;
/** An immediate that may be negative. */
export const signed = (n: number): string => `#${n | 0}`;
/** An immediate of 32 bits without a sign. */
export const unsigned = (n: number): string => `#${n >>> 0}`;
/** The address that is `offset` bytes from the instruction at `address`. */
export const addressText = (address: number, offset: number): string => `0x${((address + offset) >>> 0).toString(16)}`;
/** A constant with a fraction: without a point it would be taken for an integer. */
export const real = (n: number): string => `#${Number.isInteger(n) ? n.toFixed(1) : n}`;

/** How operands print, in the assembler's unified syntax. */
const NAMES = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'fp', 'ip', 'sp', 'lr', 'pc'];
export const r = (n: number): string => NAMES[n]!;
export const registerList = (list: number): string => `{${NAMES.filter((_, n) => (list >>> n) & 1).join(', ')}}`;
export const signed = (n: number): string => `#${n | 0}`;

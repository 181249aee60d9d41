/** ITSTATE: the state of an IT block, eight bits of a program status register (DDI 0406C, A2.5.2). */

/** ITSTATE from its two places in a PSR. */
export const itOf = (psr: number): number => ((psr >>> 8) & 0xfc) | ((psr >>> 25) & 3);
/** ITSTATE in its two places in a PSR. */
export const itBits = (it: number): number => ((it & 0xfc) << 8) | ((it & 3) << 25);

/** ITAdvance(): the state at the next instruction. */
export const advanceIt = (it: number): number => ((it & 7) === 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f));

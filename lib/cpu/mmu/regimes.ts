/** Which banks of fast translations belong to which regime. (DDI 0406C, B3.1.3) */
import { BANKS } from '../state/layout.ts';
import { REGIME } from './tlb.ts';

/** The bank whose every access is slow. */
export const SLOW_BANK = BANKS.indexOf('slow');
/** The banks of each regime. */
export const BANKS_OF_REGIME = [[3, 4], [0, 1], [2]] as const;
/** The regime of each bank but the slow one. */
export const REGIME_OF_BANK = [REGIME.nonSecure, REGIME.nonSecure, REGIME.hyp, REGIME.secure, REGIME.secure] as const;

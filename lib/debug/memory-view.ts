/**
 * By which translations a debugger looks at memory: as the thread itself translates, or as somebody has asked by
 * `monitor view`.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { REGIME } from '../cpu/mmu/tlb.ts';
import { Translation } from '../cpu/mmu/translation.ts';
import { SavedState, type CpuState, type RegimeName } from './saved-state.ts';

/** A translation: by whose registers, and of what kind; `ipa` is stage 2 alone, `pa` none at all. */
export interface Seen {
  readonly words: string;
  readonly state: CpuState;
  readonly regime: RegimeName | 'ipa' | 'pa';
}

/** What `monitor view` knows; a guest has none but `auto`, `ipa` and `pa`. */
export type ViewName = 'auto' | 'hyp' | 'host' | 'secure' | 'ipa' | 'pa';
/** A choice, with the client whose it is; it is forgotten with it. */
export interface View {
  readonly name: ViewName;
  readonly client?: object;
}
export const AUTO: View = { name: 'auto' };

/** The regimes in words. */
export const REGIME_WORDS: Readonly<Record<RegimeName, string>> = {
  secure: 'Secure PL1&0',
  nonSecure: 'Non-secure PL1&0',
  hyp: 'PL2',
};

/** Stage 2 alone, or no translation, with the registers of a state. */
export const INTERMEDIATE = (state: CpuState): Seen => ({ words: 'stage 2', state, regime: 'ipa' });
export const PHYSICAL = (state: CpuState): Seen => ({ words: 'physical addresses', state, regime: 'pa' });

/** Where an address leads, by the first translation that leads anywhere. Nothing changes. */
export function locate(
  seen: readonly Seen[],
  address: number,
): { readonly physical: number; readonly by: string } | undefined {
  for (const { state, regime, words } of seen) {
    const physical = translate(state, regime, address);
    if (physical >= 0) return { physical, by: words };
  }
  return undefined;
}

function translate(state: CpuState, regime: Seen['regime'], address: number): number {
  if (regime === 'pa') return address;
  const translation = translationOf(state);
  if (regime !== 'ipa') return translation.debug(REGIME[regime], address >>> 0);
  const { mapped, physical } = translation.stage2(address);
  return mapped ? physical : -1;
}

const translations = new WeakMap<Cpu, Translation>();
/** What walks tables by the registers of a state. */
export function translationOf(state: CpuState): Translation {
  if (state instanceof SavedState) return state.translation;
  let translation = translations.get(state);
  if (translation === undefined) translations.set(state, (translation = new Translation(state)));
  return translation;
}

/** Exception classes of HSR.EC: what a debugger's commands call them, and what a log does. (DDI 0406C, B3.13.6, table B3-25) */

export interface ExceptionClass {
  readonly name: string;
  readonly words: string;
}
const named = (name: string, words: string): ExceptionClass => ({ name, words });

export const EXCEPTION_CLASSES: Readonly<Record<number, ExceptionClass>> = {
  0x00: named('unknown', 'undefined instruction'),
  0x01: named('wfx', 'WFI or WFE'),
  0x03: named('cp15', 'CP15 MCR or MRC'),
  0x04: named('cp15-64', 'CP15 MCRR or MRRC'),
  0x05: named('cp14', 'CP14 MCR or MRC'),
  0x06: named('cp14-ldc', 'CP14 LDC or STC'),
  0x07: named('vfp', 'VFP or SIMD access'),
  0x08: named('vmrs', 'VMRS'),
  0x0a: named('bxj', 'BXJ'),
  0x0c: named('cp14-64', 'CP14 MCRR or MRRC'),
  0x11: named('svc', 'SVC'),
  0x12: named('hvc', 'HVC'),
  0x13: named('smc', 'SMC'),
  0x20: named('iabt', 'prefetch abort'),
  0x21: named('iabt-hyp', 'prefetch abort in Hyp'),
  0x24: named('dabt', 'data abort'),
  0x25: named('dabt-hyp', 'data abort in Hyp'),
};
/** Those that Hyp mode takes from itself. */
export const OWN_CLASSES: readonly number[] = [0x21, 0x25];

/** Which address space is current: ASID and VMID, which tag TLB entries. (DDI 0406C, B3.9.1, B3.10.3) */
import { reg } from '../system/registers.ts';

import { BIT } from '../system/fields.ts';

const CONTEXTIDR = reg('CONTEXTIDR');
const TTBCR = reg('TTBCR');
const TTBR0 = reg('TTBR0');
const TTBR1 = reg('TTBR1');
const VTTBR = reg('VTTBR'),
  HCR = reg('HCR');

/** Gives the ASID of a bank of the registers (0 Secure, 1 Non-secure): CONTEXTIDR's, or with TTBCR.EAE that of TTBCR.A1. */
export function currentAsid(words: Int32Array, bank: number): number {
  const ttbcr = words[TTBCR + bank]!;
  if (ttbcr >= 0) return words[CONTEXTIDR + bank]! & 0xff;
  const table = (ttbcr & BIT.TTBCR.A1) === 0 ? TTBR0 : TTBR1;
  return (words[table + 2 * bank + 1]! >>> 16) & 0xff;
}

/**
 * Gives what tags translations of Non-secure PL1 and PL0: VTTBR.VMID, and above it the bits of HCR that translation depends
 * on (VM, PTW, DC), so that a hypervisor that clears HCR on its way out of a guest finds the guest's translations again.
 */
export function currentVmid(words: Int32Array): number {
  const hcr = words[HCR]!;
  const stage2 = (hcr & 1) | ((hcr >>> 1) & 2) | ((hcr >>> 10) & 4);
  return ((words[VTTBR + 1]! >>> 16) & 0xff) | (stage2 << 8);
}

/**
 * The second-level TLB: translations of 4 KB pages with their attributes, tagged by regime, ASID and VMID, so that a
 * change of process needs no walk again. Larger leaves are entered page by page, and remembered for invalidation.
 */

const ENTRIES = 8192;
const VALID = 1 << 24;

/** Translation regimes that have entries of their own. */
export const REGIME = { secure: 0, nonSecure: 1, hyp: 2 } as const;

/** Attribute bits of an entry, beginning with the six permissions. */
export const ATTRIBUTE = {
  readPL0: 1,
  writePL0: 2,
  executePL0: 4,
  readPL1: 8,
  writePL1: 16,
  executePL1: 32,
  /** Not Normal memory: unaligned accesses fault. */
  device: 64,
  global: 128,
  /** Stage 2 takes part, so that a manager domain does not allow everything. */
  stage2: 256,
  /** Domains are checked (short descriptors); the number is in bits 15 to 12. */
  domains: 1024,
  domainShift: 12,
} as const;

export class Tlb {
  readonly #tag = new Int32Array(ENTRIES);
  readonly #asid = new Int16Array(ENTRIES);
  readonly #vmid = new Int16Array(ENTRIES);
  /** Physical page numbers and attributes, by entry. */
  readonly page = new Int32Array(ENTRIES);
  readonly attributes = new Int32Array(ENTRIES);
  /** Per regime and megabyte of virtual space: log2 of the largest leaf entered there. */
  readonly #large = [new Uint8Array(4096), new Uint8Array(4096), new Uint8Array(4096)] as const;
  /** Per regime: a bit for every page entered since it was last dropped, and the megabytes that have such a bit. */
  readonly #entered = [new Int32Array(2 ** 15), new Int32Array(2 ** 15), new Int32Array(2 ** 15)] as const;
  readonly #megabytes = [new Uint8Array(4096), new Uint8Array(4096), new Uint8Array(4096)] as const;
  misses = 0;

  /** The entry of a page, -1 if there is none. */
  find(regime: number, page: number, asid: number, vmid: number): number {
    const i = indexOf(regime, page);
    if (this.#tag[i] !== (page | (regime << 20) | VALID)) return -1;
    if ((this.attributes[i]! & ATTRIBUTE.global) === 0 && this.#asid[i] !== asid) return -1;
    return regime === REGIME.nonSecure && this.#vmid[i] !== vmid ? -1 : i;
  }

  enter(
    regime: number,
    page: number,
    asid: number,
    vmid: number,
    physicalPage: number,
    attributes: number,
    leafLog2: number,
  ): number {
    const i = indexOf(regime, page);
    this.#tag[i] = page | (regime << 20) | VALID;
    this.#asid[i] = asid;
    this.#vmid[i] = vmid;
    this.page[i] = physicalPage;
    this.attributes[i] = attributes;
    const entered = this.#entered[regime]!;
    entered[page >>> 5] = entered[page >>> 5]! | (1 << (page & 31));
    this.#megabytes[regime]![page >>> 8] = 1;
    const large = this.#large[regime]!;
    if (leafLog2 > 12 && large[page >>> 8]! < leafLog2) large[page >>> 8] = leafLog2;
    return i;
  }

  /** Whether the entry has this permission, and DACR allows it; false also where only a walk can tell. */
  permits(entry: number, permission: number, dacr: number): boolean {
    const attributes = this.attributes[entry]!;
    if ((attributes & ATTRIBUTE.domains) !== 0) {
      const domain = (attributes >>> ATTRIBUTE.domainShift) & 15;
      const access = (dacr >>> (2 * domain)) & 3;
      if ((access & 1) === 0) return false;
      if (access === 3 && (attributes & ATTRIBUTE.stage2) === 0) return true;
    }
    return (attributes & permission) !== 0;
  }

  clear(): void {
    this.#tag.fill(0);
    for (const regime of this.#large.keys()) this.#forgetPages(regime);
  }
  clearRegime(regime: number): void {
    for (let i = 0; i < ENTRIES; i++) if (((this.#tag[i]! >> 20) & 3) === regime) this.#tag[i] = 0;
    this.#forgetPages(regime);
  }
  #forgetPages(regime: number): void {
    this.#large[regime]!.fill(0);
    const megabytes = this.#megabytes[regime]!;
    for (let mb = megabytes.indexOf(1); mb >= 0; mb = megabytes.indexOf(1, mb)) {
      this.#entered[regime]!.fill(0, 8 * mb, 8 * mb + 8);
      megabytes[mb] = 0;
    }
  }
  clearAsid(regime: number, asid: number): void {
    for (let i = 0; i < ENTRIES; i++) {
      if (
        ((this.#tag[i]! >> 20) & 3) === regime &&
        this.#asid[i] === asid &&
        (this.attributes[i]! & ATTRIBUTE.global) === 0
      )
        this.#tag[i] = 0;
    }
  }
  /** Drops a page, and returns log2 of the largest leaf that may cover it. */
  drop(regime: number, page: number): number {
    const i = indexOf(regime, page);
    if ((this.#tag[i]! & 0xf_ffff) === page && ((this.#tag[i]! >> 20) & 3) === regime) this.#tag[i] = 0;
    return this.#large[regime]![page >>> 8]!;
  }
  /**
   * Drops an aligned block of whole megabytes, which no leaf that is entered reaches beyond; `visit` is told of each page
   * that was entered, whether or not its entry is still there.
   */
  dropBlock(regime: number, page: number, count: number, visit: (page: number) => void): void {
    const entered = this.#entered[regime]!;
    const megabytes = this.#megabytes[regime]!;
    for (let mb = page >>> 8; mb < (page + count) >>> 8; mb++) {
      this.#large[regime]![mb] = 0;
      if (megabytes[mb] === 0) continue;
      megabytes[mb] = 0;
      for (let word = 8 * mb; word < 8 * mb + 8; word++) {
        for (let bits = entered[word]!; bits !== 0; bits &= bits - 1) {
          const each = 32 * word + 31 - Math.clz32(bits & -bits);
          const i = indexOf(regime, each);
          if (this.#tag[i] === (each | (regime << 20) | VALID)) this.#tag[i] = 0;
          visit(each);
        }
        entered[word] = 0;
      }
    }
  }
}

const indexOf = (regime: number, page: number): number => (page ^ (regime << 11)) & (ENTRIES - 1);

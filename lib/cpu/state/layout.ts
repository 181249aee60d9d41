/**
 * Where a CPU keeps its state: byte offsets from the CPU's base in the one WebAssembly memory.
 *
 * Everything that generated code touches stands here by name; the words of system registers follow from
 * {@link SYSTEM_WORDS} in the order of the register table.
 */
export const STATE = {
  /** R15's slot holds the value that reading PC gives, and, while the CPU is stopped, the address to go on at. */
  pc: 60,
  /** N is the sign of a word, Z says whether a word is zero, C is 0 or 1, V is the sign of a word. */
  N: 64,
  Z: 68,
  C: 72,
  V: 76,
  /** CPSR.Q and CPSR.T are 0 or 1, CPSR.GE four bits, CPSR.IT the eight bits of ITSTATE, CPSR.E 0 or 1. */
  Q: 80,
  GE: 84,
  it: 88,
  thumb: 92,
  /** CPSR.M, and CPSR's A, I and F at their places in CPSR. */
  mode: 96,
  aif: 100,
  bigEndian: 104,

  /** What is left of the budget, counted down by the dispatch loop after every instruction. */
  left: 108,
  /** Where control goes next, after a fault or a branch that leaves its page. */
  target: 112,
  /** What to add to a record's address, counted in instructions' bytes, to get its PC. */
  delta: 116,
  /** Set by a slow path when the instruction did not complete: control goes on at `target`. */
  fault: 120,
  /** The local monitor: the address an exclusive load marked, and its size in bytes (0: none). */
  exclusiveAddress: 124,
  exclusiveSize: 128,
  FPSCR: 132,
  FPEXC: 136,
  /** Thread-ID registers, which code reads all the time (B4.1.149 to B4.1.151). */
  TPIDRURW: 140,
  TPIDRURO: 144,
  TPIDRPRW: 148,
  /** SPSR of the current mode; those of the others are banked. User and System mode have none. */
  spsr: 152,
  /** 1 if no interrupt waits, masked or not. */
  quiet: 156,
  /** The event register (B1.8.13), and 1 if there is no other CPU to send events to. */
  event: 160,
  alone: 164,
  /** Which exceptions generated code may take and return from by itself, as {@link SWIFT} says. */
  swift: 168,

  // What follows from the mode: see FOLLOWING.

  /** The TLB tables of the current translation bank, and of PL0's for unprivileged accesses; the numbers of both banks. */
  tlb: 172,
  tlbUnprivileged: 176,
  bank: 180,
  bankUnprivileged: 184,
  /** 1 at PL1 and PL2. */
  privileged: 188,
  /** 1 if VFP and if Advanced SIMD instructions may execute now. */
  vfpEnabled: 192,
  simdEnabled: 196,
  /** 1 unless HSTR.T13 traps accesses to the thread-ID registers. */
  threadIds: 200,
  /** All ones where SCTLR.A, or HSCTLR.A, checks every access's alignment, else 0. */
  alignmentChecked: 204,
  /** Coprocessor accesses that the CPU's own code must see to now, as {@link TRAPS} says. */
  traps: 208,
  /** 1 where CPS and MSR change A, I and F as they ask for (B1.3.2). */
  masksFree: 212,
  /** What `vfpEnabled` and `simdEnabled` are where FPEXC.EN is set. */
  vfpAllowed: 216,
  simdAllowed: 220,

  /** Flags of which only the operands are known as yet, while a region runs ({@link LAZY}). */
  lazyFlags: 224,
  lazyA: 228,
  lazyB: 232,
  /** What generated code may do of the MMU's work, as {@link MAY} says. */
  may: 236,
  /** All ones where MRC and MCR reach the Non-secure copies of banked registers, else 0. */
  copies: 240,
  /** Where the vectors are with SCTLR.V: as of reset, for {@link FOLLOWING} names a word with their address. */
  highVectors: 244,
  /** How deep regions have called each other, times four: so far behind `returns` - 4 is the return address of the last. */
  nesting: 248,

  /** S0-S31, D0-D31 and Q0-Q15, over each other. */
  vfp: 256,
  /** Banked registers that are not current; see {@link BANKED}. */
  banked: 512,
  /** What follows from each kind of mode: see {@link FOLLOWING}. */
  following: 704,
  /** The return addresses of calls from one region to another, as LR has them, while regions run. */
  returns: 896,
  /** What this run may use of the budget; what it has used is this less `left`. */
  budget: 960,
  /** The generic counter when the run began, and how much of the next tick had passed: see {@link GenericTimer.begin}. */
  countLow: 964,
  countHigh: 968,
  countPart: 972,
  /** Of how many such parts a tick is, and how many an instruction takes. */
  tickParts: 976,
  instructionParts: 980,
  system: 1024,
} as const;
/**
 * Bits of `traps`: those of HSTR (T0 to T13), those of HCR that are listed here, where they stand in HCR, and by their numbers
 * HSTR.TTEE, one for all modes but Hyp mode, one for each counter that must not be read, and one for writes that somebody is
 * told of. At PL0 all but those of counters are set.
 */
export const TRAPS = {
  hstr: 0x3fff,
  hcr: 0x07ff_8000,
  thumbEE: 14,
  notHyp: 27,
  physicalCount: 28,
  virtualCount: 29,
  told: 30,
} as const;
/**
 * Bits of `may`: accesses refill the first-level TLB, unless a debugger watches them; instructions write registers and maintain
 * TLBs, unless a debugger is told.
 */
export const MAY = { refill: 1, maintain: 2 } as const;
/** What `lazyFlags` says: all flags are in their words, or follow from the sum or the difference of `lazyA` and `lazyB`. */
export const LAZY = { none: 0, add: 1, sub: 2 } as const;
/**
 * How a region is left: by executing, or arriving at, a record, or by going to an address; how many instructions are undone;
 * and in the lower bits which record of the page it is.
 */
export const EXIT = { execute: 0, arrive: 1, go: 2, howShift: 24, undoneShift: 12 } as const;
/** Regions call each other at most so deep. */
export const MOST_NESTED = 16;
/** What a region returns to one that called it if it went to the return address: no record. */
export const CAME_BACK = 1;
export type StateWord = Exclude<keyof typeof STATE, 'vfp' | 'banked' | 'following' | 'system'>;

/**
 * What follows from User mode, from the PL1 modes and from Hyp mode is the same until a register changes that it follows from.
 * From `STATE.following` on there is, for each of the three kinds: 1 if the rest is right, the words of the state from
 * `first` to `end`, the offset of the word with the vectors' address, and CPSR.T of exceptions taken to there.
 */
export const FOLLOWING = {
  kind: { user: 0, PL1: 1, hyp: 2 },
  first: STATE.tlb,
  end: STATE.simdAllowed + 4,
  valid: 0,
  words: 4,
  vectors: 4 + STATE.simdAllowed + 4 - STATE.tlb,
  thumb: 8 + STATE.simdAllowed + 4 - STATE.tlb,
  size: 12 + STATE.simdAllowed + 4 - STATE.tlb,
} as const;
/** Bits of `swift`: exceptions to PL1, traps to Hyp mode from below it, HVC, returns, and those from Hyp mode. */
export const SWIFT = { toPL1: 1, toHyp: 2, hvc: 4, returns: 8, returnsFromHyp: 16 } as const;

/** From the CPU's base: records for instructions executed once, and the record that goes to `target`. */
export const ONE_OFF_RECORDS = 6144;
/** Of which word, PC and ITSTATE they are, if it is an instruction across two pages; else ITSTATE is none. */
export const ONE_OFF = { word: 6192, pc: 6196, it: 6200 } as const;
export const JUMP_RECORD = 6208;
/** How often each exception was taken, and behind them how often one returned: an f64 each. */
export const COUNTS = 6272;
/** Bytes between the states of two CPUs. */
export const STATE_SIZE = 8192;
/** The largest number of CPUs in a cluster (DDI 0438I, 1.1). */
export const MAX_CPUS = 4;

/**
 * Words that all CPUs share, below the first CPU's state: where counters of heat are (0: nobody counts), the count at
 * which code is hot, and how many breakpoints there are at virtual addresses; where forms are (isa/forms.ts), and how many
 * instructions were decoded; where, by a sixteenth of a record's address, a byte says what it has been seen to do, as
 * {@link SEEN} says (0: nobody asks); and the count at which a counter of arrivals tells the translator.
 */
export const SHARED = {
  heat: 64,
  threshold: 68,
  breakpoints: 72,
  forms: 76,
  decoded: 80,
  seen: 84,
  sample: 88,
} as const;
/** Bits of what an instruction has been seen to do: access memory unaligned, load from a device what is nothing but a word. */
export const SEEN = { unaligned: 1, register: 2 } as const;
/**
 * In the last record of a micro-op page, which leads to the next: the host address of the guest's page if generated code
 * may decode from it, else 0; how often it was written to since something was decoded, and after how many writes it counts as
 * data again; and not 0 if the translator must be told before records go.
 */
export const MICRO_OP_PAGE = { source: 4, writes: 8, mostWrites: 16, watched: 12 } as const;
/**
 * The pages that a region has seen through its registers (see translator/views.ts): for each view the page's address and its
 * TLB entry. They are in memory, for as locals they took the registers that the guest's need.
 */
export const VIEWS = 256;
/** The most regions and counters at a time. */
export const PLACES = 16384;
/** Per place that one of them has taken in a record: the micro-op that was there, as u16. */
export const ORIGINALS = 0x1_0000;
/** Per place: how often control came to a counter, or which entry of its region it is, as u16. */
export const ARRIVALS = 0x1_8000;

/** Tables of one translation bank, a word per page of 4 KB: bytes from the bank's base. */
export const TLB = {
  read: 0,
  write: 0x40_0000,
  /** Per page: the address of its micro-ops as A32 and as T32 code, or 0. */
  fetchA32: 0x80_0000,
  fetchT32: 0xc0_0000,
  /** Per page: a byte that says in which lists it is, as {@link LISTED}; the pages that had an entry since they were cleared. */
  listed: 0x100_0000,
  kept: 0x110_0000,
  loose: 0x110_8000,
  /** How many there are in each list, and the DACR that entries were judged by. */
  keptCount: 0x111_0000,
  looseCount: 0x111_0004,
  dacr: 0x111_0008,
  /** A word that is not 0 if some of the pages of memory that have entries are not Normal: all must be accessed aligned. */
  strict: 0x111_000c,
  size: 0x111_1000,
  /** Flag bits of an entry of `read` and `write`: the fast path must not be taken. Entries are kept XOR these. */
  slow: 3,
  /** An entry with these flag bits has the number of a page of devices above them: see mmu/windows.ts. */
  window: 2,
  windowShift: 2,
} as const;

/**
 * The pages of a bank that had an entry: those of every address space that only domain 0 judges, whose field of DACR hardly
 * ever changes, and the others.
 */
export const LISTED = { kept: 1, loose: 2, most: 8192 } as const;

/** Translation banks of a CPU; the last one never has a fast entry. */
export const BANKS = ['nonSecurePL0', 'nonSecurePL1', 'hyp', 'securePL0', 'securePL1', 'slow'] as const;
export type Bank = (typeof BANKS)[number];

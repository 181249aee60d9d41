/**
 * The rows of the system registers against QEMU's Cortex-A15: who may access each, what it holds after reset, which of its bits
 * can be written, whether it has a copy for each security state. Where the two differ, the row stays as the manuals say (DDI 0406C; DDI 0438I, chapters 4, 10 and 11), and the
 * difference stands here with its reason; whatever else differs is a failure.
 */
import { expect } from 'chai';
import { needs } from '../../tools/requirements.ts';
import { encodings, LEVELS } from './probe.ts';
import { onQemu, UNTOUCHED, type Answer, type Step } from './qemu-probe.ts';
import { registerRows, type RegisterRow } from './register-rows.ts';

/** Registers by what QEMU says of them, and why it is not what the row says. */
const DIFFERENCES: readonly (readonly [because: string, differ: Readonly<Record<string, string>>])[] = [
  [
    'registers of Hyp mode are UNPREDICTABLE in Secure PL1 modes and in Monitor mode with SCR.NS 0 (B3.15); here they are UNDEFINED',
    {
      'access -b-bbb': `HSCTLR HACTLR HCR HDCR HCPTR HSTR HACR HTTBR HTCR HADFSR HAIFSR HSR HDFAR HIFAR HMAIR0 HMAIR1 HAMAIR0
        HAMAIR1 HVBAR HTPIDR CNTVOFF CNTHP_CVAL CNTHCTL CNTHP_TVAL CNTHP_CTL`,
      'access -w-www': 'ATS1HR ATS1HW TLBIALLHIS TLBIMVAHIS TLBIALLNSNHIS TLBIALLH TLBIMVAH TLBIALLNSNH',
    },
  ],
  [
    'QEMU keeps bits that are reserved on a Cortex-A15, or came with ARMv8',
    {
      'writable fffffffe': 'SCTLR HSCTLR',
      'writable 000033ff': 'SCR',
      'writable 000000f9': 'PMCR',
      'writable fe00ffff': 'PMXEVTYPER',
      'writable ffffffff': `SDER NSACR HDCR HCPTR HSTR HTCR VTCR DFSR IFSR HPFAR FCSEIDR CNTKCTL CNTHCTL DBGDSCRext TEEHBR DBGBVR0
        DBGBVR1 DBGBVR2 DBGBVR3 DBGBCR0 DBGBCR1 DBGBCR2 DBGBCR3 DBGBCR4 DBGBCR5 DBGWCR0 DBGWCR1 DBGWCR2 DBGWCR3`,
      'writable ffffffff:ffffffff': 'TTBR0 TTBR1 HTTBR VTTBR',
    },
  ],
  ['QEMU leaves out PD0 and PD1 once TTBCR.EAE is set, and keeps bit 30', { 'writable ffc73f87': 'TTBCR' }],
  [
    'QEMU ignores writes of what a Cortex-A15 keeps: auxiliary control and fault status, L2 control, RAMINDEX data',
    {
      'writable 00000000': `ACTLR ADFSR HADFSR L2CTLR L2ECTLR L2ACTLR L2PFR ACTLR2 IL1DATA0 IL1DATA1 IL1DATA2 DL1DATA0 DL1DATA1
        DL1DATA2 DL1DATA3`,
      'banked false': 'ADFSR',
      'access -bbbbb': 'RAMINDEX',
    },
  ],
  [
    'QEMU does not set what reads as one, or what a Cortex-A15 has after reset (DDI 0438I, 4.2)',
    { 'reset 00000000': 'HSCTLR HCPTR HTCR VTCR PRRR NMRR DBGDSCRint DBGDSCRext' },
  ],
  ['DDI 0438I, table 4-2: REVIDR is 0; QEMU has an alias of MIDR in its place', { 'reset 414fc0f0': 'REVIDR' }],
  [
    'QEMU does not have these',
    {
      'access ------': `PMCEID0 PMCEID1 CPUMERRSR L2MERRSR DBGDTRRXext DBGDTRTXext DBGDTRint DBGWFAR DBGBXVR4 DBGBXVR5 DBGPRCR
        DBGPRSR DBGDEVID DBGDEVID1 DBGCLAIMSET DBGCLAIMCLR DBGAUTHSTATUS`,
      // Reads leave the register of the instruction as it was.
      'reset untouched': 'DBGVCR',
      'writable ffffffff': 'DBGVCR',
    },
  ],
  [
    'PL0: TEECR can be read (A2.10), DBGDSCRint too (C11.11); JIDR and JMCR are as a trivial Jazelle has them (A2.11)',
    { 'access -bbbbb': 'TEECR JMCR', 'access -rrrrr': 'DBGDSCRint JIDR' },
  ],
];

/** What the program itself writes, what runs with time, and what has no bits before another register gave it some. */
const NOT_SEEN: Readonly<Record<string, string>> = {
  reset: 'SCR VBAR MVBAR HVBAR',
  writable: 'CNTP_TVAL CNTV_TVAL CNTHP_TVAL PMCNTENCLR PMINTENCLR',
  banked: 'SCTLR VBAR SCR CNTP_TVAL CNTV_TVAL',
};

/** Encodings that QEMU can read and a Cortex-A15 does not have. */
const ONLY_IN_QEMU: readonly (readonly [because: string, RegExp])[] = [
  ['DACR by any CRm and opcodes', /^p15 \d c3 /],
  ['TLB lockdown of processors before ARMv7, as no operation', /^p15 \d c10 c[0148] /],
  ['the IMPLEMENTATION DEFINED space, as zero', /^p15 \d c15 /],
  ['the watchpoint fault address of ARMv6', /^p15 0 c6 c0 1$/],
  ['counters and types by number, and the filter of cycles, of PMUv3', /^p15 0 c14 c(8|12|15) \d$/],
  ['auxiliary fault status of an ARMv8 exception level 3', /^p15 6 c5 c1 [01]$/],
  ['the communications channel interrupt of ARMv8', /^p14 0 c0 c2 0$/],
  ['DBGDEVID and its likes, which belong to c7 c0 to c2 7', /^p14 0 c7 c0 [012]$/],
];

/** Ones, but none that would take the program's memory from it. */
const ONES: Readonly<Record<string, number>> = { SCTLR: ~1, HSCTLR: ~1 };
const hex = (word: number): string => (word === UNTOUCHED ? 'untouched' : (word >>> 0).toString(16).padStart(8, '0'));
const isWide = ({ at }: RegisterRow): boolean => at.split(' ').length === 3;
const text = (row: RegisterRow, [low, high]: readonly [number, number]): string =>
  isWide(row) ? `${hex(high)}:${hex(low)}` : hex(low);
/** Monitor mode sees everything, what belongs to Hyp mode with SCR.NS 1. */
const levelFor = ({ access }: RegisterRow): Step['level'] => (access[4] === '-' ? 'Mon NS' : 'Mon');

/** Each row's steps and what their answers say of it. */
interface Question {
  readonly row: RegisterRow;
  readonly what: 'access' | 'reset' | 'writable' | 'banked';
  readonly steps: readonly Step[];
  readonly read: (answers: readonly Answer[]) => string | undefined;
}

function questions(): Question[] {
  const has = ({ reset }: RegisterRow): boolean => reset !== '-' && reset !== '*';
  const resets = registerRows.filter(has).map((row): Question => {
    const steps = [{ at: row.at, level: levelFor(row) }];
    return { row, what: 'reset', steps, read: ([value]) => value && text(row, value) };
  });
  const masks = registerRows.flatMap((row): Question[] => {
    if (row.writable === '-') return [];
    const step = { at: row.at, level: levelFor(row) };
    const steps: Step[] = [
      { ...step, write: 0, readBack: true },
      { ...step, write: ONES[row.name] ?? -1, readBack: true },
      { ...step, write: 0 },
    ];
    const read: Question['read'] = ([zeros, ones]) =>
      zeros && ones && text(row, [zeros[0] ^ ones[0], zeros[1] ^ ones[1]]);
    return [{ row, what: 'writable', steps, read }];
  });
  const copies = registerRows.flatMap((row): Question[] => {
    if (!row.access.endsWith('bb') || !/[1-9a-f]/.test(row.writable)) return [];
    const { at } = row;
    const ones = ONES[row.name] ?? -1;
    const steps: Step[] = [
      { at, level: 'Mon', write: 0 },
      { at, level: 'Mon NS', write: ones },
      { at, level: 'Mon' },
      { at, level: 'Mon NS' },
      { at, level: 'Mon NS', write: 0 },
    ];
    const read: Question['read'] = ([, , secure, nonSecure]) =>
      secure && nonSecure && String(secure.join() !== nonSecure.join());
    return [{ row, what: 'banked', steps, read }];
  });
  const accesses = registerRows.map((row): Question => {
    const steps = LEVELS.flatMap((level): Step[] => [
      { at: row.at, level },
      { at: row.at, level, write: 0 },
    ]);
    const read: Question['read'] = (answers) =>
      LEVELS.map((_, i) => '-wrb'[(answers[2 * i] ? 2 : 0) + (answers[2 * i + 1] ? 1 : 0)]).join('');
    return { row, what: 'access', steps, read };
  });
  // Nothing is written before everything has been read.
  return [...resets, ...masks, ...copies, ...accesses];
}

describe("rows of system registers beside QEMU's Cortex-A15", function () {
  needs('qemu-system-arm', 'arm-none-eabi-gcc');

  it('differ where it is known why', async () => {
    const asked = questions();
    const answers = await onQemu(asked.flatMap(({ steps }) => steps));
    const found: string[] = [];
    let at = 0;
    for (const { row, what, steps, read } of asked) {
      const theirs = read(answers.slice(at, (at += steps.length)));
      const isSeen = !(NOT_SEEN[what] ?? '').split(' ').includes(row.name);
      // What cannot be accessed there is said by its access.
      if (isSeen && theirs !== undefined && theirs !== String(row[what])) found.push(`${row.name} ${what} ${theirs}`);
    }
    const expected = DIFFERENCES.flatMap(([, differ]) =>
      Object.entries(differ).flatMap(([difference, names]) =>
        names.split(/\s+/).map((name) => `${name} ${difference}`),
      ),
    );
    expect(found.filter((difference) => !expected.includes(difference))).to.deep.equal([]);
    expect(expected.filter((difference) => !found.includes(difference))).to.deep.equal([]);
  });

  it('are all that QEMU can read, but for what it is known to add', async () => {
    const known = new Set(registerRows.map(({ at }) => at));
    const others = encodings().filter((at) => !known.has(at));
    const answers = await onQemu(others.map((at) => ({ at, level: 'Mon NS' })));
    const added = others.filter((_, i) => answers[i] !== undefined);
    expect(added.filter((at) => !ONLY_IN_QEMU.some(([, pattern]) => pattern.test(at)))).to.deep.equal([]);
    for (const [because, pattern] of ONLY_IN_QEMU)
      expect(
        added.some((at) => pattern.test(at)),
        because,
      ).to.equal(true);
  });
});

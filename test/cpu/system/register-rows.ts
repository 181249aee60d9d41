/**
 * Every system register of a Cortex-A15: what the manuals say of its encoding, access rights, copies, reset value and the bits that
 * can be written (DDI 0406C, B3.17, B4.1, B6.1, C6.4, C11.11, C12.8; DDI 0438I, chapters 4, 10 and 11).
 *
 * Access is `r`, `w`, `b` (both) or `-` from PL0, Secure PL1, Non-secure PL1, Hyp mode, and Monitor mode with SCR.NS 0 and 1, as it is
 * after reset. Values are hexadecimal, of 64-bit registers as two words; `*` follows time. A bit that only changes with others
 * (ISTATUS of the timers' CTL) counts as one that can be written; where writing ones clears (PMOVSR), none can.
 */
export interface RegisterRow {
  readonly name: string;
  readonly at: string;
  readonly access: string;
  readonly banked: boolean;
  readonly reset: string;
  readonly writable: string;
}

// name        | encoding        | access | banked | reset         | writable
const TABLE = `
  MIDR          | p15 0 c0 c0 0   | -rrrrr | -   | 414fc0f0          | -
  CTR           | p15 0 c0 c0 1   | -rrrrr | -   | 8444c004          | -
  TCMTR         | p15 0 c0 c0 2   | -rrrrr | -   | 00000000          | -
  TLBTR         | p15 0 c0 c0 3   | -rrrrr | -   | 00000000          | -
  MIDR_alias4   | p15 0 c0 c0 4   | -rrrrr | -   | 414fc0f0          | -
  MPIDR         | p15 0 c0 c0 5   | -rrrrr | -   | 80000000          | -
  REVIDR        | p15 0 c0 c0 6   | -rrrrr | -   | 00000000          | -
  MIDR_alias7   | p15 0 c0 c0 7   | -rrrrr | -   | 414fc0f0          | -
  ID_PFR0       | p15 0 c0 c1 0   | -rrrrr | -   | 00001131          | -
  ID_PFR1       | p15 0 c0 c1 1   | -rrrrr | -   | 00011011          | -
  ID_DFR0       | p15 0 c0 c1 2   | -rrrrr | -   | 02010555          | -
  ID_AFR0       | p15 0 c0 c1 3   | -rrrrr | -   | 00000000          | -
  ID_MMFR0      | p15 0 c0 c1 4   | -rrrrr | -   | 10201105          | -
  ID_MMFR1      | p15 0 c0 c1 5   | -rrrrr | -   | 20000000          | -
  ID_MMFR2      | p15 0 c0 c1 6   | -rrrrr | -   | 01240000          | -
  ID_MMFR3      | p15 0 c0 c1 7   | -rrrrr | -   | 02102211          | -
  ID_ISAR0      | p15 0 c0 c2 0   | -rrrrr | -   | 02101110          | -
  ID_ISAR1      | p15 0 c0 c2 1   | -rrrrr | -   | 13112111          | -
  ID_ISAR2      | p15 0 c0 c2 2   | -rrrrr | -   | 21232041          | -
  ID_ISAR3      | p15 0 c0 c2 3   | -rrrrr | -   | 11112131          | -
  ID_ISAR4      | p15 0 c0 c2 4   | -rrrrr | -   | 10011142          | -
  ID_ISAR5      | p15 0 c0 c2 5   | -rrrrr | -   | 00000000          | -
  ID_c2_6       | p15 0 c0 c2 6   | -rrrrr | -   | 00000000          | -
  ID_c2_7       | p15 0 c0 c2 7   | -rrrrr | -   | 00000000          | -
  CCSIDR        | p15 1 c0 c0 0   | -rrrrr | -   | 701fe00a          | -
  CLIDR         | p15 1 c0 c0 1   | -rrrrr | -   | 0a200023          | -
  AIDR          | p15 1 c0 c0 7   | -rrrrr | -   | 00000000          | -
  CSSELR        | p15 2 c0 c0 0   | -bbbbb | yes | 00000000          | 0000000f
  VPIDR         | p15 4 c0 c0 0   | ---b-b | -   | 414fc0f0          | ffffffff
  VMPIDR        | p15 4 c0 c0 5   | ---b-b | -   | 80000000          | ffffffff
  SCTLR         | p15 0 c1 c0 0   | -bbbbb | yes | 00c50078          | 72183c27
  ACTLR         | p15 0 c1 c0 1   | -bbbbb | -   | 00000000          | ffffffff
  CPACR         | p15 0 c1 c0 2   | -bbbbb | -   | 00000000          | c0f00000
  SCR           | p15 0 c1 c1 0   | -b--bb | -   | 00000000          | 000003ff
  SDER          | p15 0 c1 c1 1   | -b--bb | -   | 00000000          | 00000003
  NSACR         | p15 0 c1 c1 2   | -brrbb | -   | 00000000          | 0007cc00
  HSCTLR        | p15 4 c1 c0 0   | ---b-b | -   | 30c50878          | 42081027
  HACTLR        | p15 4 c1 c0 1   | ---b-b | -   | 00000000          | 00000000
  HCR           | p15 4 c1 c1 0   | ---b-b | -   | 00000000          | 0fffffff
  HDCR          | p15 4 c1 c1 1   | ---b-b | -   | 00000006          | 00000fff
  HCPTR         | p15 4 c1 c1 2   | ---b-b | -   | 000033ff          | 80108c00
  HSTR          | p15 4 c1 c1 3   | ---b-b | -   | 00000000          | 0003bfef
  HACR          | p15 4 c1 c1 7   | ---b-b | -   | 00000000          | 00000000
  TTBR0_word    | p15 0 c2 c0 0   | -bbbbb | yes | 00000000          | ffffffff
  TTBR0         | p15 0 c2        | -bbbbb | yes | 00000000:00000000 | 00ff00ff:ffffffff
  TTBR1_word    | p15 0 c2 c0 1   | -bbbbb | yes | 00000000          | ffffffff
  TTBCR         | p15 0 c2 c0 2   | -bbbbb | yes | 00000000          | bfc73fb7
  TTBR1         | p15 1 c2        | -bbbbb | yes | 00000000:00000000 | 00ff00ff:ffffffff
  HTTBR         | p15 4 c2        | ---b-b | -   | 00000000:00000000 | 000000ff:ffffffff
  VTTBR         | p15 6 c2        | ---b-b | -   | 00000000:00000000 | 00ff00ff:ffffffff
  HTCR          | p15 4 c2 c0 2   | ---b-b | -   | 80800000          | 00003f07
  VTCR          | p15 4 c2 c1 2   | ---b-b | -   | 80000000          | 00003fdf
  DACR          | p15 0 c3 c0 0   | -bbbbb | yes | 00000000          | ffffffff
  DFSR          | p15 0 c5 c0 0   | -bbbbb | yes | 00000000          | 00003eff
  IFSR          | p15 0 c5 c0 1   | -bbbbb | yes | 00000000          | 0000163f
  ADFSR         | p15 0 c5 c1 0   | -bbbbb | yes | 00000000          | ffffffff
  AIFSR         | p15 0 c5 c1 1   | -bbbbb | yes | 00000000          | 00000000
  HADFSR        | p15 4 c5 c1 0   | ---b-b | -   | 00000000          | ffffffff
  HAIFSR        | p15 4 c5 c1 1   | ---b-b | -   | 00000000          | 00000000
  HSR           | p15 4 c5 c2 0   | ---b-b | -   | 00000000          | ffffffff
  DFAR          | p15 0 c6 c0 0   | -bbbbb | yes | 00000000          | ffffffff
  IFAR          | p15 0 c6 c0 2   | -bbbbb | yes | 00000000          | ffffffff
  HDFAR         | p15 4 c6 c0 0   | ---b-b | -   | 00000000          | ffffffff
  HIFAR         | p15 4 c6 c0 2   | ---b-b | -   | 00000000          | ffffffff
  HPFAR         | p15 4 c6 c0 4   | ---b-b | -   | 00000000          | fffffff0
  PAR           | p15 0 c7        | -bbbbb | yes | 00000000:00000000 | ffffffff:ffffffff
  NOP_c0        | p15 0 c7 c0 4   | -wwwww | -   | -                 | -
  ICIALLUIS     | p15 0 c7 c1 0   | -wwwww | -   | -                 | -
  BPIALLIS      | p15 0 c7 c1 6   | -wwwww | -   | -                 | -
  PAR_word      | p15 0 c7 c4 0   | -bbbbb | yes | 00000000          | ffffffff
  ICIALLU       | p15 0 c7 c5 0   | -wwwww | -   | -                 | -
  ICIMVAU       | p15 0 c7 c5 1   | -wwwww | -   | -                 | -
  CP15ISB       | p15 0 c7 c5 4   | wwwwww | -   | -                 | -
  BPIALL        | p15 0 c7 c5 6   | -wwwww | -   | -                 | -
  BPIMVA        | p15 0 c7 c5 7   | -wwwww | -   | -                 | -
  DCIMVAC       | p15 0 c7 c6 1   | -wwwww | -   | -                 | -
  DCISW         | p15 0 c7 c6 2   | -wwwww | -   | -                 | -
  ATS1CPR       | p15 0 c7 c8 0   | -wwwww | -   | -                 | -
  ATS1CPW       | p15 0 c7 c8 1   | -wwwww | -   | -                 | -
  ATS1CUR       | p15 0 c7 c8 2   | -wwwww | -   | -                 | -
  ATS1CUW       | p15 0 c7 c8 3   | -wwwww | -   | -                 | -
  ATS12NSOPR    | p15 0 c7 c8 4   | -w-www | -   | -                 | -
  ATS12NSOPW    | p15 0 c7 c8 5   | -w-www | -   | -                 | -
  ATS12NSOUR    | p15 0 c7 c8 6   | -w-www | -   | -                 | -
  ATS12NSOUW    | p15 0 c7 c8 7   | -w-www | -   | -                 | -
  DCCMVAC       | p15 0 c7 c10 1  | -wwwww | -   | -                 | -
  DCCSW         | p15 0 c7 c10 2  | -wwwww | -   | -                 | -
  CP15DSB       | p15 0 c7 c10 4  | wwwwww | -   | -                 | -
  CP15DMB       | p15 0 c7 c10 5  | wwwwww | -   | -                 | -
  DCCMVAU       | p15 0 c7 c11 1  | -wwwww | -   | -                 | -
  NOP_c13       | p15 0 c7 c13 1  | -wwwww | -   | -                 | -
  DCCIMVAC      | p15 0 c7 c14 1  | -wwwww | -   | -                 | -
  DCCISW        | p15 0 c7 c14 2  | -wwwww | -   | -                 | -
  ATS1HR        | p15 4 c7 c8 0   | ---w-w | -   | -                 | -
  ATS1HW        | p15 4 c7 c8 1   | ---w-w | -   | -                 | -
  TLBIALLIS     | p15 0 c8 c3 0   | -wwwww | -   | -                 | -
  TLBIMVAIS     | p15 0 c8 c3 1   | -wwwww | -   | -                 | -
  TLBIASIDIS    | p15 0 c8 c3 2   | -wwwww | -   | -                 | -
  TLBIMVAAIS    | p15 0 c8 c3 3   | -wwwww | -   | -                 | -
  TLBIALL_I     | p15 0 c8 c5 0   | -wwwww | -   | -                 | -
  TLBIMVA_I     | p15 0 c8 c5 1   | -wwwww | -   | -                 | -
  TLBIASID_I    | p15 0 c8 c5 2   | -wwwww | -   | -                 | -
  TLBIALL_D     | p15 0 c8 c6 0   | -wwwww | -   | -                 | -
  TLBIMVA_D     | p15 0 c8 c6 1   | -wwwww | -   | -                 | -
  TLBIASID_D    | p15 0 c8 c6 2   | -wwwww | -   | -                 | -
  TLBIALL       | p15 0 c8 c7 0   | -wwwww | -   | -                 | -
  TLBIMVA       | p15 0 c8 c7 1   | -wwwww | -   | -                 | -
  TLBIASID      | p15 0 c8 c7 2   | -wwwww | -   | -                 | -
  TLBIMVAA      | p15 0 c8 c7 3   | -wwwww | -   | -                 | -
  TLBIALLHIS    | p15 4 c8 c3 0   | ---w-w | -   | -                 | -
  TLBIMVAHIS    | p15 4 c8 c3 1   | ---w-w | -   | -                 | -
  TLBIALLNSNHIS | p15 4 c8 c3 4   | ---w-w | -   | -                 | -
  TLBIALLH      | p15 4 c8 c7 0   | ---w-w | -   | -                 | -
  TLBIMVAH      | p15 4 c8 c7 1   | ---w-w | -   | -                 | -
  TLBIALLNSNH   | p15 4 c8 c7 4   | ---w-w | -   | -                 | -
  PMCR          | p15 0 c9 c12 0  | -bbbbb | -   | 410f3000          | 00000039
  PMCNTENSET    | p15 0 c9 c12 1  | -bbbbb | -   | 00000000          | 8000003f
  PMCNTENCLR    | p15 0 c9 c12 2  | -bbbbb | -   | 00000000          | 00000000
  PMOVSR        | p15 0 c9 c12 3  | -bbbbb | -   | 00000000          | 00000000
  PMSWINC       | p15 0 c9 c12 4  | -wwwww | -   | -                 | -
  PMSELR        | p15 0 c9 c12 5  | -bbbbb | -   | 00000000          | 0000001f
  PMCEID0       | p15 0 c9 c12 6  | -rrrrr | -   | 18020f01          | -
  PMCEID1       | p15 0 c9 c12 7  | -rrrrr | -   | 00000000          | -
  PMCCNTR       | p15 0 c9 c13 0  | -bbbbb | -   | 00000000          | ffffffff
  PMXEVTYPER    | p15 0 c9 c13 1  | -bbbbb | -   | 00000000          | f80000ff
  PMXEVCNTR     | p15 0 c9 c13 2  | -bbbbb | -   | 00000000          | ffffffff
  PMUSERENR     | p15 0 c9 c14 0  | rbbbbb | -   | 00000000          | 00000001
  PMINTENSET    | p15 0 c9 c14 1  | -bbbbb | -   | 00000000          | 8000003f
  PMINTENCLR    | p15 0 c9 c14 2  | -bbbbb | -   | 00000000          | 00000000
  PMOVSSET      | p15 0 c9 c14 3  | -bbbbb | -   | 00000000          | 8000003f
  L2CTLR        | p15 1 c9 c0 2   | -bbbbb | -   | 00800000          | 000000e7
  L2ECTLR       | p15 1 c9 c0 3   | -bbbbb | -   | 00000000          | ffffffff
  PRRR          | p15 0 c10 c2 0  | -bbbbb | yes | 00098aa4          | ffffffff
  NMRR          | p15 0 c10 c2 1  | -bbbbb | yes | 44e048e0          | ffffffff
  AMAIR0        | p15 0 c10 c3 0  | -bbbbb | yes | 00000000          | 00000000
  AMAIR1        | p15 0 c10 c3 1  | -bbbbb | yes | 00000000          | 00000000
  HMAIR0        | p15 4 c10 c2 0  | ---b-b | -   | 00000000          | ffffffff
  HMAIR1        | p15 4 c10 c2 1  | ---b-b | -   | 00000000          | ffffffff
  HAMAIR0       | p15 4 c10 c3 0  | ---b-b | -   | 00000000          | 00000000
  HAMAIR1       | p15 4 c10 c3 1  | ---b-b | -   | 00000000          | 00000000
  VBAR          | p15 0 c12 c0 0  | -bbbbb | yes | 00000000          | ffffffe0
  MVBAR         | p15 0 c12 c0 1  | -b--bb | -   | 00000000          | ffffffe0
  ISR           | p15 0 c12 c1 0  | -rrrrr | -   | 00000000          | -
  HVBAR         | p15 4 c12 c0 0  | ---b-b | -   | 00000000          | ffffffe0
  FCSEIDR       | p15 0 c13 c0 0  | -bbbbb | -   | 00000000          | 00000000
  CONTEXTIDR    | p15 0 c13 c0 1  | -bbbbb | yes | 00000000          | ffffffff
  TPIDRURW      | p15 0 c13 c0 2  | bbbbbb | yes | 00000000          | ffffffff
  TPIDRURO      | p15 0 c13 c0 3  | rbbbbb | yes | 00000000          | ffffffff
  TPIDRPRW      | p15 0 c13 c0 4  | -bbbbb | yes | 00000000          | ffffffff
  HTPIDR        | p15 4 c13 c0 2  | ---b-b | -   | 00000000          | ffffffff
  CNTFRQ        | p15 0 c14 c0 0  | -brrbb | -   | 03b9aca0          | ffffffff
  CNTPCT        | p15 0 c14       | -rrrrr | -   | *                 | -
  CNTKCTL       | p15 0 c14 c1 0  | -bbbbb | -   | 00000000          | 000003ff
  CNTVCT        | p15 1 c14       | -rrrrr | -   | *                 | -
  CNTP_TVAL     | p15 0 c14 c2 0  | -bbbbb | yes | *                 | ffffffff
  CNTP_CVAL     | p15 2 c14       | -bbbbb | yes | 00000000:00000000 | ffffffff:ffffffff
  CNTP_CTL      | p15 0 c14 c2 1  | -bbbbb | yes | 00000000          | 00000007
  CNTV_TVAL     | p15 0 c14 c3 0  | -bbbbb | -   | *                 | ffffffff
  CNTV_CVAL     | p15 3 c14       | -bbbbb | -   | 00000000:00000000 | ffffffff:ffffffff
  CNTV_CTL      | p15 0 c14 c3 1  | -bbbbb | -   | 00000000          | 00000007
  CNTVOFF       | p15 4 c14       | ---b-b | -   | 00000000:00000000 | ffffffff:ffffffff
  CNTHP_CVAL    | p15 6 c14       | ---b-b | -   | 00000000:00000000 | ffffffff:ffffffff
  CNTHCTL       | p15 4 c14 c1 0  | ---b-b | -   | 00000003          | 000000ff
  CNTHP_TVAL    | p15 4 c14 c2 0  | ---b-b | -   | *                 | ffffffff
  CNTHP_CTL     | p15 4 c14 c2 1  | ---b-b | -   | 00000000          | 00000007
  IL1DATA0      | p15 0 c15 c0 0  | -bbbbb | -   | 00000000          | ffffffff
  CPUMERRSR     | p15 0 c15       | -bbbbb | -   | 00000000:00000000 | 00000000:00000000
  IL1DATA1      | p15 0 c15 c0 1  | -bbbbb | -   | 00000000          | ffffffff
  IL1DATA2      | p15 0 c15 c0 2  | -bbbbb | -   | 00000000          | ffffffff
  DL1DATA0      | p15 0 c15 c1 0  | -bbbbb | -   | 00000000          | ffffffff
  L2MERRSR      | p15 1 c15       | -bbbbb | -   | 00000000:00000000 | 00000000:00000000
  DL1DATA1      | p15 0 c15 c1 1  | -bbbbb | -   | 00000000          | ffffffff
  DL1DATA2      | p15 0 c15 c1 2  | -bbbbb | -   | 00000000          | ffffffff
  DL1DATA3      | p15 0 c15 c1 3  | -bbbbb | -   | 00000000          | ffffffff
  RAMINDEX      | p15 0 c15 c4 0  | -wwwww | -   | -                 | -
  L2ACTLR       | p15 1 c15 c0 0  | -bbbbb | -   | 00000000          | ffffffff
  L2PFR         | p15 1 c15 c0 3  | -bbbbb | -   | 00000000          | ffffffff
  ACTLR2        | p15 1 c15 c0 4  | -bbbbb | -   | 00000000          | ffffffff
  CBAR          | p15 4 c15 c0 0  | -rrrrr | -   | 2c000000          | -
  DBGDIDR       | p14 0 c0 c0 0   | rrrrrr | -   | 3515f021          | -
  DBGDTRRXext   | p14 0 c0 c0 2   | -bbbbb | -   | 00000000          | ffffffff
  DBGBVR0       | p14 0 c0 c0 4   | -bbbbb | -   | 00000000          | fffffffc
  DBGBCR0       | p14 0 c0 c0 5   | -bbbbb | -   | 00000000          | 00ffe1e7
  DBGWVR0       | p14 0 c0 c0 6   | -bbbbb | -   | 00000000          | fffffffc
  DBGWCR0       | p14 0 c0 c0 7   | -bbbbb | -   | 00000000          | 1f1fffff
  DBGDSCRint    | p14 0 c0 c1 0   | rrrrrr | -   | 00010002          | -
  DBGBVR1       | p14 0 c0 c1 4   | -bbbbb | -   | 00000000          | fffffffc
  DBGBCR1       | p14 0 c0 c1 5   | -bbbbb | -   | 00000000          | 00ffe1e7
  DBGWVR1       | p14 0 c0 c1 6   | -bbbbb | -   | 00000000          | fffffffc
  DBGWCR1       | p14 0 c0 c1 7   | -bbbbb | -   | 00000000          | 1f1fffff
  DBGDSCRext    | p14 0 c0 c2 2   | -bbbbb | -   | 00010002          | 0000d000
  DBGBVR2       | p14 0 c0 c2 4   | -bbbbb | -   | 00000000          | fffffffc
  DBGBCR2       | p14 0 c0 c2 5   | -bbbbb | -   | 00000000          | 00ffe1e7
  DBGWVR2       | p14 0 c0 c2 6   | -bbbbb | -   | 00000000          | fffffffc
  DBGWCR2       | p14 0 c0 c2 7   | -bbbbb | -   | 00000000          | 1f1fffff
  DBGDTRTXext   | p14 0 c0 c3 2   | -bbbbb | -   | 00000000          | ffffffff
  DBGBVR3       | p14 0 c0 c3 4   | -bbbbb | -   | 00000000          | fffffffc
  DBGBCR3       | p14 0 c0 c3 5   | -bbbbb | -   | 00000000          | 00ffe1e7
  DBGWVR3       | p14 0 c0 c3 6   | -bbbbb | -   | 00000000          | fffffffc
  DBGWCR3       | p14 0 c0 c3 7   | -bbbbb | -   | 00000000          | 1f1fffff
  DBGBVR4       | p14 0 c0 c4 4   | -bbbbb | -   | 00000000          | ffffffff
  DBGBCR4       | p14 0 c0 c4 5   | -bbbbb | -   | 00000000          | 00ffe1e7
  DBGDTRint     | p14 0 c0 c5 0   | bbbbbb | -   | 00000000          | 00000000
  DBGBVR5       | p14 0 c0 c5 4   | -bbbbb | -   | 00000000          | ffffffff
  DBGBCR5       | p14 0 c0 c5 5   | -bbbbb | -   | 00000000          | 00ffe1e7
  DBGWFAR       | p14 0 c0 c6 0   | -bbbbb | -   | 00000000          | ffffffff
  DBGVCR        | p14 0 c0 c7 0   | -bbbbb | -   | 00000000          | de00dcdf
  TEECR         | p14 6 c0 c0 0   | rbbbbb | -   | 00000000          | 00000001
  JIDR          | p14 7 c0 c0 0   | bbbbbb | -   | 00000000          | 00000000
  DBGDRAR       | p14 0 c1 c0 0   | rrrrrr | -   | 00000000          | -
  DBGDRAR_wide  | p14 0 c1        | rrrrrr | -   | 00000000:00000000 | -
  DBGOSLAR      | p14 0 c1 c0 4   | -wwwww | -   | -                 | -
  DBGOSLSR      | p14 0 c1 c1 4   | -rrrrr | -   | 0000000a          | -
  DBGOSDLR      | p14 0 c1 c3 4   | -bbbbb | -   | 00000000          | 00000001
  DBGBXVR4      | p14 0 c1 c4 1   | -bbbbb | -   | 00000000          | 000000ff
  DBGPRCR       | p14 0 c1 c4 4   | -bbbbb | -   | 00000000          | 00000001
  DBGBXVR5      | p14 0 c1 c5 1   | -bbbbb | -   | 00000000          | 000000ff
  DBGPRSR       | p14 0 c1 c5 4   | -rrrrr | -   | 00000001          | -
  TEEHBR        | p14 6 c1 c0 0   | bbbbbb | -   | 00000000          | fffffffc
  JOSCR         | p14 7 c1 c0 0   | -bbbbb | -   | 00000000          | 00000000
  DBGDSAR       | p14 0 c2 c0 0   | rrrrrr | -   | 00000000          | -
  DBGDSAR_wide  | p14 0 c2        | rrrrrr | -   | 00000000:00000000 | -
  JMCR          | p14 7 c2 c0 0   | bbbbbb | -   | 00000000          | 00000000
  DBGDEVID1     | p14 0 c7 c1 7   | -rrrrr | -   | 00000000          | -
  DBGDEVID      | p14 0 c7 c2 7   | -rrrrr | -   | 01110f13          | -
  DBGCLAIMSET   | p14 0 c7 c8 6   | -bbbbb | -   | 000000ff          | 00000000
  DBGCLAIMCLR   | p14 0 c7 c9 6   | -bbbbb | -   | 00000000          | 00000000
  DBGAUTHSTATUS | p14 0 c7 c14 6  | -rrrrr | -   | 000000ee          | -
`;

/** The rest of the identification space, which reads as zero (B7.1). */
const RESERVED = [3, 4, 5, 6, 7].flatMap((crm) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((opc2) => `ID_c${crm}_${opc2} | p15 0 c0 c${crm} ${opc2} | -rrrrr | - | 00000000 | -`),
);

export const registerRows: readonly RegisterRow[] = [...TABLE.trim().split('\n'), ...RESERVED].map((line) => {
  const [name, at, access, banked, reset, writable] = line.split('|').map((cell) => cell.trim()) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { name, at, access, banked: banked === 'yes', reset, writable };
});

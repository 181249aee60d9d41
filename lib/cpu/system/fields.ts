/**
 * The fields of status and system registers, in the manual's spelling: `NAME=BIT` or `NAME=HIGH:LOW`. What the CPU tests and
 * what a debugger shows follow from these rows. (DDI 0406C, B1.3.3, B3.17, B4.1; generic timer: B8.)
 */

const TTBCR_LONG = 'IRGN0=9:8 ORGN0=11:10 SH0=13:12';
const TIMER_CTL = 'ENABLE=0 IMASK=1 ISTATUS=2';
const EVENTS = 'EVNTEN=2 EVNTDIR=3 EVNTI=7:4';

/** By register; PSR stands for every program status register. */
// prettier-ignore
export const FIELDS = {
  PSR: 'M=4:0 T=5 F=6 I=7 A=8 E=9 IT2=15:10 GE=19:16 J=24 IT0=26:25 Q=27 V=28 C=29 Z=30 N=31',
  FPSCR: 'IOC=0 DZC=1 OFC=2 UFC=3 IXC=4 IDC=7 RMode=23:22 FZ=24 DN=25 AHP=26 QC=27 V=28 C=29 Z=30 N=31',
  FPEXC: 'EN=30 EX=31',
  MIDR: 'Revision=3:0 PartNum=15:4 Architecture=19:16 Variant=23:20 Implementer=31:24',
  MPIDR: 'Aff0=7:0 Aff1=15:8 Aff2=23:16 MT=24 U=30',
  VMPIDR: 'Aff0=7:0 Aff1=15:8 Aff2=23:16 MT=24 U=30',
  SCTLR: 'M=0 A=1 C=2 CP15BEN=5 SW=10 Z=11 I=12 V=13 HA=17 WXN=19 UWXN=20 FI=21 U=22 VE=24 EE=25 NMFI=27 TRE=28 AFE=29 TE=30',
  CPACR: 'cp10=21:20 cp11=23:22 D32DIS=30 ASEDIS=31',
  SCR: 'NS=0 IRQ=1 FIQ=2 EA=3 FW=4 AW=5 nET=6 SCD=7 HCE=8 SIF=9',
  NSACR: 'cp10=10 cp11=11 NSD32DIS=14 NSASEDIS=15 RFR=19',
  HSCTLR: 'M=0 A=1 C=2 CP15BEN=5 I=12 WXN=19 FI=21 EE=25 TE=30',
  HCR: 'VM=0 SWIO=1 PTW=2 FMO=3 IMO=4 AMO=5 VF=6 VI=7 VA=8 FB=9 BSU=11:10 DC=12 TWI=13 TWE=14 TID0=15 TID1=16 TID2=17 TID3=18 TSC=19 TIDCP=20 TAC=21 TSW=22 TPC=23 TPU=24 TTLB=25 TVM=26 TGE=27 HCD=29',
  HDCR: 'HPMN=4:0 TPMCR=5 TPM=6 HPME=7 TDE=8 TDA=9 TDOSA=10 TDRA=11',
  HCPTR: 'TCP10=10 TCP11=11 TASE=15 TTA=20 TCPAC=31',
  HSTR: 'T0=0 T1=1 T2=2 T3=3 T5=5 T6=6 T7=7 T8=8 T9=9 T10=10 T11=11 T12=12 T13=13 T15=15 TTEE=16 TJDBX=17',
  HSR: 'ISS=24:0 IL=25 EC=31:26',
  HPFAR: 'FIPA=31:4',
  ISR: 'F=6 I=7 A=8',
  TTBCR: `N=2:0 PD0=4 PD1=5 EPD0=7 ${TTBCR_LONG} T1SZ=18:16 A1=22 EPD1=23 IRGN1=25:24 ORGN1=27:26 SH1=29:28 EAE=31`,
  HTCR: `T0SZ=2:0 ${TTBCR_LONG}`,
  VTCR: `T0SZ=3:0 S=4 SL0=7:6 ${TTBCR_LONG}`,
  VTTBR: 'BADDR=39:0 VMID=55:48',
  DFSR: 'FS=3:0 Domain=7:4 LPAE=9 FS4=10 WnR=11 ExT=12 CM=13',
  IFSR: 'FS=3:0 LPAE=9 FS4=10 ExT=12',
  CONTEXTIDR: 'ASID=7:0 PROCID=31:8',
  CNTKCTL: `PL0PCTEN=0 PL0VCTEN=1 ${EVENTS} PL0VTEN=8 PL0PTEN=9`,
  CNTHCTL: `PL1PCTEN=0 PL1PCEN=1 ${EVENTS}`,
  CNTP_CTL: TIMER_CTL,
  CNTV_CTL: TIMER_CTL,
  CNTHP_CTL: TIMER_CTL,
  PMCR: 'E=0 P=1 C=2 D=3 X=4 DP=5 N=15:11',
} as const;

type NameIn<T extends string> = T extends `${infer Cell} ${infer Rest}`
  ? NameIn<Cell> | NameIn<Rest>
  : T extends `${infer Name}=${string}`
    ? Name
    : never;
type Masks<T extends string> = { readonly [Name in NameIn<T>]: number };

/** Where a field lies: bits `high` to `low`. */
export interface FieldPlace {
  readonly name: string;
  readonly high: number;
  readonly low: number;
}

/** The fields of a row of {@link FIELDS}, in its order. */
export const fieldsOf = (text: string): FieldPlace[] =>
  text.split(' ').map((cell) => {
    const [, name = '', high = '', low = high] = /^(\w+)=(\d+)(?::(\d+))?$/.exec(cell) ?? [];
    return { name, high: Number(high), low: Number(low) };
  });

/** A row as masks of a 32-bit word, signed: `BIT.HCR.VM` is 1, `BIT.SCTLR.TE` 1 << 30. */
function masks<T extends string>(text: T): Masks<T> {
  const mask = ({ high, low }: FieldPlace): number => ((2 ** (high - low + 1) - 1) * 2 ** low) | 0;
  return Object.fromEntries(fieldsOf(text).map((field) => [field.name, mask(field)])) as Masks<T>;
}

/** Masks of the fields that the CPU itself tests. */
export const BIT = {
  CNTHCTL: masks(FIELDS.CNTHCTL),
  CNTKCTL: masks(FIELDS.CNTKCTL),
  CPACR: masks(FIELDS.CPACR),
  FPEXC: masks(FIELDS.FPEXC),
  HCPTR: masks(FIELDS.HCPTR),
  HCR: masks(FIELDS.HCR),
  HDCR: masks(FIELDS.HDCR),
  HSCTLR: masks(FIELDS.HSCTLR),
  HSR: masks(FIELDS.HSR),
  HSTR: masks(FIELDS.HSTR),
  NSACR: masks(FIELDS.NSACR),
  PMCR: masks(FIELDS.PMCR),
  PSR: masks(FIELDS.PSR),
  SCR: masks(FIELDS.SCR),
  SCTLR: masks(FIELDS.SCTLR),
  TTBCR: masks(FIELDS.TTBCR),
} as const;

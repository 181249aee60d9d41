/* What belongs to a world, the host's or a guest's: each register stands here once, and from this list follow the C
 * structure, the code that saves and the code that loads it. (DDI 0406C, B1.3.2 "ARM core registers", B3.17 "Summary
 * of the CP15 registers"; what a hypervisor has to switch follows from B1.7 "Hyp mode") */
#ifndef WORLD_H
#define WORLD_H

/* Registers of 64 bits: name, opc1, CRm. They come first, so that the timer has its new time to compare with before
 * it is enabled. */
#define WORLD_DOUBLES(X)                                                                                              \
    X(TTBR0, 0, c2) X(TTBR1, 1, c2) X(PAR, 0, c7) X(CNTVOFF, 4, c14) X(CNTV_CVAL, 3, c14) X(VTTBR, 6, c2)

/* Registers of 32 bits: name, opc1, CRn, CRm, opc2. The first row is PL1's own; the second is what Hyp mode decides
 * for it: in the host's world HCR is 0 and VTTBR names VMID 0, so nothing is trapped or translated twice. */
#define WORLD_WORDS(X)                                                                                                \
    X(SCTLR, 0, c1, c0, 0) X(CPACR, 0, c1, c0, 2) X(TTBCR, 0, c2, c0, 2) X(DACR, 0, c3, c0, 0)                        \
    X(DFSR, 0, c5, c0, 0) X(IFSR, 0, c5, c0, 1) X(ADFSR, 0, c5, c1, 0) X(AIFSR, 0, c5, c1, 1)                         \
    X(DFAR, 0, c6, c0, 0) X(IFAR, 0, c6, c0, 2) X(PRRR, 0, c10, c2, 0) X(NMRR, 0, c10, c2, 1)                         \
    X(AMAIR0, 0, c10, c3, 0) X(AMAIR1, 0, c10, c3, 1) X(VBAR, 0, c12, c0, 0) X(CONTEXTIDR, 0, c13, c0, 1)             \
    X(TPIDRURW, 0, c13, c0, 2) X(TPIDRURO, 0, c13, c0, 3) X(TPIDRPRW, 0, c13, c0, 4) X(CSSELR, 2, c0, c0, 0)          \
    X(CNTKCTL, 0, c14, c1, 0) X(CNTV_CTL, 0, c14, c3, 1)                                                              \
    X(HCR, 4, c1, c1, 0) X(VPIDR, 4, c0, c0, 0) X(VMPIDR, 4, c0, c0, 5) X(CNTHCTL, 4, c14, c1, 0)

/* Registers of other modes, by their names in MRS (banked register). */
#define WORLD_BANKED(X)                                                                                               \
    X(sp_usr) X(sp_svc) X(lr_svc) X(spsr_svc) X(sp_abt) X(lr_abt) X(spsr_abt) X(sp_und) X(lr_und) X(spsr_und)         \
    X(sp_irq) X(lr_irq) X(spsr_irq) X(sp_fiq) X(lr_fiq) X(spsr_fiq) X(r8_fiq) X(r9_fiq) X(r10_fiq) X(r11_fiq)         \
    X(r12_fiq)

/* The virtual interface control registers: name, offset. GICH_HCR comes last, because it switches the rest on.
 * (IHI 0048B, 5.3) */
#define GICH_STATE(X)                                                                                                 \
    X(VMCR, 0x008) X(APR, 0x0f0) X(LR0, 0x100) X(LR1, 0x104) X(LR2, 0x108) X(LR3, 0x10c) X(HCR, 0x000)
/* What they tell, to be read only. */
#define GICH_STATUS(X) X(MISR, 0x010) X(EISR0, 0x020) X(EISR1, 0x024) X(ELSR0, 0x030) X(ELSR1, 0x034)

/* What enter_guest() returns: which vector led back. These are the original's numbers: FIQ comes before IRQ, unlike in the
 * vectors themselves. */
#define EXIT_TRAP 5
#define EXIT_FIQ 6
#define EXIT_IRQ 7

/* Sizes and places for assembly; hyp-memory.c asserts that they are right. */
#define WORLD_SIZE 248
#define VCPU_WORLD 56
#define VCPU_GICH 304
#define VCPU_EXIT 352
#define VCPU_VFP 368

#ifndef __ASSEMBLER__
#include "platform.h"

#define FIELD(name, ...) u32 name;
#define DOUBLE_FIELD(name, ...) u64 name;

/* A world without r0-r12 and lr. */
struct world {
    WORLD_DOUBLES(DOUBLE_FIELD)
    WORLD_WORDS(FIELD)
    WORLD_BANKED(FIELD)
    u32 pc, cpsr; /* ELR_hyp, SPSR_hyp */
};

struct gich {
    GICH_STATE(FIELD)
    GICH_STATUS(FIELD)
};

/* A guest's processor. The part that Hyp mode knows comes first; hypervisor.h has the rest. */
struct processor {
    u32 r[13], lr;
    struct world world;
    struct gich gich;
    struct {
        u32 HSR, HDFAR, HIFAR, HPFAR;
    } exit;
    struct {
        u64 d[32];
        u32 FPSCR, FPEXC;
    } vfp;
};
#endif
#endif

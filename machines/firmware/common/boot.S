/* Reset: from Secure Supervisor mode through Monitor mode to Non-secure Supervisor mode, and by HVC to Hyp mode, as the
 * boot wrappers for this board do it. (DDI 0406C, B1.5 "The Security Extensions", B1.9.1 "Reset") */
#include "platform.h"
    .syntax unified
    .arm
    .cfi_sections .debug_frame
    .arch_extension virt
    .arch_extension sec
    .section .text.start, "ax"

#define SCR_NS_FW_AW_SCD_HCE 0x1b1
#define USUAL_FREQUENCY 100000000

    .global _start
    .type   _start, %function
_start:
    .cfi_startproc
    .cfi_undefined lr                   @ nobody called: a debugger's backtrace ends here
    cpsid   aif
    mrc     p15, 0, r0, c0, c0, 5       @ MPIDR: every processor starts here, processor 0 goes on
    ands    r0, r0, #0xff
    bne     park

    @ What only Secure software can do.
    mrc     p15, 0, r0, c14, c0, 0      @ CNTFRQ: the Fast Models leave it to software
    cmp     r0, #0
    ldreq   r0, =USUAL_FREQUENCY
    mcreq   p15, 0, r0, c14, c0, 0
    mrc     p15, 0, r0, c1, c0, 1       @ ACTLR.SMP: this processor takes part in coherency
    orr     r0, r0, #0x40
    mcr     p15, 0, r0, c1, c0, 1
    ldr     r0, =0x40c00                @ NSACR: NS_SMP, CP11, CP10
    mcr     p15, 0, r0, c1, c1, 2
    ldr     r0, =GICD
    mvn     r1, #0                      @ every interrupt is in Group 1, which is Non-secure (IHI 0048B, 4.3.4)
    add     r2, r0, #0x80               @ GICD_IGROUPR0-4
    mov     r3, #5
1:  str     r1, [r2], #4
    subs    r3, r3, #1
    bne     1b
    mov     r1, #3                      @ both groups are forwarded
    str     r1, [r0]                    @ GICD_CTLR
    ldr     r0, =GICC
    mov     r1, #0xff                   @ Non-secure software may choose priorities from 0x80 on
    str     r1, [r0, #4]                @ GICC_PMR
    mov     r1, #3
    str     r1, [r0]                    @ GICC_CTLR

    ldr     r0, =monitor_vectors
    mcr     p15, 0, r0, c12, c0, 1      @ MVBAR
    isb
    smc     #0
    @ Here it goes on in Non-secure Supervisor mode. HVC goes to Hyp mode; boot_hyp_vectors lead back here.
    hvc     #0
    @ And here in Hyp mode: `booted` is each program's own.
    b       booted

park:
    wfi
    b       park
    .cfi_endproc
    .size   _start, . - _start

    .align  5
monitor_vectors:
    b       .
    b       .
    b       to_nonsecure                @ 0x08 SMC
    b       .
    b       .
    b       .
    b       .
    b       .

/* In Monitor mode: HVBAR belongs to the Non-secure state, and Monitor mode reaches it once SCR.NS is set. */
    .type   to_nonsecure, %function
to_nonsecure:
    ldr     r0, =SCR_NS_FW_AW_SCD_HCE
    mcr     p15, 0, r0, c1, c1, 0       @ SCR
    isb
    ldr     r0, =boot_hyp_vectors
    mcr     p15, 4, r0, c12, c0, 0      @ HVBAR
    isb
    movs    pc, lr                      @ SPSR_mon has the Supervisor mode of the SMC
    .size   to_nonsecure, . - to_nonsecure

    .align  5
boot_hyp_vectors:
    b       .
    b       .
    b       .
    b       .
    b       .
    b       enter_hyp                   @ 0x14 HVC from another mode (DDI 0406C, table B1-3)
    b       .
    b       .

    .type   enter_hyp, %function
enter_hyp:
    mrs     r0, elr_hyp                 @ stays in Hyp mode, and goes on after the HVC
    bx      r0
    .size   enter_hyp, . - enter_hyp

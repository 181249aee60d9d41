/* Reset: from whatever state the machine starts in to main() in Supervisor mode, then power off.
 *
 * A board's reset and the Fast Models enter in Secure Supervisor mode; an emulator without the Security Extensions
 * enters in Non-secure Supervisor or in Hyp mode. Hyp mode is left for Supervisor mode at once: the rest of the
 * program needs nothing of it. (DDI 0406C, B1.3.1 "ARM processor modes"; B1.9.1 "Reset") */
    .syntax unified
    .arm
    .cfi_sections .debug_frame
    .arch_extension virt
    .arch_extension sec
    .section .text.start, "ax"

    .global _start
    .type   _start, %function
_start:
    .cfi_startproc
    .cfi_undefined lr                   @ nobody called: a debugger's backtrace ends here
    cpsid   aif
    mrc     p15, 0, r0, c0, c0, 5       @ MPIDR: every processor starts here, processor 0 goes on
    ands    r0, r0, #0xff
    bne     park

    mrs     r0, cpsr
    and     r0, r0, #0x1f
    cmp     r0, #0x1a
    bleq    leave_hyp
    cps     #0x13
    ldr     sp, =stack_top

    ldr     r0, =vectors
    mcr     p15, 0, r0, c12, c0, 0      @ VBAR
    mrc     p15, 0, r0, c1, c0, 0       @ SCTLR
    bic     r0, r0, #0x2000             @ V: vectors where VBAR says
    bic     r0, r0, #0x0002             @ A: unaligned accesses are allowed
    mcr     p15, 0, r0, c1, c0, 0
    isb

    ldr     r0, =bss_start
    ldr     r1, =bss_end
    mov     r2, #0
1:  cmp     r0, r1
    strlo   r2, [r0], #4
    blo     1b

    bl      main
    bl      power_off
park:
    wfi
    b       park
    .cfi_endproc
    .size   _start, . - _start

/* Returns to its caller in Supervisor mode, having given PL1 what Hyp mode could keep from it:
 * no traps, the physical timer, a virtual counter without offset, the identity of the real processor. */
    .type   leave_hyp, %function
leave_hyp:
    mov     r0, #0
    mcr     p15, 4, r0, c1, c1, 0       @ HCR
    mcr     p15, 4, r0, c1, c1, 2       @ HCPTR
    mcr     p15, 4, r0, c1, c1, 3       @ HSTR
    mcrr    p15, 4, r0, r0, c14         @ CNTVOFF
    mov     r0, #3                      @ PL1PCTEN, PL1PCEN
    mcr     p15, 4, r0, c14, c1, 0      @ CNTHCTL
    mrc     p15, 0, r0, c0, c0, 0
    mcr     p15, 4, r0, c0, c0, 0       @ VPIDR = MIDR
    mrc     p15, 0, r0, c0, c0, 5
    mcr     p15, 4, r0, c0, c0, 5       @ VMPIDR = MPIDR
    msr     elr_hyp, lr
    mov     r0, #0x1d3                  @ Supervisor mode, A, I and F masked
    msr     spsr_cxsf, r0
    eret
    .size   leave_hyp, . - leave_hyp

/* Hyp mode gets its own translation: called once through the stub's HVBAR, with the MMU off, at its physical address.
 * r0 is the root table, r1 the end of the stack, r2 the vectors' virtual address. The MMU comes on while running from
 * the page that is mapped one-to-one. (DDI 0406C, B3.6 "Long-descriptor translation table format", B4.1.67 HTCR,
 * B4.1.152 VTCR, B4.1.64 HSCTLR) */
    .syntax unified
    .arm
    .cfi_sections .debug_frame
    .arch_extension virt
    .section .hyp.text, "ax"

#define HMAIR0_VALUE 0xeeaa4400          /* 0 strongly-ordered, 1 non-cacheable, 2 write-through, 3 write-back */
#define HMAIR1_VALUE 0xff000004          /* 4 device, 7 write-back, write-allocate */
#define VTCR_VALUE 0x80000040            /* SL0 = 1: second stage of 32 bits, three levels from level 1 */
#define HSCTLR_I_C_A_M 0x1007

    .global hyp_init_vectors
    .align  12
hyp_init_vectors:
    b       .
    b       .
    b       .
    b       .
    b       .
    b       hyp_init                    @ 0x14
    b       .
    b       .

    .type   hyp_init, %function
hyp_init:
    .cfi_startproc
    .cfi_undefined lr
    mov     r3, #0
    mcrr    p15, 4, r0, r3, c2          @ HTTBR
    mrc     p15, 0, r3, c2, c0, 2       @ TTBCR of the host: the same cacheability and shareability of walks
    ldr     r12, =0x3f00                @ SH0, ORGN0, IRGN0
    and     r3, r3, r12
    orr     r3, r3, #0x80000000         @ RES1
    orr     r3, r3, #0x00800000         @ RES1
    mcr     p15, 4, r3, c2, c0, 2       @ HTCR
    ldr     r3, =VTCR_VALUE
    mcr     p15, 4, r3, c2, c1, 2       @ VTCR
    ldr     r3, =HMAIR0_VALUE
    ldr     r12, =HMAIR1_VALUE
#ifdef MISTAKE_HMAIR_AS_MAIR
    mcr     p15, 0, r3, c10, c2, 0      @ MAIR0 of PL1: opc1 should be 4
    mcr     p15, 0, r12, c10, c2, 1
#else
    mcr     p15, 4, r3, c10, c2, 0      @ HMAIR0
    mcr     p15, 4, r12, c10, c2, 1     @ HMAIR1
#endif
    mcr     p15, 4, r0, c8, c7, 0       @ TLBIALLH
    dsb
    isb
    mrc     p15, 4, r3, c1, c0, 0       @ HSCTLR
    ldr     r12, =HSCTLR_I_C_A_M        @ as cached as the host is; unaligned accesses are faults
    orr     r3, r3, r12
    mcr     p15, 4, r3, c1, c0, 0
    isb                                 @ from here on addresses are virtual, and this one is mapped one-to-one
    mcr     p15, 4, r2, c12, c0, 0      @ HVBAR
    mov     sp, r1
    mov     r0, #0
    eret
    .cfi_endproc
    .size   hyp_init, . - hyp_init

/* The way back: called at its physical address, r0 is the stub's vectors. host_call's code is not where it was once the
 * MMU is off, so this returns to the host by itself. */
    .global hyp_leave
    .type   hyp_leave, %function
hyp_leave:
    pop     {r4, lr}                    @ host_call has pushed them
    mrc     p15, 4, r3, c1, c0, 0       @ HSCTLR
    ldr     r12, =HSCTLR_I_C_A_M
    bic     r3, r3, r12
    mcr     p15, 4, r3, c1, c0, 0
    isb
    mcr     p15, 4, r0, c8, c7, 0       @ TLBIALLH
    dsb
    mcr     p15, 4, r0, c12, c0, 0      @ HVBAR
    eret
    .size   hyp_leave, . - hyp_leave

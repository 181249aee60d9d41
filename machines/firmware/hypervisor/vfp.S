/* Lazy switch of the VFP and Advanced SIMD registers: HCPTR traps their first use after another guest has used them.
 * (DDI 0406C, B1.14.7 "Trapping accesses to coprocessors", B4.1.58 HCPTR) */
#include "world.h"
    .syntax unified
    .arm
    .cfi_sections .debug_frame
    .arch_extension virt
    .fpu    neon-vfpv4
    .section .hyp.text, "ax"

#define FPEXC_EN 0x40000000

    .global switch_vfp
    .type   switch_vfp, %function
switch_vfp:                             @ from hyp_trap: the guest's r0 and r1 are on the stack
    push    {r2, r3}
    mrc     p15, 4, r0, c1, c1, 2       @ HCPTR
    bic     r0, r0, #0xc00              @ TCP11, TCP10
    mcr     p15, 4, r0, c1, c1, 2
    isb
    ldr     r1, =vfp_owner
    ldr     r0, [r1]
    mrc     p15, 4, r3, c13, c0, 2      @ HTPIDR: the guest that is to have them
    str     r3, [r1]
    vmrs    r1, fpexc
    mov     r2, #FPEXC_EN
    vmsr    fpexc, r2
    cmp     r0, #0
    beq     1f
    add     r0, r0, #VCPU_VFP
    vstmia  r0!, {d0-d15}
#ifdef MISTAKE_HALF_OF_VFP
    add     r0, r0, #128
#else
    vstmia  r0!, {d16-d31}
#endif
    vmrs    r2, fpscr
    str     r2, [r0]
    str     r1, [r0, #4]
1:  add     r0, r3, #VCPU_VFP
    vldmia  r0!, {d0-d15}
#ifdef MISTAKE_HALF_OF_VFP
    add     r0, r0, #128
#else
    vldmia  r0!, {d16-d31}
#endif
    ldmia   r0, {r1, r2}
    vmsr    fpscr, r1
    vmsr    fpexc, r2
    pop     {r2, r3}
    pop     {r0, r1}
    .global vfp_switched
vfp_switched:
    eret                                @ to the instruction that was trapped
    .size   switch_vfp, . - switch_vfp
    .ltorg

/* From boot.S, in Hyp mode, to main(); and from there into the kernel. */
#include "boot-loader.h"
    .syntax unified
    .arm
    .cfi_sections .debug_frame
    .text

    .global booted                      @ what boot.S goes on with
    .type   booted, %function
booted:
    .cfi_startproc
    .cfi_undefined lr
    ldr     sp, =STACK_TOP
    ldr     r0, =bss_start
    ldr     r1, =bss_end
    mov     r2, #0
1:  cmp     r0, r1
    strlo   r2, [r0], #4
    blo     1b
    bl      main
    b       .
    .cfi_endproc
    .size   booted, . - booted

    .global start_kernel
    .type   start_kernel, %function
start_kernel:
    mov     r2, r0
    mov     r0, #0
    ldr     r1, =MACHINE_TYPE
    ldr     r3, =KERNEL
    mcr     p15, 0, r0, c7, c5, 0       @ ICIALLU: what lies there now came as data
    dsb
    isb
    bx      r3
    .size   start_kernel, . - start_kernel

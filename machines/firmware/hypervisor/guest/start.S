/* The guest's first instruction: in Supervisor mode with everything masked, as after reset. r0 is its number, r1 is
 * whether it shall stay.
 * (DDI 0406C, B1.9.1 "Reset") */
    .syntax unified
    .arm
    .cfi_sections .debug_frame
    .section .text.start, "ax"

    .global _start
    .type   _start, %function
_start:
    .cfi_startproc
    .cfi_undefined lr
    mov     r10, r0
    mov     r9, r1
    mrs     r11, cpsr
    cpsid   aif
    ldr     sp, =stack_top
    ldr     r0, =vectors
    mcr     p15, 0, r0, c12, c0, 0      @ VBAR
    ldr     r0, =bss_start
    ldr     r1, =bss_end
    mov     r2, #0
1:  cmp     r0, r1
    strlo   r2, [r0], #4
    blo     1b
    mov     r0, r10
    mov     r1, r9
    mov     r2, r11
    bl      main
2:  wfi
    b       2b
    .cfi_endproc
    .size   _start, . - _start

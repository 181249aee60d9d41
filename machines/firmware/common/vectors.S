/* The exception vectors. Every handler runs in Supervisor mode on its stack, with the interrupted program's
 * registers in a `struct frame`; so no other mode needs a stack. (DDI 0406C, B1.8.1 "Exception vectors and the
 * exception base address", B1.8.3 "Overview of exception entry") */
    .syntax unified
    .arm
    .cfi_sections .debug_frame
    .text

/* An entry: `adjust` takes the preferred return address back to the instruction that is meant (DDI 0406C,
 * table B1-7: lr is that instruction + 4 or + 8). The CFI lets a debugger see through the exception. */
    .macro  exception name, handler, adjust
    .type   \name, %function
\name:
    .cfi_startproc
    .cfi_signal_frame
    .cfi_return_column 15
    .if     \adjust
    sub     lr, lr, #\adjust
    .endif
    srsdb   sp!, #0x13                  @ the frame's pc and cpsr
    cps     #0x13
    push    {r0-r12, lr}
    mov     r5, sp
    .cfi_def_cfa r5, 64
    .cfi_offset r0, -64
    .cfi_offset r1, -60
    .cfi_offset r2, -56
    .cfi_offset r3, -52
    .cfi_offset r4, -48
    .cfi_offset r5, -44
    .cfi_offset r6, -40
    .cfi_offset r7, -36
    .cfi_offset r8, -32
    .cfi_offset r9, -28
    .cfi_offset r10, -24
    .cfi_offset r11, -20
    .cfi_offset r12, -16
    .cfi_offset lr, -12
    .cfi_offset pc, -8
    mov     r0, sp
    bic     sp, sp, #7                  @ the procedure call standard wants 8-byte alignment
    bl      \handler
    mov     sp, r5
    pop     {r0-r12, lr}
    rfeia   sp!
    .cfi_endproc
    .size   \name, . - \name
    .endm

    .global vectors
    .align  5
vectors:
    b       .                           @ 0x00 not used here
    b       undefined_entry             @ 0x04
    b       svc_entry                   @ 0x08
    b       prefetch_abort_entry        @ 0x0c
    b       data_abort_entry            @ 0x10
    b       .                           @ 0x14 Hyp trap: only in Hyp mode's own table
    b       irq_entry                   @ 0x18
    b       .                           @ 0x1c FIQ: masked all the time

    exception undefined_entry, handle_undefined, 4
    exception svc_entry, handle_svc, 4
    exception prefetch_abort_entry, handle_prefetch_abort, 4
    exception data_abort_entry, handle_data_abort, 8
    exception irq_entry, handle_irq, 4

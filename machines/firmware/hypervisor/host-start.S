/* The host kernel's start in Non-secure Supervisor mode, its vectors, and its calls to Hyp mode. The host runs with its
 * MMU on and one-to-one. (DDI 0406C, B1.8.1 "Exception vectors and the exception base address") */
    .syntax unified
    .arm
    .cfi_sections .debug_frame
    .arch_extension virt
    .text

    .global host_start
    .type   host_start, %function
host_start:
    .cfi_startproc
    .cfi_undefined lr
    ldr     sp, =stack_top
    ldr     r0, =host_vectors
    mcr     p15, 0, r0, c12, c0, 0      @ VBAR
    ldr     r0, =bss_start
    ldr     r1, =bss_end
    mov     r2, #0
1:  cmp     r0, r1
    strlo   r2, [r0], #4
    blo     1b
    bl      main
2:  wfi
    b       2b
    .cfi_endproc
    .size   host_start, . - host_start

/* u32 call_stub(u32 request) and u32 call_hyp(u32 function, ...): the stub takes r0 as its request, the hypervisor
 * takes it for the function to call in Hyp mode with what follows. */
    .global call_stub, call_hyp
    .type   call_stub, %function
    .type   call_hyp, %function
call_stub:
call_hyp:
    hvc     #0
    bx      lr
    .size   call_stub, . - call_stub
    .size   call_hyp, . - call_hyp

    .align  5
host_vectors:
    b       .                           @ 0x00 not used here
    b       host_fault                  @ 0x04
    b       host_fault                  @ 0x08
    b       host_fault                  @ 0x0c
    b       host_fault                  @ 0x10
    b       .                           @ 0x14 Hyp trap: only in Hyp mode's own table
    b       host_irq                    @ 0x18
    b       .                           @ 0x1c FIQ: all interrupts are in Group 1, which is IRQ

/* The host's handler runs in Supervisor mode, on its stack, and is not interrupted again. The CFI lets a debugger see
 * through the exception. */
    .type   host_irq, %function
host_irq:
    .cfi_startproc
    .cfi_signal_frame
    .cfi_return_column 15
    sub     lr, lr, #4
    srsdb   sp!, #0x13                  @ the interrupted pc and cpsr
    cps     #0x13
    push    {r0-r4, r12, lr}
    mov     r4, sp
    .cfi_def_cfa r4, 36
    .cfi_offset r0, -36
    .cfi_offset r1, -32
    .cfi_offset r2, -28
    .cfi_offset r3, -24
    .cfi_offset r4, -20
    .cfi_offset r12, -16
    .cfi_offset lr, -12
    .cfi_offset pc, -8
    bic     sp, sp, #7                  @ the procedure call standard wants 8-byte alignment
    bl      take_interrupt
    mov     sp, r4
    pop     {r0-r4, r12, lr}
    rfeia   sp!
    .cfi_endproc
    .size   host_irq, . - host_irq

    .type   host_fault, %function
host_fault:                             @ a defect of this program: stand still for the debugger
    b       host_fault
    .size   host_fault, . - host_fault

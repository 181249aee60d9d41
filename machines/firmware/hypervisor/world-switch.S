/* Hyp mode: its vectors, calls from the host, and the switch to a guest's world and back.
 * (DDI 0406C, B1.8.1 table B1-3, B1.14 "Traps to the hypervisor"; IHI 0048B, 5.2 for the list registers) */
#include "platform.h"
#include "world.h"
    .syntax unified
    .arm
    .cfi_sections .debug_frame
    .arch_extension virt
    .fpu    neon-vfpv4
    .section .hyp.text, "ax"

#define HCPTR_TTA_TCP11_TCP10 0x100c00

/* One register of a world to or from memory at r1, which advances; r2 and r3 are spent. */
#define SAVE_DOUBLE(name, opc1, CRm) mrrc p15, opc1, r2, r3, CRm; stmia r1!, {r2, r3};
#define LOAD_DOUBLE(name, opc1, CRm) ldmia r1!, {r2, r3}; mcrr p15, opc1, r2, r3, CRm;
#define SAVE_WORD(name, opc1, CRn, CRm, opc2) mrc p15, opc1, r2, CRn, CRm, opc2; str r2, [r1], #4;
#define LOAD_WORD(name, opc1, CRn, CRm, opc2) ldr r2, [r1], #4; mcr p15, opc1, r2, CRn, CRm, opc2;
#define SAVE_BANKED(name) mrs r2, name; str r2, [r1], #4;
#define LOAD_BANKED(name) ldr r2, [r1], #4; msr name, r2;
#define SAVE_GICH(name, offset) ldr r3, [r2, offset]; str r3, [r1], #4;
#define LOAD_GICH(name, offset) ldr r3, [r1], #4; str r3, [r2, offset];

    .macro  save_world
    WORLD_DOUBLES(SAVE_DOUBLE)
    WORLD_WORDS(SAVE_WORD)
    WORLD_BANKED(SAVE_BANKED)
    mrs     r2, elr_hyp
    mrs     r3, spsr                    @ in Hyp mode this is SPSR_hyp
    stmia   r1!, {r2, r3}
    .endm

    .macro  load_world
    WORLD_DOUBLES(LOAD_DOUBLE)
    WORLD_WORDS(LOAD_WORD)
    WORLD_BANKED(LOAD_BANKED)
    ldmia   r1!, {r2, r3}
    msr     elr_hyp, r2
    msr     spsr_cxsf, r3
    .endm

    .global hyp_vectors
    .align  5
hyp_vectors:
    b       hyp_fault                   @ 0x00 not used
    b       hyp_fault                   @ 0x04 undefined instruction in Hyp mode
    b       hyp_fault                   @ 0x08 HVC in Hyp mode
    b       hyp_fault                   @ 0x0c prefetch abort in Hyp mode
    b       hyp_fault                   @ 0x10 data abort in Hyp mode
    b       hyp_trap                    @ 0x14 trap or HVC from another mode
#ifdef MISTAKE_IRQ_AND_FIQ_SWAPPED
    b       hyp_fiq
    b       hyp_irq
#else
    b       hyp_irq                     @ 0x18
    b       hyp_fiq                     @ 0x1c
#endif

    .global hyp_fault
    .type   hyp_fault, %function
hyp_fault:                              @ a defect of this program: stand still for the debugger
    b       hyp_fault
    .size   hyp_fault, . - hyp_fault

/* From the host, or from a guest: VTTBR tells by its VMID. */
    .type   hyp_trap, %function
hyp_trap:
    push    {r0, r1}
    mrrc    p15, 6, r0, r1, c2          @ VTTBR
    ubfx    r1, r1, #16, #8             @ VMID
    cmp     r1, #0
    beq     host_call
    mrc     p15, 4, r0, c5, c2, 0       @ HSR
    lsr     r0, r0, #26
    cmp     r0, #0x07                   @ VFP or Advanced SIMD: needs no world switch
    beq     switch_vfp
    mov     r0, #EXIT_TRAP
    b       leave_guest
    .size   hyp_trap, . - hyp_trap

/* The host's HVC: r0 is a function of Hyp mode, r1-r3 are its arguments; it returns to the host in r0. */
    .type   host_call, %function
host_call:
    pop     {r0, r1}
    push    {r4, lr}                    @ lr is LR_usr, which is the host's too
    mov     r12, r0
    mov     r0, r1
    mov     r1, r2
    mov     r2, r3
    blx     r12
    pop     {r4, lr}
    eret
    .size   host_call, . - host_call

    .type   hyp_irq, %function
hyp_irq:
    push    {r0, r1}
    mov     r0, #EXIT_IRQ
    b       leave_guest
    .size   hyp_irq, . - hyp_irq

    .type   hyp_fiq, %function
hyp_fiq:
    push    {r0, r1}
    mov     r0, #EXIT_FIQ
    b       leave_guest
    .size   hyp_fiq, . - hyp_fiq

/* u32 enter_guest(struct processor *): lets a guest run until something leads back; returns what it was. */
    .global enter_guest
    .type   enter_guest, %function
enter_guest:
    .cfi_startproc
    push    {r4-r11, lr}
    .cfi_def_cfa_offset 36
    mcr     p15, 4, r0, c13, c0, 2      @ HTPIDR: whose world it is
    sub     sp, sp, #WORLD_SIZE
    mov     r1, sp
    save_world
    add     r1, r0, #VCPU_GICH
    ldr     r2, =GICH
    GICH_STATE(LOAD_GICH)
#ifdef MISTAKE_STRAY_WRITES
    .global stray_writes
stray_writes:
    str     r3, [r2, #0x040]            @ nothing is there (IHI 0048B, table 5-1)
    str     r3, [r2, #0x1f0]
#endif
    add     r1, r0, #VCPU_WORLD
    load_world
    ldr     r2, =vfp_owner
    ldr     r2, [r2]
    cmp     r2, r0
    ldr     r2, =HCPTR_TTA_TCP11_TCP10
    biceq   r2, r2, #0xc00              @ the registers are this guest's: no trap
    mcr     p15, 4, r2, c1, c1, 2       @ HCPTR
    mov     lr, r0
    ldmia   lr, {r0-r12, lr}
    .global guest_entry
guest_entry:                            @ the next instruction is the guest's
    eret

    @ From a vector: the guest's r0 and r1 are on the stack, r0 is what to return.
    .global leave_guest
leave_guest:
    mrc     p15, 4, r1, c13, c0, 2      @ HTPIDR
    add     r1, r1, #8
    stmia   r1, {r2-r12, lr}
    pop     {r2, r3}
    stmdb   r1, {r2, r3}
    mov     r4, r0
    sub     r5, r1, #8
    mrc     p15, 4, r6, c5, c2, 0       @ HSR
    mrc     p15, 4, r7, c6, c0, 0       @ HDFAR
    mrc     p15, 4, r8, c6, c0, 2       @ HIFAR
    mrc     p15, 4, r9, c6, c0, 4       @ HPFAR
    add     r1, r5, #VCPU_EXIT
    stmia   r1, {r6-r9}
    add     r1, r5, #VCPU_WORLD
    save_world
    add     r1, r5, #VCPU_GICH
    ldr     r2, =GICH
    GICH_STATE(SAVE_GICH)
    GICH_STATUS(SAVE_GICH)
    mov     r3, #0
    str     r3, [r2]                    @ GICH_HCR: the virtual CPU interface is off
    mcr     p15, 4, r3, c1, c1, 2       @ HCPTR
    mov     r1, sp
    load_world
    add     sp, sp, #WORLD_SIZE
    mov     r0, r4
    pop     {r4-r11, pc}
    .cfi_endproc
    .size   enter_guest, . - enter_guest

/* void flush_guest(struct processor *): forgets what the TLB holds of a guest's both stages. */
    .global flush_guest
    .type   flush_guest, %function
flush_guest:
    add     r0, r0, #VCPU_WORLD + 40    @ its VTTBR, of which TLB maintenance takes the VMID
    ldmia   r0, {r2, r3}
    mcrr    p15, 6, r2, r3, c2
    isb
    mcr     p15, 0, r0, c8, c7, 0       @ TLBIALL of the current VMID: stage 1 and 2 (DDI 0406C, B3.10.5)
    mcr     p15, 0, r0, c7, c5, 0       @ ICIALLU
    dsb
    isb
    mov     r2, #0
    mcrr    p15, 6, r2, r2, c2
    isb
    bx      lr
    .size   flush_guest, . - flush_guest
    .ltorg

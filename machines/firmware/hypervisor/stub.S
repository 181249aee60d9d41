/* The host's stub: a kernel that started in Hyp mode leaves this behind, drops to Supervisor mode, and can come back.
 * HVC with r0 = -1 returns HVBAR, with any other r0 sets it. (DDI 0406C, B1.7 "Hyp mode") */
    .syntax unified
    .arm
    .cfi_sections .debug_frame
    .arch_extension virt
    .text

    .global booted                      @ what boot.S goes on with
    .type   booted, %function
booted:
    .cfi_startproc
    .cfi_undefined lr
    ldr     r0, =stub_vectors
    mcr     p15, 4, r0, c12, c0, 0      @ HVBAR
    mov     r0, #0
    mcr     p15, 4, r0, c1, c1, 0       @ HCR: no second stage, no trap
    mcr     p15, 4, r0, c1, c1, 2       @ HCPTR
    mcr     p15, 4, r0, c1, c1, 3       @ HSTR
    mcr     p15, 4, r0, c1, c0, 0       @ HSCTLR
    mcrr    p15, 4, r0, r0, c14         @ CNTVOFF
    mcrr    p15, 6, r0, r0, c2          @ VTTBR: VMID 0 is the host
    mrc     p15, 4, r0, c1, c1, 1       @ HDCR: HPMN stays, no trap
    and     r0, r0, #0x1f
    mcr     p15, 4, r0, c1, c1, 1
    mov     r0, #3                      @ CNTHCTL: PL1 has the physical counter and timer
    mcr     p15, 4, r0, c14, c1, 0
    mrc     p15, 0, r0, c0, c0, 0
    mcr     p15, 4, r0, c0, c0, 0       @ VPIDR = MIDR
    mrc     p15, 0, r0, c0, c0, 5
    mcr     p15, 4, r0, c0, c0, 5       @ VMPIDR = MPIDR
    ldr     r0, =host_start
    msr     elr_hyp, r0
    mov     r0, #0x1d3                  @ Supervisor mode; A, I and F masked
    msr     spsr_cxsf, r0
    eret
    .cfi_endproc
    .size   booted, . - booted

    .align  5
stub_vectors:
    b       .
    b       .
    b       .
    b       .
    b       .
    b       stub_call                   @ 0x14
    b       .
    b       .

    .type   stub_call, %function
stub_call:
    cmn     r0, #1
    mrceq   p15, 4, r0, c12, c0, 0      @ HVBAR
    mcrne   p15, 4, r0, c12, c0, 0
    eret
    .size   stub_call, . - stub_call

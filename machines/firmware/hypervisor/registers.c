/* A guest's registers as the instruction that was trapped sees them, and its next instruction.
 * (DDI 0406C, B1.3.2 figure B1-2; A2.5.2 ITSTATE; B1.8.3 for exceptions that are made for it) */
#include "hypervisor.h"

enum { MODE_FIQ = 0x11, MODE_IRQ = 0x12, MODE_SVC = 0x13, MODE_ABT = 0x17, MODE_UND = 0x1b };
#define HSR_IL (1u << 25)
#define CPSR_T (1u << 5)
#define CPSR_IT 0x0600fc00u
#define SCTLR_V (1u << 13)
#define SCTLR_TE (1u << 30)

/* Where register n of the current mode is, n from 0 to 14. */
u32 *guest_register(struct vm *vm, u32 n)
{
    struct world *world = &vm->processor.world;
    u32 mode = world->cpsr & 0x1f;

    if (mode == MODE_FIQ && n >= 8 && n <= 12)
        return &world->r8_fiq + (n - 8);
    if (n < 13)
        return &vm->processor.r[n];
    switch (mode) {
    case MODE_FIQ:
        return n == 13 ? &world->sp_fiq : &world->lr_fiq;
    case MODE_IRQ:
        return n == 13 ? &world->sp_irq : &world->lr_irq;
    case MODE_SVC:
        return n == 13 ? &world->sp_svc : &world->lr_svc;
    case MODE_ABT:
        return n == 13 ? &world->sp_abt : &world->lr_abt;
    case MODE_UND:
        return n == 13 ? &world->sp_und : &world->lr_und;
    default:
        return n == 13 ? &world->sp_usr : &vm->processor.lr;
    }
}

/* Advances the PC by 2 or 4 (HSR.IL), and ITSTATE as the instruction would have. */
void skip_instruction(struct vm *vm, u32 HSR)
{
    struct world *world = &vm->processor.world;
    u32 cpsr = world->cpsr, it = (cpsr >> 25 & 3) | (cpsr >> 8 & 0xfc);

    world->pc += HSR & HSR_IL ? 4 : 2;
    if (!(cpsr & CPSR_T) || it == 0)
        return;
    it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
    world->cpsr = (cpsr & ~CPSR_IT) | (it & 3) << 25 | (it & 0xfc) << 8;
}

/* The guest takes an Undefined Instruction exception at the instruction that was trapped. */
void inject_undefined(struct vm *vm)
{
    struct world *world = &vm->processor.world;

    world->spsr_und = world->cpsr;
    world->lr_und = world->pc + (world->cpsr & CPSR_T ? 2 : 4);
    world->cpsr = (world->cpsr & ~(CPSR_IT | CPSR_T | 0x1f)) | MODE_UND | 1u << 7;
    if (world->SCTLR & SCTLR_TE)
        world->cpsr |= CPSR_T;
    world->pc = (world->SCTLR & SCTLR_V ? 0xffff0000 : world->VBAR) + 4;
}

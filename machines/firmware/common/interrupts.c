/* Interrupts by number to functions, and waiting for them. (IHI 0048B, 3.2 "General handling of interrupts") */
#include "interrupts.h"
#include "exceptions.h"

#define INTERRUPTS 64
#define MOST_SPURIOUS 1000

volatile u32 spurious_interrupts, unexpected_interrupts;
static void (*handlers[INTERRUPTS])(void);

void enable_irqs(void)
{
    __asm__ volatile("cpsie i" ::: "memory");
}

void disable_irqs(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
}

void enable_interrupt(u32 id, void (*handler)(void))
{
    handlers[id] = handler;
    GICD_IPRIORITYR_BYTE(id) = 0x80;
    if (id >= 32)
        GICD_ITARGETSR_BYTE(id) = 1; /* processor 0 */
    GICD_ISENABLER(id / 32) = 1u << id % 32;
}

void disable_interrupt(u32 id)
{
    GICD_ICENABLER(id / 32) = 1u << id % 32;
    handlers[id] = 0;
}

/* Nothing to acknowledge where there was an interrupt. Too many, and nothing else would run: leave them masked. */
static void handle_spurious(struct frame *frame)
{
    spurious_interrupts++;
    if (spurious_interrupts >= MOST_SPURIOUS)
        frame->cpsr |= 1u << 7;
}

void handle_irq(struct frame *frame)
{
    u32 acknowledged = GICC_IAR, id = acknowledged & 0x3ff;

    if (id >= 1020) {
        handle_spurious(frame);
        return;
    }
    if (id < INTERRUPTS && handlers[id])
        handlers[id]();
    else
        unexpected_interrupts++;
    GICC_EOIR = acknowledged;
}

/* Sleeps until the handlers have brought a count to its target; gives 0 if spurious interrupts leave no hope. IRQs are
 * masked between the test and WFI, which wakes for a masked interrupt too: none can slip through between them (DDI
 * 0406C, B1.8.13). */
int wait_for(volatile u32 *count, u32 target)
{
    for (;;) {
        disable_irqs();
        if (*count >= target)
            return 1;
        if (spurious_interrupts >= MOST_SPURIOUS)
            return 0;
        __asm__ volatile("dsb\n wfi" ::: "memory");
        enable_irqs();
        __asm__ volatile("isb" ::: "memory");
    }
}

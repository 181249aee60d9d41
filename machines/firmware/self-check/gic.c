/* The interrupt controller: interrupts by number to functions. Enable bit 0 of both control registers is the right one
 * in every state: Group 0 for Secure software, the only group without the Security Extensions, Group 1 for Non-secure
 * software. (IHI 0048B, 3.2 "General handling of interrupts", 4.3, 4.4) */
#include "self-check.h"

#define INTERRUPTS 64
#define SPURIOUS 1023

static void (*handlers[INTERRUPTS])(void);
static u32 unexpected_interrupts;

static void enable_irqs(void)
{
    __asm__ volatile("cpsie i" ::: "memory");
}

static void disable_irqs(void)
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

void handle_irq(void)
{
    u32 acknowledged = GICC_IAR, id = acknowledged & 0x3ff;

    if (id == SPURIOUS)
        return;
    if (id < INTERRUPTS && handlers[id])
        handlers[id]();
    else
        unexpected_interrupts++;
    GICC_EOIR = acknowledged;
}

/* Sleeps until the handlers have brought a count to its target. IRQs are masked between the test and WFI, which
 * wakes for a masked interrupt too: none can slip through between them (DDI 0406C, B1.8.13). */
void wait_for(volatile u32 *count, u32 target)
{
    for (;;) {
        disable_irqs();
        if (*count >= target)
            return;
        __asm__ volatile("dsb\n wfi" ::: "memory");
        enable_irqs();
        __asm__ volatile("isb" ::: "memory");
    }
}

static volatile u32 software_interrupts;

static void count_software_interrupt(void)
{
    software_interrupts++;
}

void check_gic(void)
{
    begin_check("gic");
    expect_true("GICD_TYPER.ITLinesNumber of at least 2", (GICD_TYPER & 31) >= 2);
    GICD_CTLR = 1;
    GICC_PMR = 0xff;
    GICC_CTLR = 1;
    enable_interrupt(1, count_software_interrupt);
    GICD_SGIR = 2u << 24 | 1; /* to the processor that asks, interrupt 1 */
    wait_for(&software_interrupts, 1);
    disable_interrupt(1);
    expect_equal("number of software-generated interrupts", software_interrupts, 1);
    expect_equal("number of unexpected interrupts", unexpected_interrupts, 0);
    expect_equal("GICC_IAR with nothing pending", GICC_IAR & 0x3ff, SPURIOUS);
    end_check();
}

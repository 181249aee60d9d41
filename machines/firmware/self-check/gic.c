/* The interrupt controller, with a software-generated interrupt. Enable bit 0 of both control registers is the right
 * one in every state: Group 0 for Secure software, the only group without the Security Extensions, Group 1 for
 * Non-secure software. (IHI 0048B, 4.3, 4.4) */
#include "self-check.h"

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

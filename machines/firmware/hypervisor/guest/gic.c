/* Interrupts: the distributor is emulated by the hypervisor, the CPU interface is GICV in the place of GICC.
 * (IHI 0048B, 3.2 "General handling of interrupts", 5.5) */
#include "guest.h"

static volatile u32 software_interrupts;

u64 read_counter(void)
{
    return read_cp15_64("p15, 1, %Q0, %R0, c14"); /* CNTVCT */
}

/* Polls for at most 10 ms: what this guest sends to itself does not need longer. */
static void poll_for(volatile u32 *count, u32 target)
{
    u64 end = read_counter() + read_cp15("p15, 0, %0, c14, c0, 0") / 100; /* CNTFRQ */

    enable_irqs();
    while (*count < target && read_counter() < end)
        ;
    disable_irqs();
}

/* A function of its own, so that a debugger finds the store. */
static __attribute__((noinline)) void enable_distributor(void)
{
    GICD_CTLR = 1;
}

void check_distributor(void)
{
    begin_check("distributor");
    expect_equal("GICD_TYPER", GICD_TYPER & 0x4ff, 4); /* 160 interrupts, one processor, no Security Extensions */
    expect_equal("GICD_IIDR", GICD_IIDR & 0xfff, 0x43b); /* ARM */
    enable_distributor();
    GICC_PMR = 0xff;
    GICC_CTLR = 1;
    expect_equal("GICD_CTLR", GICD_CTLR, 1);
    GICD_ISENABLER(1) = 0x50;
    expect_equal("GICD_ISENABLER1", GICD_ISENABLER(1), 0x50);
    GICD_ICENABLER(1) = 0x10;
    expect_equal("GICD_ISENABLER1 after GICD_ICENABLER1", GICD_ISENABLER(1), 0x40);
    GICD_ICENABLER(1) = 0x40;
    GICD_IPRIORITYR_BYTE(41) = 0xff;
    expect_equal("a byte of GICD_IPRIORITYR", GICD_IPRIORITYR(10), 0xf800);
    GICD_ISPENDR(1) = 0x200;
    expect_equal("GICD_ISPENDR1", GICD_ISPENDR(1), 0x200);
    GICD_ICPENDR(1) = 0x200;
    expect_equal("GICD_ISPENDR1 after GICD_ICPENDR1", GICD_ISPENDR(1), 0);
    GICD_ISACTIVER(1) = 0x200;
    expect_equal("GICD_ISACTIVER1", GICD_ISACTIVER(1), 0x200);
    GICD_ICACTIVER(1) = 0x200;
    expect_equal("GICD_ISACTIVER1 after GICD_ICACTIVER1", GICD_ISACTIVER(1), 0);
    GICD_IGROUPR(1) = 0x200;
    expect_equal("GICD_IGROUPR1", GICD_IGROUPR(1), 0x200);
    GICD_IGROUPR(1) = 0;
    GICD_ITARGETSR_BYTE(41) = 1;
    expect_equal("a byte of GICD_ITARGETSR", GICD_ITARGETSR_BYTE(41), 1);
    GICD_ICFGR(2) = 0x00080000;
    expect_equal("GICD_ICFGR2", GICD_ICFGR(2), 0x00080000);
    GICD_ICFGR(2) = 0;
    expect_equal("GICC_IAR with nothing pending", GICC_IAR & 0x3ff, SPURIOUS);
    end_check();
}

static volatile u32 active_in_handler;

static void count_software_interrupt(void)
{
    software_interrupts++;
}

static void look_at_software_interrupt(void)
{
    active_in_handler = GICD_ISACTIVER(0) & 0xffff;
    software_interrupts++;
}

void check_software_interrupts(void)
{
    begin_check("software-generated-interrupt");
    enable_interrupt(1, look_at_software_interrupt);
    GICD_SGIR = 2u << 24 | 1; /* to the processor that asks, interrupt 1 */
    poll_for(&software_interrupts, 1);
    expect_equal("number of interrupts", software_interrupts, 1);
    expect_equal("GICD_ISACTIVER0 in the handler", active_in_handler, 2);
    expect_equal("GICD_ISACTIVER0 afterwards", GICD_ISACTIVER(0), 0);
    end_check();
}

/* More interrupts at once than there are list registers: those without one come when others have been ended. Nothing here
 * leads to the hypervisor but its maintenance interrupt. */
void check_overflow(void)
{
    u32 before = software_interrupts;

    begin_check("list-register-overflow");
    for (u32 id = 2; id < 12; id++)
        enable_interrupt(id, count_software_interrupt);
    for (u32 id = 2; id < 12; id++)
        GICD_SGIR = 2u << 24 | id;
    poll_for(&software_interrupts, before + 10);
    expect_equal("number of interrupts", software_interrupts, before + 10);
    end_check();
}

void check_spurious(void)
{
    begin_check("spurious-interrupts");
    expect_equal("spurious interrupts", spurious_interrupts, 0);
    expect_equal("unexpected interrupts", unexpected_interrupts, 0);
    end_check();
}

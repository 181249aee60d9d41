/* Ten ticks of the processor's physical timer. (DDI 0406C, B8.1 "About the Generic Timer") */
#include "self-check.h"

#define TICKS 10
#define USUAL_FREQUENCY 100000000u

/* CNTP_CTL, DDI 0406C, B4.1.30 */
#define ENABLE 1u
#define ISTATUS 4u

static volatile u32 ticks;
static u32 period;

static u32 read_frequency(void)
{
    u32 cntfrq;
    __asm__ volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(cntfrq));
    return cntfrq;
}

static u64 read_counter(void)
{
    u64 cntpct;
    __asm__ volatile("isb\n mrrc p15, 0, %Q0, %R0, c14" : "=r"(cntpct)::"memory");
    return cntpct;
}

static u32 read_control(void)
{
    u32 cntp_ctl;
    __asm__ volatile("mrc p15, 0, %0, c14, c2, 1" : "=r"(cntp_ctl));
    return cntp_ctl;
}

static void write_control(u32 cntp_ctl)
{
    __asm__ volatile("mcr p15, 0, %0, c14, c2, 1\n isb" ::"r"(cntp_ctl) : "memory");
}

/* CNTP_TVAL: the timer's condition is met that many counts from now. */
static void start_in(u32 counts)
{
    __asm__ volatile("mcr p15, 0, %0, c14, c2, 0\n isb" ::"r"(counts) : "memory");
}

static void tick(void)
{
    ticks++;
    start_in(period);
}

void check_generic_timer(void)
{
    u64 start;

    begin_check("generic-timer");
    if (read_frequency() == 0) /* only Secure software gets here: it is the one that has to tell the others */
        __asm__ volatile("mcr p15, 0, %0, c14, c0, 0" ::"r"(USUAL_FREQUENCY));
    period = read_frequency() / 1000;
    expect_true("CNTFRQ of at least 1 MHz", period >= 1000);
    enable_interrupt(SECURE_TIMER_INTERRUPT, tick);
    enable_interrupt(NONSECURE_TIMER_INTERRUPT, tick);
    start = read_counter();
    start_in(period);
    write_control(ENABLE);
    wait_for(&ticks, TICKS);
    expect_true("CNTPCT after ten periods", read_counter() - start >= (u64)TICKS * period);
    expect_equal("CNTP_CTL.ISTATUS before the next tick", read_control() & ISTATUS, 0);
    write_control(0);
    disable_interrupt(SECURE_TIMER_INTERRUPT);
    disable_interrupt(NONSECURE_TIMER_INTERRUPT);
    end_check();
}

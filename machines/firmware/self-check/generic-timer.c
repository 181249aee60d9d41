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
    return read_cp15("p15, 0, %0, c14, c0, 0"); /* CNTFRQ */
}

static u64 read_counter(void)
{
    return read_cp15_64("p15, 0, %Q0, %R0, c14"); /* CNTPCT */
}

static u32 read_control(void)
{
    return read_cp15("p15, 0, %0, c14, c2, 1"); /* CNTP_CTL */
}

static void write_control(u32 cntp_ctl)
{
    write_cp15("p15, 0, %0, c14, c2, 1", cntp_ctl);
}

/* CNTP_TVAL: the timer's condition is met that many counts from now. */
static void start_in(u32 counts)
{
    write_cp15("p15, 0, %0, c14, c2, 0", counts);
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
        write_cp15("p15, 0, %0, c14, c0, 0", USUAL_FREQUENCY);
    period = read_frequency() / 1000;
    expect_true("CNTFRQ of at least 1 MHz", period >= 1000);
    enable_interrupt(SECURE_PHYSICAL_TIMER_INTERRUPT, tick);
    enable_interrupt(PHYSICAL_TIMER_INTERRUPT, tick);
    start = read_counter();
    start_in(period);
    write_control(ENABLE);
    wait_for(&ticks, TICKS);
    expect_true("CNTPCT after ten periods", read_counter() - start >= (u64)TICKS * period);
    expect_equal("CNTP_CTL.ISTATUS before the next tick", read_control() & ISTATUS, 0);
    write_control(0);
    disable_interrupt(SECURE_PHYSICAL_TIMER_INTERRUPT);
    disable_interrupt(PHYSICAL_TIMER_INTERRUPT);
    end_check();
}

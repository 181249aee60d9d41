/* This guest's timer: the SP804 that was passed through to guest 1, the virtual timer of guest 2. Ten ticks, WFI between
 * them. (DDI 0271D, 3.3; DDI 0406C, B8.1.5) */
#include "guest.h"

#define TICKS 10
#define PERIOD_US 1000

volatile u32 ticks;
static u32 period; /* in counts of the timer */

static void sp804_tick(void)
{
    ticks++;
    Timer1IntClr = 0;
}

static void start_sp804(void)
{
    Timer1Control = PeriodicMode | IntEnable | TimerSize32; /* not yet enabled */
    Timer1Load = period;
    enable_interrupt(SP804_INTERRUPT, sp804_tick);
    Timer1Control |= TimerEn;
}

static void stop_sp804(void)
{
    Timer1Control = 0;
    Timer1IntClr = 0;
    disable_interrupt(SP804_INTERRUPT);
}

static void set_virtual_timer(u32 counts)
{
    write_cp15("p15, 0, %0, c14, c3, 0", counts); /* CNTV_TVAL */
}

static void virtual_timer_tick(void)
{
    ticks++;
    set_virtual_timer(period);
}

static void start_virtual_timer(void)
{
    enable_interrupt(VIRTUAL_TIMER_INTERRUPT, virtual_timer_tick);
    set_virtual_timer(period);
    write_cp15("p15, 0, %0, c14, c3, 1", 1); /* CNTV_CTL.ENABLE */
}

static void stop_virtual_timer(void)
{
    write_cp15("p15, 0, %0, c14, c3, 1", 0);
    disable_interrupt(VIRTUAL_TIMER_INTERRUPT);
}

void start_timer(u32 period_us)
{
    if (guest_number == 1) {
        period = period_us; /* the board's 1 MHz */
        start_sp804();
    } else {
        period = read_cp15("p15, 0, %0, c14, c0, 0") / 1000000 * period_us; /* CNTFRQ */
        start_virtual_timer();
    }
}

static void stop_timer(void)
{
    if (guest_number == 1)
        stop_sp804();
    else
        stop_virtual_timer();
}

void check_timer(void)
{
    u64 start = read_counter();

    begin_check("timer");
    start_timer(PERIOD_US);
    wait_for(&ticks, TICKS);
    stop_timer();
    expect_true("ten ticks", ticks >= TICKS);
    if (guest_number == 2)
        expect_true("CNTVCT after ten periods", read_counter() - start >= (u64)TICKS * period);
    end_check();
}

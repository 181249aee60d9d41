/* Ten ticks of this guest's timer, WFI between them: the SP804 that was passed through to guest 1, the virtual timer
 * of guest 2. (DDI 0271D, 3.3; DDI 0406C, B8.1.5) */
#include "guest.h"

#define TICKS 10
#define PERIOD_US 1000

static volatile u32 ticks;
static u32 period;

static void sp804_tick(void)
{
    ticks++;
    Timer1IntClr = 0;
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

static void check_sp804(void)
{
    Timer1Control = PeriodicMode | IntEnable | TimerSize32; /* not yet enabled */
    Timer1Load = PERIOD_US;
    enable_interrupt(SP804_INTERRUPT, sp804_tick);
    Timer1Control |= TimerEn;
    wait_for(&ticks, TICKS);
    Timer1Control = 0;
    Timer1IntClr = 0;
    disable_interrupt(SP804_INTERRUPT);
}

static void check_virtual_timer(void)
{
    u64 start = read_counter();

    period = read_cp15("p15, 0, %0, c14, c0, 0") / (1000000 / PERIOD_US); /* CNTFRQ */
    enable_interrupt(VIRTUAL_TIMER_INTERRUPT, virtual_timer_tick);
    set_virtual_timer(period);
    write_cp15("p15, 0, %0, c14, c3, 1", 1); /* CNTV_CTL.ENABLE */
    wait_for(&ticks, TICKS);
    write_cp15("p15, 0, %0, c14, c3, 1", 0);
    expect_true("CNTVCT after ten periods", read_counter() - start >= (u64)TICKS * period);
    disable_interrupt(VIRTUAL_TIMER_INTERRUPT);
}

void check_timer(void)
{
    begin_check("timer");
    if (guest_number == 1)
        check_sp804();
    else
        check_virtual_timer();
    expect_true("ten ticks", ticks >= TICKS);
    end_check();
}

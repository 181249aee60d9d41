/* Ten ticks of an SP804 in periodic mode. (DDI 0271D, 2.2.4 "Programming", 3.3) */
#include "self-check.h"

#define TICKS 10
#define PERIOD 1000 /* 1 ms at the board's 1 MHz */

static volatile u32 ticks;

static void tick(void)
{
    ticks++;
    Timer1IntClr = 0;
}

void check_sp804(void)
{
    begin_check("sp804");
    Timer1Control = PeriodicMode | IntEnable | TimerSize32; /* not yet enabled */
    Timer1Load = PERIOD;
    expect_equal("Timer1Value after Timer1Load", Timer1Value, PERIOD);
    enable_interrupt(SP804_INTERRUPT, tick);
    Timer1Control |= TimerEn;
    wait_for(&ticks, TICKS);
    expect_true("Timer1Value within the period", Timer1Value <= PERIOD);
    Timer1Control = 0;
    Timer1IntClr = 0;
    disable_interrupt(SP804_INTERRUPT);
    expect_equal("Timer1RIS after Timer1IntClr", Timer1RIS, 0);
    end_check();
}

/* A guest that has checked everything and shall stay: it lets its timer tick, and answers whoever types at its console. */
#include "guest.h"

#define PERIOD_US 10000

static void answer(char c)
{
    if (c != '\r' && c != '\n') {
        put_character(c);
        return;
    }
    print("\nguest ");
    print_decimal(guest_number);
    print(": ");
    print_decimal(ticks);
    print(" ticks, ");
    print_decimal(spurious_interrupts);
    print(" spurious interrupts\n");
}

static void look_at_console(void)
{
    for (int c; (c = console_read()) >= 0;)
        answer(c);
}

void stay(void)
{
    print("guest ");
    print_decimal(guest_number);
    print(" stays: type something\n");
    console_listen(look_at_console);
    start_timer(PERIOD_US);
    for (;;) {
        wait_for(&ticks, ticks + 1);
        look_at_console();
    }
}

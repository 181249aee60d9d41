/* A program that checks the machine it runs on, and ends by switching it off. Each check prints one line. */
#include "self-check.h"

static void greet(void)
{
    print("armhyp self-check: processor ");
    print_hex(read_cp15("p15, 0, %0, c0, c0, 0")); /* MIDR */
    print("\n");
}

static void print_summary(void)
{
    print("self-check: ");
    print_decimal(passed);
    print(" passed, ");
    print_decimal(failed);
    print(" failed\n");
}

int main(void)
{
    console_start();
    greet();
    check_svc();
    check_undefined();
    check_thumb();
    check_mmu();
    check_data_abort();
    check_prefetch_abort();
    check_gic();
    check_sp804();
    check_generic_timer();
    print_summary();
    return 0;
}

/* SYS_CFGCTRL: start, write, function 8 "shutdown" (DUI 0447, 4.3.13). */
void power_off(void)
{
    SYS_CFGSTAT = 0;
    SYS_CFGDATA = 0;
    SYS_CFGCTRL = 0xc0800000;
}

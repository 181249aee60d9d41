/* A small type-2 hypervisor: its host runs at PL1, and enters Hyp mode only to switch to a guest's world and back.
 * README.md tells in what order to read it. */
#include "hypervisor.h"

/* SYS_CFGCTRL: start, write, function 8 "shutdown" (DUI 0447, 4.3.13). */
static void power_off(void)
{
    SYS_CFGSTAT = 0;
    SYS_CFGDATA = 0;
    SYS_CFGCTRL = 0xc0800000;
}

static int any_failed(void)
{
    for (u32 i = 0; i < MAX_GUESTS; i++)
        if (vms[i].failed)
            return 1;
    return 0;
}

int main(void)
{
    console_start(UART0);
    print("hypervisor: the host runs at PL1\n");
    host_mmu_start();
    hyp_start();
    print("hypervisor: Hyp mode has its own translation\n");
    host_interrupts_start();
    start_guests();
    run_guests();
    print(any_failed() ? "hypervisor: FAILED\n" : "hypervisor: all guests are off\n");
    hyp_stop();
    power_off();
    return 0;
}

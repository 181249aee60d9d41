/* A guest that checks everything it can see of the machine that the hypervisor gives it, and then switches itself off, or
 * stays. */
#include "guest.h"

u32 guest_number;

int main(u32 number, u32 shall_stay, u32 cpsr)
{
    guest_number = number;
    console_start();
    print(number == 1 ? "guest 1: SP804, bvm console\n" : "guest 2: virtual timer, PL011\n");
    check_start(cpsr);
    check_exceptions();
    check_mmu();
    check_registers();
    check_distributor();
    check_software_interrupts();
    check_overflow();
    check_timer();
    check_world();
    check_own_memory();
    check_vfp();
    check_psci();
    check_spurious();
    print(failed ? "guest: FAILED\n" : "guest: all passed\n");
    report();
    if (shall_stay)
        stay();
    power_off();
    return 0;
}

/* Calls to the hypervisor. (DEN 0022D, 5.1) */
#include "guest.h"

#define PSCI_VERSION 0x84000000u
#define SYSTEM_OFF 0x84000008u
#define NOT_SUPPORTED (~0u)

u32 hvc_call(u32 function, u32 argument)
{
    register u32 r0 __asm__("r0") = function;
    register u32 r1 __asm__("r1") = argument;

    __asm__ volatile(".arch_extension virt\n hvc #0" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static u32 smc_call(u32 function)
{
    register u32 r0 __asm__("r0") = function;

    __asm__ volatile(".arch_extension sec\n smc #0" : "+r"(r0)::"memory");
    return r0;
}

void check_psci(void)
{
    begin_check("psci");
    expect_equal("PSCI_VERSION by HVC", hvc_call(PSCI_VERSION, 0), 2);
    expect_equal("PSCI_VERSION by SMC", smc_call(PSCI_VERSION), 2);
    expect_equal("a function that is not there", hvc_call(0x8400ffff, 0), NOT_SUPPORTED);
    end_check();
}

/* HVC #1: how many checks have passed, and failed. */
void report(void)
{
    register u32 r0 __asm__("r0") = passed;
    register u32 r1 __asm__("r1") = failed;

    __asm__ volatile(".arch_extension virt\n hvc #1" ::"r"(r0), "r"(r1) : "memory");
}

void power_off(void)
{
    hvc_call(SYSTEM_OFF, 0);
}

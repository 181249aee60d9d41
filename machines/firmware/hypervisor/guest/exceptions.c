/* Exceptions that the guest raises on purpose. None of them concerns the hypervisor: they are taken to the guest's own
 * vectors. The physical timer is the host's, so that its registers are undefined here. (DDI 0406C, B1.8, B8.1.5) */
#include "guest.h"

void check_start(u32 cpsr)
{
    begin_check("start");
    expect_equal("CPSR without condition flags", cpsr & 0x1ff, 0x1d3);
    expect_equal("MPIDR", read_cp15("p15, 0, %0, c0, c0, 5"), 0x80000000);
    expect_equal("MIDR's part number", read_cp15("p15, 0, %0, c0, c0, 0") & 0xff00fff0, 0x4100c0f0);
    end_check();
}

void check_exceptions(void)
{
    begin_check("exceptions");
    __asm__ volatile("svc #0x1234" ::: "lr", "memory");
    expect_equal("immediate of SVC", supervisor_calls.status, 0x1234);
    __asm__ volatile("udf #0" ::: "memory");
    expect_equal("undefined instructions", undefined_instructions.count, 1);
    __asm__ volatile("mrc p15, 0, r0, c14, c2, 1" ::: "r0", "memory"); /* CNTP_CTL */
    expect_equal("undefined instructions after CNTP_CTL", undefined_instructions.count, 2);
    __asm__ volatile("mrrc p15, 2, r0, r1, c14" ::: "r0", "r1", "memory"); /* CNTP_CVAL */
    expect_equal("undefined instructions after CNTP_CVAL", undefined_instructions.count, 3);
    end_check();
}

/* All 32 VFP registers keep their values while the other guest uses its own: this lasts for several turns of both.
 * (DDI 0406C, A2.6 "Advanced SIMD and Floating-point Extensions"; B1.11) */
#include "guest.h"

#define TURNS_MS 20

/* Compares all registers with what fill() has put there; gives how many differ. */
static u32 compare(u32 seed)
{
    static u32 values[64];
    u32 differ = 0;

    __asm__ volatile(".fpu neon-vfpv4\n"
                     "mov r0, %0\n"
                     "vstmia r0!, {d0-d15}\n"
                     "vstmia r0, {d16-d31}" ::"r"(values)
                     : "r0", "memory");
    for (u32 n = 0; n < 64; n++)
        differ += values[n] != seed + n;
    return differ;
}

static void fill(u32 seed)
{
    static u32 values[64];

    for (u32 n = 0; n < 64; n++)
        values[n] = seed + n;
    __asm__ volatile(".fpu neon-vfpv4\n"
                     "mov r0, %0\n"
                     "vldmia r0!, {d0-d15}\n"
                     "vldmia r0, {d16-d31}" ::"r"(values)
                     : "r0", "memory");
}

void check_vfp(void)
{
    u32 seed = guest_number << 24, differ = 0, fpexc;
    u64 end = read_counter() + (u64)TURNS_MS * (read_cp15("p15, 0, %0, c14, c0, 0") / 1000);

    begin_check("vfp");
    write_cp15("p15, 0, %0, c1, c0, 2", 0x00f00000); /* CPACR: CP10, CP11 */
    __asm__ volatile(".fpu neon-vfpv4\n vmsr fpexc, %0" ::"r"(1u << 30));
    fill(seed);
    while (differ == 0 && read_counter() < end)
        differ = compare(seed);
    expect_equal("registers that have changed", differ, 0);
    __asm__ volatile(".fpu neon-vfpv4\n vmrs %0, fpexc" : "=r"(fpexc));
    expect_equal("FPEXC", fpexc, 1u << 30);
    end_check();
}

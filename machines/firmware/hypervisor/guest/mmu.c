/* The guest's own translation, the first of two stages: short descriptors, RAM cached, a window whose mapping differs
 * from its address. What both guests write to the same addresses differs, and stays. (DDI 0406C, B3.5) */
#include "guest.h"

#define SECTION_DEVICE (2u | 1u << 2 /* B */ | 1u << 4 /* XN */ | 3u << 10 /* AP */)
#define SECTION_MEMORY (2u | 3u << 2 /* C, B */ | 3u << 10 /* AP */ | 1u << 12 /* TEX */ | 1u << 16 /* S */)
#define TRANSLATION_FAULT_SECTION 0x005u

#define RAM 0xc0000000u
#define BEHIND_WINDOW 0xc0e00000u
#define WINDOW 0xd0000000u
#define UNMAPPED 0xf0000000u

static u32 first_level[4096] __attribute__((aligned(16384)));

static void enable_mmu_and_caches(void)
{
    for (u32 section = 0; section < 0x800; section++)
        first_level[section] = section << 20 | SECTION_DEVICE;
    for (u32 section = 0; section < 16; section++)
        first_level[(RAM >> 20) + section] = (RAM + (section << 20)) | SECTION_MEMORY;
    first_level[WINDOW >> 20] = BEHIND_WINDOW | SECTION_MEMORY;
    __asm__ volatile("dsb" ::: "memory");
    write_cp15("p15, 0, %0, c8, c7, 0", 0);                        /* TLBIALL */
    write_cp15("p15, 0, %0, c7, c5, 0", 0);                        /* ICIALLU */
    write_cp15("p15, 0, %0, c2, c0, 2", 0);                        /* TTBCR */
    write_cp15("p15, 0, %0, c2, c0, 0", (u32)first_level | 0x4a);  /* TTBR0 */
    write_cp15("p15, 0, %0, c3, c0, 0", 1);                        /* DACR */
    write_cp15("p15, 0, %0, c1, c0, 0", read_cp15("p15, 0, %0, c1, c0, 0") | 1u << 12 | 1u << 11 | 1u << 2 | 1u);
}

void check_mmu(void)
{
    begin_check("mmu");
    enable_mmu_and_caches();
    REGISTER(BEHIND_WINDOW) = 0x11111111 * guest_number;
    expect_equal("memory seen through its window", REGISTER(WINDOW), 0x11111111 * guest_number);
    __asm__ volatile("ldr r1, [%0]" ::"r"(UNMAPPED) : "r1", "memory");
    expect_equal("data aborts", data_aborts.count, 1);
    expect_equal("DFSR", data_aborts.status & 0xc0f, TRANSLATION_FAULT_SECTION);
    expect_equal("DFAR", data_aborts.address, UNMAPPED);
    end_check();
}

void check_own_memory(void)
{
    begin_check("own-memory");
    expect_equal("memory after the other guest has run", REGISTER(WINDOW), 0x11111111 * guest_number);
    end_check();
}

/* Virtual memory with short descriptors: RAM cached, devices as they must be, and a window whose mappings differ
 * from their addresses, on which aborts are taken. (DDI 0406C, B3.5 "Short-descriptor translation table format") */
#include "self-check.h"

/* First-level descriptor of a 1 MB section: B3.5.1, figure B3-4. */
#define SECTION 2u
#define SECTION_DEVICE (SECTION | 1u << 2 /* B */ | 1u << 4 /* XN */ | 3u << 10 /* AP */)
#define SECTION_MEMORY (SECTION | 3u << 2 /* C, B */ | 3u << 10 /* AP */ | 1u << 12 /* TEX */ | 1u << 16 /* S */)
#define PAGE_TABLE 1u
/* Second-level descriptor of a 4 KB page: B3.5.1, figure B3-5. */
#define SMALL_PAGE (2u | 3u << 2 /* C, B */ | 1u << 4 /* AP */ | 1u << 6 /* TEX */ | 1u << 10 /* S */)
#define READ_ONLY (1u << 9) /* AP[2] */

/* Fault status, DDI 0406C, table B3-23. */
#define TRANSLATION_FAULT_SECTION 0x005u
#define TRANSLATION_FAULT_PAGE 0x007u
#define PERMISSION_FAULT_PAGE 0x00fu
#define WnR 0x800u /* DFSR: caused by a write */

#define RAM 0x80000000u
#define RAM_BEHIND_WINDOW 0x80f00000u
#define WINDOW 0xa0000000u /* page 0 writable, page 1 the same memory read-only, page 2 not mapped */
#define UNMAPPED 0xf0000000u

static u32 first_level[4096] __attribute__((aligned(16384)));
static u32 second_level[256] __attribute__((aligned(1024)));

static void build_tables(void)
{
    for (u32 section = 0; section < 0x800; section++)
        first_level[section] = section << 20 | SECTION_DEVICE;
    for (u32 section = RAM >> 20; section < (RAM >> 20) + 16; section++)
        first_level[section] = section << 20 | SECTION_MEMORY;
    first_level[WINDOW >> 20] = (u32)second_level | PAGE_TABLE;
    second_level[0] = RAM_BEHIND_WINDOW | SMALL_PAGE;
    second_level[1] = RAM_BEHIND_WINDOW | SMALL_PAGE | READ_ONLY;
}

/* Caches, branch predictor and TLBs are invalid after the reset of a Cortex-A15 (DDI 0438, 2.3.1); the
 * maintenance here is for a start by a loader. */
static void enable_mmu_and_caches(void)
{
    u32 ttbr0 = (u32)first_level | 0x4a; /* walks: write-back, write-allocate, shareable */

    write_cp15("p15, 0, %0, c8, c7, 0", 0);     /* TLBIALL */
    write_cp15("p15, 0, %0, c7, c5, 0", 0);     /* ICIALLU */
    write_cp15("p15, 0, %0, c7, c5, 6", 0);     /* BPIALL */
    write_cp15("p15, 0, %0, c2, c0, 2", 0);     /* TTBCR: short descriptors, TTBR0 only */
    write_cp15("p15, 0, %0, c2, c0, 0", ttbr0); /* TTBR0 */
    write_cp15("p15, 0, %0, c3, c0, 0", 1);     /* DACR: domain 0 is a client */
    __asm__ volatile("dsb\n isb" ::: "memory");
    /* SCTLR.{I, Z, C, M} */
    write_cp15("p15, 0, %0, c1, c0, 0", read_cp15("p15, 0, %0, c1, c0, 0") | 1u << 12 | 1u << 11 | 1u << 2 | 1u);
}

void check_mmu(void)
{
    begin_check("mmu");
    build_tables();
    enable_mmu_and_caches();
    expect_equal("SCTLR.{I,C,M}", read_cp15("p15, 0, %0, c1, c0, 0") & 0x1005, 0x1005);
    REGISTER(RAM_BEHIND_WINDOW) = 0x01234567;
    expect_equal("memory seen through its page", REGISTER(WINDOW), 0x01234567);
    REGISTER(WINDOW + 4) = 0x89abcdef;
    expect_equal("memory written through its page", REGISTER(RAM_BEHIND_WINDOW + 4), 0x89abcdef);
    expect_equal("memory seen through its read-only page", REGISTER(WINDOW + 0x1004), 0x89abcdef);
    end_check();
}

static void expect_data_abort(const char *what, u32 count, u32 status, u32 address)
{
    expect_equal("number of data aborts", data_aborts.count, count);
    expect_equal(what, data_aborts.status & 0xc0f, status);
    expect_equal("DFAR", data_aborts.address, address);
}

/* Assembly, so that each access is one instruction of four bytes: the handler skips it. */
static void read_word(u32 address)
{
    __asm__ volatile("ldr r1, [%0]" ::"r"(address) : "r1", "memory");
}

static void write_word(u32 address)
{
    __asm__ volatile("str %0, [%0]" ::"r"(address) : "memory");
}

void check_data_abort(void)
{
    begin_check("data-abort");
    read_word(UNMAPPED);
    expect_data_abort("DFSR of a read without a section", 1, TRANSLATION_FAULT_SECTION, UNMAPPED);
    write_word(WINDOW + 0x2008);
    expect_data_abort("DFSR of a write without a page", 2, TRANSLATION_FAULT_PAGE | WnR, WINDOW + 0x2008);
    write_word(WINDOW + 0x1004);
    expect_data_abort("DFSR of a write to a read-only page", 3, PERMISSION_FAULT_PAGE | WnR, WINDOW + 0x1004);
    expect_equal("memory after the refused write", REGISTER(WINDOW + 4), 0x89abcdef);
    end_check();
}

void check_prefetch_abort(void)
{
    begin_check("prefetch-abort");
    ((void (*)(void))UNMAPPED)();
    expect_equal("number of prefetch aborts", prefetch_aborts.count, 1);
    expect_equal("IFSR", prefetch_aborts.status & 0x40f, TRANSLATION_FAULT_SECTION);
    expect_equal("IFAR", prefetch_aborts.address, UNMAPPED);
    end_check();
}

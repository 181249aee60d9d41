/* Translation tables of the long-descriptor format: the host's, Hyp mode's and the guests' second stage. An input
 * address of 32 bits takes two bits to level 1, nine to level 2, nine to level 3.
 * (DDI 0406C, B3.6.1 "Long-descriptor translation table format descriptors", figures B3-15 and B3-16) */
#include "hypervisor.h"

#define TABLE 3u        /* at levels 1 and 2: the next level's table */
#define BLOCK 1u        /* at levels 1 and 2: 1 GB or 2 MB */
#define PAGE 3u         /* at level 3: 4 KB */
#define ADDRESS_MASK 0xfffffff000ull
#define TABLES 40

static u64 pool[TABLES][512] __attribute__((aligned(4096)));
static u32 used;

u64 *lpae_new_table(void)
{
    if (used == TABLES) {
        print("hypervisor: no memory for tables\n");
        for (;;)
            ;
    }
    return pool[used++];
}

/* Walks of tables are not cached (VTCR and HTCR), so what the host has written must reach memory. DCCMVAC, by lines of
 * 64 bytes. (DDI 0406C, B4.2.1; DDI 0438, 7.1) */
void clean_dcache(const void *start, u32 size_bytes)
{
    u32 first = (u32)start & ~63u, end = (u32)start + size_bytes;

    for (u32 line = first; line < end; line += 64)
        __asm__ volatile("mcr p15, 0, %0, c7, c10, 1" ::"r"(line) : "memory");
    __asm__ volatile("dsb" ::: "memory");
}

static void set(u64 *descriptor, u64 value)
{
    *(volatile u64 *)descriptor = value;
    clean_dcache(descriptor, sizeof *descriptor);
}

/* The table below an entry, made if it is not there. */
static u64 *next_table(u64 *entry)
{
    if (!(*entry & 1))
        set(entry, (u32)lpae_new_table() | TABLE);
    return (u64 *)(u32)(*entry & ADDRESS_MASK);
}

/* Maps with the largest leaves that fit. All numbers are multiples of 4 KB. */
void lpae_map(u64 *root, u32 input, u32 output, u32 size_bytes, u64 attributes)
{
    while (size_bytes > 0) {
        u32 level, leaf;
        u64 *entry = &root[input >> 30];

        for (level = 1;; level++) {
            leaf = 1u << (39 - 9 * level); /* 1 GB, 2 MB, 4 KB */
            if (level == 3 || (size_bytes >= leaf && ((input | output) & (leaf - 1)) == 0))
                break;
            entry = &next_table(entry)[(input >> (30 - 9 * level)) & 511];
        }
        set(entry, output | attributes | (level == 3 ? PAGE : BLOCK));
        input += leaf;
        output += leaf;
        size_bytes -= leaf;
    }
}

/* The host's own translation: one-to-one, devices below 0x8000_0000, memory above. (DDI 0406C, B4.1.104 MAIR0) */
void host_mmu_start(void)
{
    static u64 root[4] __attribute__((aligned(32)));
    const u64 accessed = 1u << 10, inner_shareable = 3u << 8;

    root[0] = 0x00000000u | BLOCK | accessed | 1ull << 54; /* attributes 0, not executable */
    root[1] = 0x40000000u | BLOCK | accessed | 1ull << 54;
    root[2] = 0x80000000u | BLOCK | accessed | inner_shareable | 1u << 2;
    root[3] = 0xc0000000u | BLOCK | accessed | inner_shareable | 1u << 2;
    write_cp15("p15, 0, %0, c10, c2, 0", 0xff04); /* MAIR0: 0 is device, 1 is write-back memory */
    write_cp15("p15, 0, %0, c2, c0, 2", 1u << 31); /* TTBCR.EAE */
    write_cp15_64("p15, 0, %Q0, %R0, c2", (u64)(u32)root);
    write_cp15("p15, 0, %0, c8, c7, 0", 0); /* TLBIALL */
    write_cp15("p15, 0, %0, c7, c5, 0", 0); /* ICIALLU */
    write_cp15("p15, 0, %0, c1, c0, 0", read_cp15("p15, 0, %0, c1, c0, 0") | 1u << 12 | 1u << 2 | 1u); /* I, C, M */
}

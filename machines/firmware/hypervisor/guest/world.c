/* What the hypervisor switches keeps its values while the other guest uses its own: registers of the system and of other
 * modes that nothing here needs. This lasts for several turns of both. (DDI 0406C, B1.3.2, B3.17) */
#include "guest.h"

#define TURNS_MS 5

#define WORDS(X)                                                                                                      \
    X("p15, 0, %0, c5, c0, 0")  /* DFSR */                                                                            \
    X("p15, 0, %0, c5, c0, 1")  /* IFSR */                                                                            \
    X("p15, 0, %0, c5, c1, 0")  /* ADFSR */                                                                           \
    X("p15, 0, %0, c5, c1, 1")  /* AIFSR */                                                                           \
    X("p15, 0, %0, c6, c0, 0")  /* DFAR */                                                                            \
    X("p15, 0, %0, c6, c0, 2")  /* IFAR */                                                                            \
    X("p15, 0, %0, c7, c4, 0")  /* PAR */                                                                             \
    X("p15, 0, %0, c2, c0, 1")  /* TTBR1 */                                                                           \
    X("p15, 0, %0, c10, c2, 0") /* PRRR */                                                                            \
    X("p15, 0, %0, c10, c2, 1") /* NMRR */                                                                            \
    X("p15, 0, %0, c10, c3, 0") /* AMAIR0 */                                                                          \
    X("p15, 0, %0, c10, c3, 1") /* AMAIR1 */                                                                          \
    X("p15, 0, %0, c13, c0, 1") /* CONTEXTIDR */                                                                      \
    X("p15, 0, %0, c13, c0, 2") /* TPIDRURW */                                                                        \
    X("p15, 0, %0, c13, c0, 3") /* TPIDRURO */                                                                        \
    X("p15, 0, %0, c13, c0, 4") /* TPIDRPRW */                                                                        \
    X("p15, 2, %0, c0, c0, 0")  /* CSSELR */                                                                          \
    X("p15, 0, %0, c14, c1, 0") /* CNTKCTL */
#define BANKED(X)                                                                                                     \
    X("sp_usr") X("sp_abt") X("lr_abt") X("spsr_abt") X("sp_und") X("lr_und") X("spsr_und") X("sp_irq") X("lr_irq")   \
    X("spsr_irq") X("sp_fiq") X("lr_fiq") X("spsr_fiq") X("r8_fiq") X("r9_fiq") X("r10_fiq") X("r11_fiq") X("r12_fiq")

#define COUNT_ONE(place) +1
#define COUNT (0 WORDS(COUNT_ONE) BANKED(COUNT_ONE))

#define READ_WORD(place) *values++ = read_cp15(place);
#define READ_BANKED(name) __asm__ volatile(".arch_extension virt\n mrs %0, " name : "=r"(*values++)::"memory");
#define WRITE_WORD(place) write_cp15(place, seed++);
#define WRITE_BANKED(name) __asm__ volatile(".arch_extension virt\n msr " name ", %0" ::"r"(seed++) : "memory");

static void read_all(u32 *values)
{
    WORDS(READ_WORD)
    BANKED(READ_BANKED)
}

static void write_all(u32 seed)
{
    WORDS(WRITE_WORD)
    BANKED(WRITE_BANKED)
}

void check_world(void)
{
    static u32 before[COUNT], after[COUNT];
    u32 differ = 0;
    u64 end = read_counter() + (u64)TURNS_MS * (read_cp15("p15, 0, %0, c14, c0, 0") / 1000);

    begin_check("world");
    write_all(0x01010101 * guest_number);
    read_all(before); /* not every bit of each is there */
    expect_equal("DFAR", before[4], 0x01010101 * guest_number + 4);
    expect_equal("r12_fiq", before[COUNT - 1], 0x01010101 * guest_number + COUNT - 1);
    while (read_counter() < end)
        ;
    read_all(after);
    for (u32 n = 0; n < COUNT; n++)
        differ += after[n] != before[n];
    expect_equal("registers that have changed", differ, 0);
    end_check();
}

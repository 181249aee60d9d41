/* Every register of the processor to and from an emulated device: the hypervisor learns from the syndrome which one it
 * is. And every width. (DDI 0406C, B3.13.6: ISS.SRT, ISS.SAS, ISS.SSE) */
#include "guest.h"

#define WORD (GICD + 0x400 + 64) /* GICD_IPRIORITYR16: five bits of each byte are kept */

/* Stores a value with register Rt, loads it with the same one. */
#define TRANSFER(Rt)                                                                                                  \
    static u32 transfer_##Rt(u32 value)                                                                               \
    {                                                                                                                 \
        u32 loaded;                                                                                                   \
        __asm__ volatile("push {" #Rt "}\n"                                                                           \
                         "mov r0, %2\n mov r1, %1\n mov " #Rt ", r0\n"                                                \
                         "str " #Rt ", [r1]\n"                                                                        \
                         "mvn " #Rt ", " #Rt "\n"                                                                     \
                         "ldr " #Rt ", [r1]\n"                                                                        \
                         "mov r0, " #Rt "\n"                                                                          \
                         "pop {" #Rt "}\n"                                                                            \
                         "mov %0, r0"                                                                                 \
                         : "=&r"(loaded)                                                                              \
                         : "r"(WORD), "r"(value)                                                                      \
                         : "r0", "r1", "memory");                                                                     \
        return loaded;                                                                                                \
    }
TRANSFER(r2) TRANSFER(r3) TRANSFER(r4) TRANSFER(r5) TRANSFER(r6) TRANSFER(r7) TRANSFER(r8) TRANSFER(r9)
TRANSFER(r10) TRANSFER(r11) TRANSFER(r12) TRANSFER(lr)

static u32 (*const transfers[])(u32) = {
    transfer_r2, transfer_r3, transfer_r4,  transfer_r5,  transfer_r6,  transfer_r7,
    transfer_r8, transfer_r9, transfer_r10, transfer_r11, transfer_r12, transfer_lr,
};

void check_registers(void)
{
    u32 loaded;

    begin_check("registers");
    for (u32 n = 0; n < sizeof transfers / sizeof *transfers; n++) {
        u32 value = 0x08101820 + 0x08080808 * n;

        expect_equal("word by a register", transfers[n](value), value);
    }
    REGISTER(WORD) = 0;
    BYTE_REGISTER(WORD + 1) = 0x80;
    HALFWORD_REGISTER(WORD + 2) = 0x9010;
    expect_equal("word of a byte and a halfword", REGISTER(WORD), 0x90108000);
    __asm__ volatile("ldrsb %0, [%1, #1]" : "=r"(loaded) : "r"(WORD));
    expect_equal("LDRSB", loaded, 0xffffff80);
    __asm__ volatile("ldrsh %0, [%1, #2]" : "=r"(loaded) : "r"(WORD));
    expect_equal("LDRSH", loaded, 0xffff9010);
    REGISTER(WORD) = 0;
    end_check();
}

/* T32 code called from A32 code: the Makefile compiles this file with -mthumb, so that check_thumb() is entered and
 * left by interworking branches. (DDI 0406C, A2.3.1 "ARM core registers", A4.1.1 "Changing between Thumb state and
 * ARM state", A8.8.55 "IT") */
#include "self-check.h"

static u32 greatest_common_divisor(u32 a, u32 b)
{
    __asm__("1: cmp %0, %1\n"
            "   ite hi\n"
            "   subhi %0, %0, %1\n"
            "   subls %1, %1, %0\n"
            "   cmp %1, #0\n"
            "   bne 1b"
            : "+l"(a), "+l"(b)::"cc");
    return a;
}

void check_thumb(void)
{
    begin_check("thumb");
    expect_equal("greatest common divisor by an IT block", greatest_common_divisor(123456, 7890), 6);
    end_check();
}

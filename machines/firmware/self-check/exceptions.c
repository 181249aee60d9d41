/* Exceptions that the program raises on purpose. (DDI 0406C, B1.8 "Exception handling") */
#include "self-check.h"

static void call_supervisor(void)
{
    __asm__ volatile("svc #0x1234" ::: "lr", "memory");
}

void check_svc(void)
{
    begin_check("svc");
    call_supervisor();
    expect_equal("number of calls", supervisor_calls.count, 1);
    expect_equal("immediate", supervisor_calls.status, 0x1234);
    end_check();
}

void check_undefined(void)
{
    begin_check("undefined-instruction");
    __asm__ volatile("udf #0" ::: "memory");
    expect_equal("number of exceptions", undefined_instructions.count, 1);
    expect_equal("instruction", undefined_instructions.status, 0xe7f000f0);
    end_check();
}

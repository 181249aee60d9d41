/* Exceptions that the program raises on purpose: each handler notes what it saw and lets the program go on.
 * (DDI 0406C, B1.8 "Exception handling", B3.13 "Reporting of memory aborts") */
#include "self-check.h"

volatile struct seen supervisor_calls, undefined_instructions, data_aborts, prefetch_aborts;

static void note(volatile struct seen *seen, const struct frame *frame, u32 status, u32 address)
{
    seen->count++;
    seen->pc = frame->pc;
    seen->status = status;
    seen->address = address;
}

void handle_svc(struct frame *frame)
{
    note(&supervisor_calls, frame, *(u32 *)frame->pc & 0xffffff, 0);
    frame->pc += 4;
}

void handle_undefined(struct frame *frame)
{
    note(&undefined_instructions, frame, *(u32 *)frame->pc, 0);
    frame->pc += 4;
}

void handle_data_abort(struct frame *frame)
{
    u32 dfsr, dfar;
    __asm__ volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(dfsr));
    __asm__ volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(dfar));
    note(&data_aborts, frame, dfsr, dfar);
    frame->pc += 4;
}

void handle_prefetch_abort(struct frame *frame)
{
    u32 ifsr, ifar;
    __asm__ volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(ifsr));
    __asm__ volatile("mrc p15, 0, %0, c6, c0, 2" : "=r"(ifar));
    note(&prefetch_aborts, frame, ifsr, ifar);
    frame->pc = frame->lr; /* there is nothing to skip: return from the call that led there */
}

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

/* The handlers that vectors.S calls: each notes what it saw and lets the program go on.
 * (DDI 0406C, B1.8 "Exception handling", B3.13 "Reporting of memory aborts") */
#include "exceptions.h"

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
    note(&data_aborts, frame, read_cp15("p15, 0, %0, c5, c0, 0"), read_cp15("p15, 0, %0, c6, c0, 0")); /* DFSR, DFAR */
    frame->pc += 4;
}

void handle_prefetch_abort(struct frame *frame)
{
    note(&prefetch_aborts, frame, read_cp15("p15, 0, %0, c5, c0, 1"), read_cp15("p15, 0, %0, c6, c0, 2")); /* IFSR, IFAR */
    frame->pc = frame->lr; /* there is nothing to skip: return from the call that led there */
}

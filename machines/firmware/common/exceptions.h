/* Exceptions that a program raises on purpose: what the processor saved, and what the handlers saw. */
#ifndef EXCEPTIONS_H
#define EXCEPTIONS_H

#include "platform.h"

struct frame {
    u32 r[13], lr, pc, cpsr;
};
struct seen {
    u32 count;   /* exceptions of this kind since reset */
    u32 pc;      /* address of the instruction that caused the last one */
    u32 status;  /* SVC number, instruction, DFSR or IFSR */
    u32 address; /* DFAR or IFAR */
};
extern volatile struct seen supervisor_calls, undefined_instructions, data_aborts, prefetch_aborts;

#endif

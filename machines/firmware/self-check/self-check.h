/* What the files of the self-check offer each other. */
#ifndef SELF_CHECK_H
#define SELF_CHECK_H

#include "platform.h"

/* console.c: text on UART 0 */
void console_start(void);
void print(const char *text);
void print_hex(u32 value);
void print_decimal(u32 value);

/* check.c: the results */
void begin_check(const char *name);
void expect_equal(const char *what, u32 is, u32 should_be);
void expect_true(const char *what, int holds);
void end_check(void);
void print_summary(void);

/* exceptions.c: what the processor saved, and what the handlers saw */
struct frame {
    u32 r[13], lr, pc, cpsr;
};
struct seen {
    u32 count;   /* exceptions of this kind since reset */
    u32 pc;      /* address of the instruction that caused the last one */
    u32 status;  /* SVC number, DFSR or IFSR */
    u32 address; /* DFAR or IFAR */
};
extern volatile struct seen supervisor_calls, undefined_instructions, data_aborts, prefetch_aborts;
void check_svc(void);
void check_undefined(void);

/* mmu.c */
void check_mmu(void);
void check_data_abort(void);
void check_prefetch_abort(void);

/* gic.c */
void enable_interrupt(u32 id, void (*handler)(void));
void disable_interrupt(u32 id);
void wait_for(volatile u32 *count, u32 target);
void check_gic(void);

/* sp804.c, generic-timer.c, thumb.c */
void check_sp804(void);
void check_generic_timer(void);
void check_thumb(void);

#endif

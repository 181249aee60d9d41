/* What the files of the guest offer each other. */
#ifndef GUEST_H
#define GUEST_H

#include "../platform.h"

/* 1 or 2: the first has the SP804 for its timer and the simplest console, the second the virtual timer and a PL011. */
extern u32 guest_number;

/* console.c */
void console_start(void);
void print(const char *text);
void print_hex(u32 value);

/* check.c: a line for each check */
extern u32 passed, failed;
void begin_check(const char *name);
void expect_equal(const char *what, u32 is, u32 should_be);
void expect_true(const char *what, int holds);
void end_check(void);

/* exceptions.c: what the processor saved, and what the handlers saw */
struct frame {
    u32 r[13], lr, pc, cpsr;
};
struct seen {
    u32 count, status, address;
};
extern volatile struct seen supervisor_calls, undefined_instructions, data_aborts;

/* gic.c */
extern volatile u32 spurious_interrupts;
void gic_start(void);
void enable_interrupt(u32 id, void (*handler)(void));
void disable_interrupt(u32 id);
int wait_for(volatile u32 *count, u32 target);
void enable_irqs(void);
void disable_irqs(void);
u64 read_counter(void);

/* the checks */
void check_start(u32 cpsr);
void check_exceptions(void);
void check_mmu(void);
void check_registers(void);
void check_distributor(void);
void check_software_interrupts(void);
void check_overflow(void);
void check_timer(void);
void check_own_memory(void);
void check_vfp(void);
void check_psci(void);
void check_spurious(void);

/* psci.c */
u32 hvc_call(u32 function, u32 argument);
void report(void);
void power_off(void);

#endif

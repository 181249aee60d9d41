/* What the files of the guest offer each other. */
#ifndef GUEST_H
#define GUEST_H

#include "check.h"
#include "exceptions.h"
#include "interrupts.h"

/* 1 or 2: the first has the SP804 for its timer and the simplest console, the second the virtual timer and a PL011. */
extern u32 guest_number;

/* console.c */
void console_start(void);
int console_read(void);
void console_listen(void (*handler)(void));

/* timer.c, gic.c */
extern volatile u32 ticks;
void start_timer(u32 period_us);
u64 read_counter(void);

/* stay.c */
void stay(void) __attribute__((noreturn));

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
void check_world(void);
void check_vfp(void);
void check_psci(void);
void check_spurious(void);

/* psci.c */
u32 hvc_call(u32 function, u32 argument);
void report(void);
void power_off(void);

#endif

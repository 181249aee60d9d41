/* Interrupts by number to functions. */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#include "platform.h"

/* Interrupts that nobody had asked for: without a number, and without a function. */
extern volatile u32 spurious_interrupts, unexpected_interrupts;

void enable_irqs(void);
void disable_irqs(void);
void enable_interrupt(u32 id, void (*handler)(void));
void disable_interrupt(u32 id);
int wait_for(volatile u32 *count, u32 target);

#endif

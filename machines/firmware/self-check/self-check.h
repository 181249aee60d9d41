/* What the files of the self-check offer each other. */
#ifndef SELF_CHECK_H
#define SELF_CHECK_H

#include "check.h"
#include "exceptions.h"
#include "interrupts.h"

void console_start(void);
void check_svc(void);
void check_undefined(void);
void check_thumb(void);
void check_mmu(void);
void check_data_abort(void);
void check_prefetch_abort(void);
void check_gic(void);
void check_sp804(void);
void check_generic_timer(void);

#endif

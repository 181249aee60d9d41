/* The results of checks: one line for each, `ok NAME` or `FAILED NAME WHAT`. */
#ifndef CHECK_H
#define CHECK_H

#include "text.h"

extern u32 passed, failed;
void begin_check(const char *name);
void expect_equal(const char *what, u32 is, u32 should_be);
void expect_true(const char *what, int holds);
void end_check(void);

#endif

/* The results of checks. */
#include "check.h"

u32 passed, failed;
static const char *current_name;
static int current_failed;

void begin_check(const char *name)
{
    current_name = name;
    current_failed = 0;
}

/* Prints the beginning of the line for the first thing that went wrong; what follows from it is not told. */
static int fail(const char *what)
{
    if (current_failed)
        return 0;
    current_failed = 1;
    print("FAILED ");
    print(current_name);
    print(" ");
    print(what);
    return 1;
}

void expect_equal(const char *what, u32 is, u32 should_be)
{
    if (is == should_be || !fail(what))
        return;
    print(" is ");
    print_hex(is);
    print(", should be ");
    print_hex(should_be);
    print("\n");
}

void expect_true(const char *what, int holds)
{
    if (!holds && fail(what))
        print(" does not hold\n");
}

void end_check(void)
{
    if (current_failed) {
        failed++;
        return;
    }
    passed++;
    print("ok ");
    print(current_name);
    print("\n");
}

/* Text on a console. */
#include "text.h"

void print(const char *text)
{
    while (*text)
        put_character(*text++);
}

void print_hex(u32 value)
{
    print("0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        put_character("0123456789abcdef"[(value >> shift) & 15]);
}

void print_decimal(u32 value)
{
    char digits[11];
    char *first = digits + sizeof digits - 1;

    *first = 0;
    do
        *--first = '0' + value % 10;
    while (value /= 10);
    print(first);
}

/* Text on UART 0. (DDI 0183G, 3.3 "Register descriptions") */
#include "self-check.h"

#define TXFF (1u << 5) /* UARTFR: the transmit FIFO is full */

void console_start(void)
{
    UARTCR = 0;
    UARTIBRD = 13; /* 24 MHz / (16 * (13 + 1/64)) = 115 200 baud */
    UARTFBRD = 1;
    UARTLCR_H = 0x70; /* 8 bits, FIFOs on */
    UARTCR = 0x301;   /* RXE, TXE, UARTEN */
}

static void print_character(char c)
{
    while (UARTFR & TXFF)
        ;
    UARTDR = (u8)c;
}

void print(const char *text)
{
    while (*text)
        print_character(*text++);
}

void print_hex(u32 value)
{
    print("0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        print_character("0123456789abcdef"[(value >> shift) & 15]);
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

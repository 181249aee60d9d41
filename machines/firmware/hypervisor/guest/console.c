/* Text out and in, by the console that this guest was given: both are where the board's UART 0 is. */
#include "guest.h"

#define BVM_SIGNATURE 0x6276

static int is_bvm;

void console_start(void)
{
    is_bvm = HALFWORD_REGISTER(UART0) == BVM_SIGNATURE;
    if (is_bvm)
        return;
    UARTCR(UART0) = 0;
    UARTIBRD(UART0) = 13;
    UARTFBRD(UART0) = 1;
    UARTLCR_H(UART0) = 0x70;
    UARTCR(UART0) = 0x301;
}

void put_character(char c)
{
    if (!is_bvm)
        while (UARTFR(UART0) & TXFF)
            ;
    UARTDR(UART0) = (u8)c;
}

/* The next character that was typed, or -1. */
int console_read(void)
{
    if (is_bvm)
        return UARTDR(UART0);
    return UARTFR(UART0) & RXFE ? -1 : (int)(UARTDR(UART0) & 0xff);
}

/* Has a function called when something was typed, if the console can tell. */
void console_listen(void (*handler)(void))
{
    if (is_bvm)
        return;
    enable_interrupt(UART0_INTERRUPT, handler);
    UARTIMSC(UART0) = RXI | RTI;
}

/* Text on UART 0. (DDI 0183G, 3.3 "Register descriptions") */
#include "self-check.h"

void console_start(void)
{
    UARTCR(UART0) = 0;
    UARTIBRD(UART0) = 13; /* 24 MHz / (16 * (13 + 1/64)) = 115 200 baud */
    UARTFBRD(UART0) = 1;
    UARTLCR_H(UART0) = 0x70; /* 8 bits, FIFOs on */
    UARTCR(UART0) = 0x301;   /* RXE, TXE, UARTEN */
}

void put_character(char c)
{
    while (UARTFR(UART0) & TXFF)
        ;
    UARTDR(UART0) = (u8)c;
}

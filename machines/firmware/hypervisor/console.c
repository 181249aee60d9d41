/* Text on the board's UARTs: 0 is the host's, the others are the guests'. (DDI 0183G, 3.3 "Register descriptions") */
#include "hypervisor.h"

void console_start(u32 uart)
{
    UARTCR(uart) = 0;
    UARTIBRD(uart) = 13; /* 24 MHz / (16 * (13 + 1/64)) = 115 200 baud */
    UARTFBRD(uart) = 1;
    UARTLCR_H(uart) = 0x70; /* 8 bits, FIFOs on */
    UARTCR(uart) = 0x301;   /* RXE, TXE, UARTEN */
}

void console_put(u32 uart, char c)
{
    while (UARTFR(uart) & TXFF)
        ;
    UARTDR(uart) = (u8)c;
}

/* What text.c prints is the host's. */
void put_character(char c)
{
    console_put(UART0, c);
}

/* What is typed at a guest's console: the board's UART interrupts the host, which keeps the characters until the guest
 * reads them from its emulated one. (DDI 0183G, 2.8 "Interrupts") */
#include "hypervisor.h"

/* UARTs follow each other, and so do their interrupts. */
static u32 interrupt_of(u32 uart)
{
    return UART0_INTERRUPT + (uart - UART0) / (UART1 - UART0);
}

void console_listen(u32 uart)
{
    UARTIMSC(uart) = RXI | RTI;
    host_route(interrupt_of(uart));
}

static void put(struct input *input, u8 c)
{
    if (input->count < sizeof input->bytes) /* else it is lost, as in a UART */
        input->bytes[(input->first + input->count++) % sizeof input->bytes] = c;
}

/* The next character for a guest, or -1. */
int input_next(struct vm *vm)
{
    struct input *input = &vm->input;
    u8 c = input->bytes[input->first];

    if (input->count == 0)
        return -1;
    input->first = (input->first + 1) % sizeof input->bytes;
    input->count--;
    return c;
}

/* Takes what has been received if it is a console's interrupt; emptying the FIFO takes the interrupt away. */
int console_take_interrupt(u32 id)
{
    for (u32 i = 0; i < MAX_GUESTS; i++) {
        struct vm *vm = &vms[i];

        if (vm->state == VM_ABSENT || interrupt_of(vm->uart) != id)
            continue;
        while (!(UARTFR(vm->uart) & RXFE))
            put(&vm->input, UARTDR(vm->uart));
        vpl011_received(vm);
        return 1;
    }
    return 0;
}

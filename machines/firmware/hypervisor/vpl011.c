/* A guest's UART, emulated: what it transmits is printed at once, what it receives was typed. (DDI 0183G, 3.3) */
#include "hypervisor.h"

static const u8 id_bytes[8] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

static void update(struct vm *vm)
{
    vgic_set_level(vm, UART0_INTERRUPT, (vm->vpl011.RIS & vm->vpl011.IMSC) != 0);
}

/* Something was typed. */
void vpl011_received(struct vm *vm)
{
    vm->vpl011.RIS |= RXI | RTI;
    update(vm);
}

/* UARTDR: with the last character both interrupts go (DDI 0183G, 2.8). */
static u32 read_data(struct vm *vm)
{
    int c = input_next(vm);

    if (vm->input.count == 0)
        vm->vpl011.RIS &= ~(RXI | RTI);
    update(vm);
    return c < 0 ? 0 : c;
}

static u32 read(struct vm *vm, u32 offset, u32 width)
{
    const struct vpl011 *uart = &vm->vpl011;

    (void)width;
    if (offset >= 0xfe0)
        return id_bytes[(offset - 0xfe0) / 4];
    switch (offset) {
    case 0x00:
        return read_data(vm);
    case 0x18: /* UARTFR */
        return vm->input.count == 0 ? TXFE | RXFE : TXFE;
    case 0x24:
        return uart->IBRD;
    case 0x28:
        return uart->FBRD;
    case 0x2c:
        return uart->LCR_H;
    case 0x30:
        return uart->CR;
    case 0x34:
        return uart->IFLS;
    case 0x38:
        return uart->IMSC;
    case 0x3c:
        return uart->RIS;
    case 0x40:
        return uart->RIS & uart->IMSC; /* UARTMIS */
    default:
        return 0;
    }
}

static void write(struct vm *vm, u32 offset, u32 width, u32 value)
{
    struct vpl011 *uart = &vm->vpl011;

    (void)width;
    switch (offset) {
    case 0x00: /* UARTDR: the FIFO is empty again at once, which is what this interrupt tells */
        console_put(vm->uart, (char)value);
        uart->RIS |= TXI;
        break;
    case 0x24:
        uart->IBRD = value;
        break;
    case 0x28:
        uart->FBRD = value;
        break;
    case 0x2c:
        uart->LCR_H = value;
        break;
    case 0x30:
        uart->CR = value;
        break;
    case 0x34:
        uart->IFLS = value;
        break;
    case 0x38:
        uart->IMSC = value;
        break;
    case 0x44: /* UARTICR */
        uart->RIS &= ~value;
        break;
    }
    update(vm);
}

void vm_attach_pl011(struct vm *vm, u32 ipa)
{
    const struct mmio_region region = { "pl011", ipa, 0x1000, read, write };

    vm->vpl011.CR = 0x300;
    vm_attach_region(vm, &region);
}

/* The simplest console for a guest: a read of 16 bits tells that it is there, a write of 32 bits is a character, a read
 * of 32 bits is one that was typed, or -1. (The interface of FreeBSD's bvm_console: the signature is "bv".) */
#include "hypervisor.h"

#define SIGNATURE 0x6276

static u32 read(struct vm *vm, u32 offset, u32 width)
{
    if (offset != 0)
        return 0;
    if (width == 2)
        return SIGNATURE;
    return width == 4 ? (u32)input_next(vm) : 0;
}

static void write(struct vm *vm, u32 offset, u32 width, u32 value)
{
    if (offset == 0 && width == 4)
        console_put(vm->uart, (char)value);
}

void vm_attach_bvm_console(struct vm *vm, u32 ipa)
{
    const struct mmio_region region = { "bvm console", ipa, 0x1000, read, write };

    vm_attach_region(vm, &region);
}

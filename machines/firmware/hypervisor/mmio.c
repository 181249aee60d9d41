/* Loads and stores that the second stage does not map: the syndrome tells what the instruction was, so that it is
 * never decoded. (DDI 0406C, B3.13.6 "ISS encoding for Data Abort exceptions taken to Hyp mode") */
#include "hypervisor.h"

#define ISV (1u << 24) /* the fields below are valid */
#define SSE (1u << 21) /* sign-extend */
#define WnR (1u << 6)

/* The register that the syndrome names. */
static u32 *transferred(struct vm *vm, u32 SRT)
{
#ifdef MISTAKE_REGISTER_TABLE
    /* The original's table: r4 is missing, and all after it are one place too early. */
    if (SRT == 4)
        return 0;
    if (SRT >= 5 && SRT <= 12)
        return &vm->processor.r[SRT - 1];
#endif
    return guest_register(vm, SRT);
}

static const struct mmio_region *find_region(struct vm *vm, u32 ipa)
{
    for (u32 i = 0; i < vm->region_count; i++)
        if (ipa - vm->regions[i].base < vm->regions[i].size_bytes)
            return &vm->regions[i];
    return 0;
}

static void report(struct vm *vm, const char *what, u32 ipa)
{
    if (vm->unassigned_accesses++ > 0)
        return;
    print("hypervisor: guest ");
    print_decimal(vm->number);
    print(" at ");
    print_hex(vm->processor.world.pc);
    print(what);
    print_hex(ipa);
    print("\n");
}

void emulate_access(struct vm *vm, u32 HSR, u32 ipa)
{
    u32 width = 1u << (HSR >> 22 & 3), SRT = HSR >> 16 & 15;
    const struct mmio_region *region = find_region(vm, ipa);
    u32 *place = transferred(vm, SRT), value = 0;

    if (!(HSR & ISV)) {
        report(vm, ": an access that cannot be emulated, to ", ipa);
        vm->failed++;
        vm_power_off(vm);
        return;
    }
    if (!region)
        report(vm, ": nothing is at ", ipa); /* reads 0 and ignores writes, like the board */
    if (!place)
        report(vm, ": no such register, for ", ipa);
    if (HSR & WnR) {
        if (place)
            value = width == 4 ? *place : *place & ((1u << 8 * width) - 1);
        if (region)
            region->write(vm, ipa - region->base, width, value);
    } else {
        if (region)
            value = region->read(vm, ipa - region->base, width);
        if (width < 4)
            value &= (1u << 8 * width) - 1;
        if (HSR & SSE && value >> (8 * width - 1) & 1)
            value |= ~0u << 8 * width;
        if (place)
            *place = value;
    }
    skip_instruction(vm, HSR);
}

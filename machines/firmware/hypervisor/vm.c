/* A guest's life: what its processor starts with, and its end. (DDI 0406C, B1.9.1 "Reset": what a guest finds in its
 * registers is what software finds after reset) */
#include "hypervisor.h"

/* TIDCP TSC TWI BSU=IS FB AMO IMO FMO SWIO VM (DDI 0406C, B4.1.57) */
#define GUEST_HCR 0x0018263bu
#define CPSR_SVC_MASKED 0x1d3u
#define SCTLR_RESET 0x00c50078u
#define CNTHCTL_COUNTER_ONLY 1u /* PL1PCTEN without PL1PCEN: CNTP is the host's */
#define GICH_HCR_EN 1u

struct vm *vm_create(u32 number, u32 uart, u32 ram_pa, u32 ram_size_bytes, u32 entry_ipa, const u32 r0_r2[3])
{
    struct vm *vm = &vms[number - 1];
    struct world *world = &vm->processor.world;

    vm->number = number;
    vm->uart = uart;
    vm->ram_ipa = 0xc0000000;
    vm->ram_pa = ram_pa;
    vm->ram_size_bytes = ram_size_bytes;
    vm->stage2 = lpae_new_table();
    stage2_map_memory(vm, vm->ram_ipa, ram_pa, ram_size_bytes);

    for (int i = 0; i < 3; i++)
        vm->processor.r[i] = r0_r2[i];
    world->pc = entry_ipa;
    world->cpsr = CPSR_SVC_MASKED;
    world->SCTLR = SCTLR_RESET;
    world->HCR = GUEST_HCR;
    world->VTTBR = (u64)number << 48 | (u32)vm->stage2;
    world->VPIDR = read_cp15("p15, 0, %0, c0, c0, 0");
    world->VMPIDR = 0x80000000; /* processor 0 of a multiprocessor */
    world->CNTHCTL = CNTHCTL_COUNTER_ONLY;
    vm->processor.gich.HCR = GICH_HCR_EN;
    vtimer_create(vm);
    call_hyp((u32)flush_guest, &vm->processor);
    vm->state = VM_RUNNABLE;
    return vm;
}

void vm_attach_region(struct vm *vm, const struct mmio_region *region)
{
    vm->regions[vm->region_count++] = *region;
}

static void tell(const struct vm *vm, const char *what)
{
    print("hypervisor: guest ");
    print_decimal(vm->number);
    print(what);
}

/* The guest tells how its own checks went. */
void vm_report(struct vm *vm, u32 passed, u32 failed)
{
    vm->failed += failed;
    tell(vm, ": ");
    print_decimal(passed);
    print(" passed, ");
    print_decimal(vm->failed);
    print(" failed\n");
}

void vm_power_off(struct vm *vm)
{
    vm->state = VM_OFF;
    host_unroute_devices(vm);
    tell(vm, " is off\n");
}

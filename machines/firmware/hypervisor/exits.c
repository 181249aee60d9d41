/* Why a guest came back: which vector, and for traps the syndrome's exception class.
 * (DDI 0406C, B3.13.6 "Use of the HSR", table B3-25) */
#include "hypervisor.h"

enum {
    EC_WFI = 0x01,
    EC_CP15_32 = 0x03,
    EC_CP15_64 = 0x04,
    EC_CP14_32 = 0x05,
    EC_CP14_LDC = 0x06,
    EC_CP14_64 = 0x0c,
    EC_HVC = 0x12,
    EC_SMC = 0x13,
    EC_PREFETCH_ABORT = 0x20,
    EC_DATA_ABORT = 0x24,
};

static void give_up(struct vm *vm, const char *what, u32 value)
{
    print("hypervisor: guest ");
    print_decimal(vm->number);
    print(" at ");
    print_hex(vm->processor.world.pc);
    print(what);
    print_hex(value);
    print("\n");
    vm->failed++;
    vm_power_off(vm);
}

/* MCR or MRC that a trap bit of HCR sent here: the implementation's own registers read 0 and ignore writes; the
 * physical timer, which CNTHCTL keeps for the host, is not there for a guest. */
static void handle_cp15(struct vm *vm, u32 HSR)
{
    u32 CRn = HSR >> 10 & 15, Rt = HSR >> 5 & 15, is_read = HSR & 1;

    if (CRn == 14) {
        inject_undefined(vm);
        return;
    }
    if (is_read && Rt != 15)
        *guest_register(vm, Rt) = 0;
    skip_instruction(vm, HSR);
}

static void handle_trap(struct vm *vm)
{
    u32 HSR = vm->processor.exit.HSR, class = HSR >> 26;

    vm->exits[class]++;
    switch (class) {
    case EC_WFI:
        vm->state = VM_WAITING; /* schedule.c wakes it */
        skip_instruction(vm, HSR);
        break;
    case EC_CP15_32:
        handle_cp15(vm, HSR);
        break;
    case EC_CP15_64:
    case EC_CP14_32:
    case EC_CP14_LDC:
    case EC_CP14_64:
        inject_undefined(vm);
        break;
    case EC_HVC:
        handle_psci(vm, HSR & 0xffff);
        break;
    case EC_SMC:
        skip_instruction(vm, HSR); /* unlike HVC, SMC is trapped before it is executed */
        handle_psci(vm, 0);
        break;
    case EC_PREFETCH_ABORT:
        give_up(vm, ": prefetch abort, HIFAR ", vm->processor.exit.HIFAR);
        break;
    case EC_DATA_ABORT:
        emulate_access(vm, HSR, vm->processor.exit.HPFAR << 8 | (vm->processor.exit.HDFAR & 0xfff));
        break;
    default:
        give_up(vm, ": HSR ", HSR);
    }
}

/* An interrupt is still pending, and it is the host that takes it: now. */
void handle_exit(struct vm *vm, u32 reason)
{
    switch (reason) {
    case EXIT_IRQ:
        vm->irq_exits++;
        host_let_interrupts_in();
        break;
    case EXIT_FIQ:
        vm->fiq_exits++;
        host_let_interrupts_in();
        break;
    case EXIT_TRAP:
        handle_trap(vm);
        break;
    default:
        give_up(vm, ": exit ", reason);
    }
}

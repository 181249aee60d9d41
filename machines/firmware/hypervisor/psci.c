/* Power State Coordination for guests, by HVC #0 or SMC; HVC #1 is ours: a guest tells how its own checks went.
 * (DEN 0022D, 5.1 "Function prototypes") */
#include "hypervisor.h"

enum {
    PSCI_VERSION = 0x84000000,
    CPU_SUSPEND = 0x84000001,
    CPU_OFF = 0x84000002,
    CPU_ON = 0x84000003,
    AFFINITY_INFO = 0x84000004,
    MIGRATE_INFO_TYPE = 0x84000006,
    SYSTEM_OFF = 0x84000008,
    SYSTEM_RESET = 0x84000009,
};
#define NOT_SUPPORTED (~0u)
#define ALREADY_ON ((u32)-4)
#define NO_MIGRATION_NEEDED 2

void handle_psci(struct vm *vm, u32 immediate)
{
    u32 *r = vm->processor.r;

    if (immediate == 1) {
        vm_report(vm, r[0], r[1]);
        return;
    }
    if (immediate != 0) {
        r[0] = NOT_SUPPORTED;
        return;
    }
    switch (r[0]) {
    case PSCI_VERSION:
        r[0] = 2; /* 0.2 */
        break;
    case CPU_SUSPEND:
        r[0] = 0; /* SUCCESS, as if woken at once */
        vm->state = VM_WAITING;
        break;
    case CPU_ON:
        r[0] = ALREADY_ON;
        break;
    case AFFINITY_INFO:
        r[0] = 0; /* ON */
        break;
    case MIGRATE_INFO_TYPE:
        r[0] = NO_MIGRATION_NEEDED;
        break;
    case CPU_OFF:
    case SYSTEM_OFF:
    case SYSTEM_RESET:
        vm_power_off(vm);
        break;
    default:
        r[0] = NOT_SUPPORTED;
    }
}

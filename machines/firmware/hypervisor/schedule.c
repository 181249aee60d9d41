/* Who runs: one guest after the other, each for a millisecond or until it waits. (DDI 0406C, B8.1.5 for the physical
 * timer, which is the host's; B1.14.2 "Trapping use of WFI and WFE") */
#include "hypervisor.h"

#define SLICES_PER_SECOND 1000

volatile int slice_over;

static void set_timer(u64 at)
{
    write_cp15_64("p15, 2, %Q0, %R0, c14", at);        /* CNTP_CVAL */
    write_cp15("p15, 0, %0, c14, c2, 1", at != NEVER); /* CNTP_CTL.ENABLE */
}

void host_timer_tick(void)
{
    set_timer(NEVER);
    slice_over = 1;
}

/* Whether the guest's processor has something to do; a guest that waits is woken by an interrupt for it. */
static int is_ready(struct vm *vm)
{
    if (vm->state == VM_WAITING) {
        vtimer_update(vm);
        if (vgic_has_pending(vm))
            vm->state = VM_RUNNABLE;
    }
    return vm->state == VM_RUNNABLE;
}

static struct vm *next_ready(struct vm *last)
{
    u32 first = last ? last->number : 0; /* the one after it: numbers begin with 1 */

    for (u32 i = 0; i < MAX_GUESTS; i++) {
        struct vm *vm = &vms[(first + i) % MAX_GUESTS];

        if (is_ready(vm))
            return vm;
    }
    return 0;
}

static void run_slice(struct vm *vm)
{
    slice_over = 0;
    set_timer(read_counter() + read_cp15("p15, 0, %0, c14, c0, 0") / SLICES_PER_SECOND);
    while (vm->state == VM_RUNNABLE && !slice_over) {
        u32 reason;

        vtimer_update(vm);
        list_registers_fill(vm);
        vtimer_arm(vm);
        reason = call_hyp((u32)enter_guest, &vm->processor);
        list_registers_drain(vm);
        handle_exit(vm, reason);
    }
}

/* Nobody is ready: sleep until the first of the guests' timers, or a device's interrupt. */
static void sleep(void)
{
    u64 first = NEVER;

    for (u32 i = 0; i < MAX_GUESTS; i++)
        if (vms[i].state == VM_WAITING && vtimer_due(&vms[i]) < first)
            first = vtimer_due(&vms[i]);
    set_timer(first);
    __asm__ volatile("dsb\n wfi" ::: "memory");
    host_let_interrupts_in();
}

static int any_left(void)
{
    for (u32 i = 0; i < MAX_GUESTS; i++)
        if (vms[i].state == VM_RUNNABLE || vms[i].state == VM_WAITING)
            return 1;
    return 0;
}

void run_guests(void)
{
    struct vm *last = 0;

    while (any_left()) {
        struct vm *vm = next_ready(last);

        if (vm) {
            run_slice(vm);
            last = vm;
        } else
            sleep();
    }
}

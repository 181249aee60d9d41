/* The virtual timer: its registers are the processor's and belong to a guest's world, its counter has the guest's
 * offset. Its interrupt is a level: high as long as the time has come. The host looks at it whenever the guest is away.
 * While it is high, or the guest has not ended it, the physical interrupt is disabled, for it would only lead back
 * here. (DDI 0406C, B8.1.2 "The virtual counter", B8.1.5 "Timers") */
#include "hypervisor.h"

/* CNTV_CTL (DDI 0406C, B4.1.32) */
#define ENABLE 1u
#define IMASK 2u

u64 read_counter(void)
{
    return read_cp15_64("p15, 0, %Q0, %R0, c14"); /* CNTPCT */
}

/* The guest's time begins now. */
void vtimer_create(struct vm *vm)
{
    vm->processor.world.CNTVOFF = read_counter();
}

/* When its interrupt will be high, as a physical count, or NEVER. */
u64 vtimer_due(struct vm *vm)
{
    const struct world *world = &vm->processor.world;

    if ((world->CNTV_CTL & (ENABLE | IMASK)) != ENABLE)
        return NEVER;
    return world->CNTV_CVAL + world->CNTVOFF;
}

void vtimer_update(struct vm *vm)
{
    vgic_set_level(vm, VIRTUAL_TIMER_INTERRUPT, vtimer_due(vm) <= read_counter());
}

/* Before the guest is entered, its list registers being filled: shall the physical interrupt end its turn? */
void vtimer_arm(struct vm *vm)
{
    int is_high = vm->vgic.level[0] >> VIRTUAL_TIMER_INTERRUPT & 1;

    host_enable(VIRTUAL_TIMER_INTERRUPT, !is_high && !list_register_of(vm, VIRTUAL_TIMER_INTERRUPT));
}

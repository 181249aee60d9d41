/* The host's side of the interrupt controller. EOImode is 1: GICC_EOIR drops the priority, GICC_DIR deactivates; a
 * device's interrupt that goes on to a guest is left active, and the guest's own EOI deactivates it.
 * (IHI 0048B, 3.2.1 "Priority drop and interrupt deactivation") */
#include "hypervisor.h"

#define GICC_CTLR_ENABLE 1u
#define GICC_CTLR_EOIMODE (1u << 9) /* the Non-secure copy's bit */

static struct vm *owners[INTERRUPTS]; /* of devices that were passed through */

void host_enable(u32 id, int enable)
{
    if (enable)
        GICD_ISENABLER(id / 32) = 1u << id % 32;
    else
        GICD_ICENABLER(id / 32) = 1u << id % 32;
}

void host_interrupts_start(void)
{
    GICD_CTLR = 1;
    GICC_PMR = 0xff;
    GICC_CTLR = GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE;
    for (u32 id = MAINTENANCE_INTERRUPT; id < 32; id++)
        GICD_IPRIORITYR_BYTE(id) = 0xa0;
    host_enable(MAINTENANCE_INTERRUPT, 1);
    host_enable(PHYSICAL_TIMER_INTERRUPT, 1);
}

void host_route(u32 id)
{
    GICD_IPRIORITYR_BYTE(id) = 0xa0;
    GICD_ITARGETSR_BYTE(id) = 1; /* processor 0 */
    host_enable(id, 1);
}

void host_route_device(u32 id, struct vm *vm)
{
    owners[id] = vm;
    host_route(id);
}

void host_unroute_devices(struct vm *vm)
{
    for (u32 id = 32; id < INTERRUPTS; id++)
        if (owners[id] == vm) {
            host_enable(id, 0);
            owners[id] = 0;
        }
}

/* Called from host_irq. The maintenance interrupt and the virtual timer's are gone already when the host looks: their
 * sources were switched off with the guest's world, and what they told is in its `gich` and its timer. */
void take_interrupt(void)
{
    u32 acknowledged = GICC_IAR, id = acknowledged & 0x3ff;

    if (id == SPURIOUS)
        return;
    GICC_EOIR = acknowledged;
    if (id < INTERRUPTS && owners[id]) {
        vgic_pend_device(owners[id], id);
        slice_over = 1;
        return;
    }
    if (id == PHYSICAL_TIMER_INTERRUPT)
        host_timer_tick();
    else if (console_take_interrupt(id))
        slice_over = 1;
    GICC_DIR = acknowledged;
}

void host_let_interrupts_in(void)
{
    __asm__ volatile("cpsie i\n isb\n nop\n cpsid i" ::: "memory");
}

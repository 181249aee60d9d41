/* Injection: pending interrupts of the emulated distributor go to list registers before the guest is entered; what the
 * guest has ended is seen when it comes back. (IHI 0048B, 5.2.3 "The List registers", 5.3.8 GICH_LRn) */
#include "hypervisor.h"

/* GICH_LR */
#define HW (1u << 31)
#define GROUP1 (1u << 30)
#define STATE_PENDING (1u << 28)
#define STATE (3u << 28)
#define EOI (1u << 19) /* without HW: a maintenance interrupt when the guest ends it */
#define PHYSICAL_ID(id) ((id) << 10)
#define SOURCE_CPU(cpu) ((cpu) << 10)
#define PRIORITY(byte) ((u32)(byte) >> 3 << 23)

/* GICH_HCR */
#define EN 1u
#define UIE 2u /* a maintenance interrupt when at most one list register is in use */

#define BIT(id) (1u << (id) % 32)

u32 *list_register_of(struct vm *vm, u32 id)
{
    u32 *list = &vm->processor.gich.LR0;

    for (u32 n = 0; n < LIST_REGISTERS; n++)
        if (list[n] & STATE && (list[n] & 0x3ff) == id)
            return &list[n];
    return 0;
}

static u32 *empty_list_register(struct vm *vm)
{
    u32 *list = &vm->processor.gich.LR0;

    for (u32 n = 0; n < LIST_REGISTERS; n++)
        if (!(list[n] & STATE))
            return &list[n];
    return 0;
}

int vgic_has_pending(struct vm *vm)
{
    const u32 *list = &vm->processor.gich.LR0;

    for (u32 n = 0; n < LIST_REGISTERS; n++)
        if (list[n] & STATE_PENDING)
            return 1;
    for (u32 word = 0; word < INTERRUPTS / 32; word++)
        if (vgic_deliverable(vm, word))
            return 1;
    return 0;
}

/* The most urgent interrupt that is deliverable and not yet in a list register, or SPURIOUS. */
static u32 most_urgent(struct vm *vm)
{
    u32 best = SPURIOUS;

    for (u32 word = 0; word < INTERRUPTS / 32; word++) {
        u32 bits = vgic_deliverable(vm, word);

        for (; bits; bits &= bits - 1) {
            u32 id = 32 * word + __builtin_ctz(bits);

            if ((best == SPURIOUS || vm->vgic.priority[id] < vm->vgic.priority[best]) && !list_register_of(vm, id))
                best = id;
        }
    }
    return best;
}

static u32 list_register_for(struct vm *vm, u32 id)
{
    struct vgic *vgic = &vm->vgic;
    u32 value = STATE_PENDING | PRIORITY(vgic->priority[id]) | id;

    if (vgic->group[id / 32] & BIT(id))
        value |= GROUP1;
    if (id < 16)
        return value | SOURCE_CPU(0);
    if (vgic->from_device[id / 32] & BIT(id))
        return value | HW | PHYSICAL_ID(id);
    return vgic->level[id / 32] & BIT(id) ? value | EOI : value;
}

/* An edge while its interrupt is in a list register: pending once more. */
static void repeat_pending(struct vm *vm)
{
    u32 *list = &vm->processor.gich.LR0;

    for (u32 n = 0; n < LIST_REGISTERS; n++) {
        u32 id = list[n] & 0x3ff;

        if (!(list[n] & STATE) || list[n] & HW || !(vm->vgic.pending[id / 32] & BIT(id)))
            continue;
        list[n] |= STATE_PENDING;
        vm->vgic.pending[id / 32] &= ~BIT(id);
    }
}

/* A level that went away before the guest has acknowledged it. */
static void withdraw_low_levels(struct vm *vm)
{
    u32 *list = &vm->processor.gich.LR0;

    for (u32 n = 0; n < LIST_REGISTERS; n++) {
        u32 id = list[n] & 0x3ff;

        if ((list[n] & (STATE | HW | EOI)) == (STATE_PENDING | EOI) && !(vm->vgic.level[id / 32] & BIT(id)))
            list[n] = 0;
    }
}

/* Before the guest is entered. */
void list_registers_fill(struct vm *vm)
{
    struct vgic *vgic = &vm->vgic;

#ifdef MISTAKE_NO_DISTRIBUTOR
    /* Nobody knows whether the guest wants it, so the line is raised and GICV knows of nothing. */
    vm->processor.world.HCR &= ~(1u << 7);
    if (vgic_has_pending(vm))
        vm->processor.world.HCR |= 1u << 7; /* HCR.VI */
    (void)vgic, (void)most_urgent, (void)empty_list_register, (void)list_register_for, (void)repeat_pending;
    (void)withdraw_low_levels;
    return;
#endif
    vm->processor.gich.HCR = EN;
    withdraw_low_levels(vm);
    repeat_pending(vm);
    for (;;) {
        u32 id = most_urgent(vm), *list_register;

        if (id == SPURIOUS)
            return;
        list_register = empty_list_register(vm);
        if (!list_register) {
            vm->processor.gich.HCR |= UIE; /* come back when there is room */
            return;
        }
        *list_register = list_register_for(vm, id);
        vgic->pending[id / 32] &= ~BIT(id);
    }
}

/* After the guest has been left: a list register without a state is an interrupt that it has ended. (GICH_ELSR0 would
 * not tell while the end is still to be reported by a maintenance interrupt: IHI 0048B, 5.3.7) */
void list_registers_drain(struct vm *vm)
{
    u32 *list = &vm->processor.gich.LR0;

    if (vm->processor.gich.MISR)
        vm->maintenance_exits++;
    for (u32 n = 0; n < LIST_REGISTERS; n++) {
        u32 id = list[n] & 0x3ff;

        if (list[n] & STATE || list[n] == 0)
            continue;
        vm->vgic.from_device[id / 32] &= ~BIT(id);
        list[n] = 0;
    }
}

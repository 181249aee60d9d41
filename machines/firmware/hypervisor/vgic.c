/* The distributor that a guest sees. Its CPU interface is the real GICV; only the distributor is emulated, for one
 * processor and without the Security Extensions. (IHI 0048B, 4.3 "Distributor register descriptions", 5.1) */
#include "hypervisor.h"

#define IIDR 0x0000043bu
/* ITLinesNumber for 160 interrupts, one processor (IHI 0048B, 4.3.2). */
#define TYPER (INTERRUPTS / 32 - 1)
#define STATE_PENDING (1u << 28)
#define STATE_ACTIVE (1u << 29)

#define BIT(id) (1u << (id) % 32)

static struct vgic *of(struct vm *vm)
{
    return &vm->vgic;
}

/* An edge, or a Software-generated interrupt. */
void vgic_pend(struct vm *vm, u32 id)
{
    of(vm)->pending[id / 32] |= BIT(id);
}

/* The interrupt of a device that was passed through: the host has taken it and dropped its priority, and it stays
 * active until the guest ends it. */
void vgic_pend_device(struct vm *vm, u32 id)
{
    of(vm)->from_device[id / 32] |= BIT(id);
    vgic_pend(vm, id);
}

/* The output of an emulated device. */
void vgic_set_level(struct vm *vm, u32 id, int level)
{
    u32 *word = &of(vm)->level[id / 32];

    *word = level ? *word | BIT(id) : *word & ~BIT(id);
}

/* Of 32 interrupts, those that may go to the processor. */
u32 vgic_deliverable(struct vm *vm, u32 word)
{
    struct vgic *vgic = of(vm);

#ifdef MISTAKE_NO_DISTRIBUTOR
    return vgic->pending[word] | vgic->level[word]; /* who knows what is enabled? */
#endif
    return vgic->CTLR & 3 ? (vgic->pending[word] | vgic->level[word]) & vgic->enabled[word] & ~vgic->active[word] : 0;
}

/* The state bits of 32 interrupts in list registers. */
static u32 listed(struct vm *vm, u32 word, u32 state)
{
    const u32 *list = &vm->processor.gich.LR0;
    u32 bits = 0;

    for (u32 n = 0; n < LIST_REGISTERS; n++)
        if (list[n] & state && (list[n] & 0x3ff) / 32 == word)
            bits |= BIT(list[n] & 0x3ff);
    return bits;
}

static void clear_listed(struct vm *vm, u32 word, u32 bits, u32 state)
{
    u32 *list = &vm->processor.gich.LR0;

    for (u32 n = 0; n < LIST_REGISTERS; n++)
        if (list[n] & state && (list[n] & 0x3ff) / 32 == word && bits & BIT(list[n] & 0x3ff))
            list[n] &= ~state;
}

static u32 read_bytes(const u8 *bytes)
{
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (u32)bytes[3] << 24;
}

static u32 read_word(struct vm *vm, u32 offset)
{
    struct vgic *vgic = of(vm);
    u32 n = offset / 4 & 31;

    if (offset >= 0x400 && offset < 0x400 + INTERRUPTS)
        return read_bytes(&vgic->priority[offset - 0x400]);
    if (offset >= 0x800 && offset < 0x800 + INTERRUPTS)
        return read_bytes(&vgic->target[offset - 0x800]);
    if (offset >= 0xc00 && offset < 0xc00 + INTERRUPTS / 4)
        return vgic->config[(offset - 0xc00) / 4];
    if (offset == 0x000)
        return vgic->CTLR;
    if (offset == 0x004)
        return TYPER;
    if (offset == 0x008)
        return IIDR;
    if (n >= INTERRUPTS / 32)
        return 0;
    switch (offset & ~0x7fu) {
    case 0x080: /* GICD_IGROUPR */
        return vgic->group[n];
    case 0x100: /* GICD_ISENABLER, GICD_ICENABLER */
    case 0x180:
        return vgic->enabled[n];
    case 0x200: /* GICD_ISPENDR, GICD_ICPENDR */
    case 0x280:
        return vgic->pending[n] | vgic->level[n] | listed(vm, n, STATE_PENDING);
    case 0x300: /* GICD_ISACTIVER, GICD_ICACTIVER */
    case 0x380:
        return vgic->active[n] | listed(vm, n, STATE_ACTIVE);
    default:
        return 0;
    }
}

/* Interrupts 0 to 15, the Software-generated ones, are always enabled (IHI 0048B, 4.3.5) and become pending by
 * GICD_SGIR only (4.3.7). */
static u32 writable(u32 word)
{
    return word == 0 ? 0xffff0000 : ~0u;
}

static void write_word(struct vm *vm, u32 offset, u32 value)
{
    struct vgic *vgic = of(vm);
    u32 n = offset / 4 & 31;

    if (offset >= 0xc08 && offset < 0xc00 + INTERRUPTS / 4) {
        vgic->config[(offset - 0xc00) / 4] = value & 0xaaaaaaaa;
        return;
    }
    if (offset == 0x000) {
        vgic->CTLR = value & 3;
        return;
    }
    if (offset == 0xf00) { /* GICD_SGIR: to the list, to all but itself, to itself (IHI 0048B, 4.3.15) */
        u32 filter = value >> 24 & 3;

        if (filter == 2 || (filter == 0 && value >> 16 & 1))
            vgic_pend(vm, value & 15);
        return;
    }
    if (n >= INTERRUPTS / 32)
        return;
    switch (offset & ~0x7fu) {
    case 0x080:
        vgic->group[n] = value;
        break;
    case 0x100:
        vgic->enabled[n] |= value;
        break;
    case 0x180:
        vgic->enabled[n] &= ~(value & writable(n));
        break;
    case 0x200:
        vgic->pending[n] |= value & writable(n);
        break;
    case 0x280:
        vgic->pending[n] &= ~(value & writable(n));
        clear_listed(vm, n, value & writable(n), STATE_PENDING);
        break;
    case 0x300:
        vgic->active[n] |= value & ~listed(vm, n, STATE_ACTIVE);
        break;
    case 0x380:
        vgic->active[n] &= ~value;
        clear_listed(vm, n, value, STATE_ACTIVE);
        break;
    }
}

static u32 read(struct vm *vm, u32 offset, u32 width)
{
    (void)width; /* mmio.c cuts it off */
    return read_word(vm, offset & ~3u) >> 8 * (offset & 3);
}

static void write(struct vm *vm, u32 offset, u32 width, u32 value)
{
    struct vgic *vgic = of(vm);

    /* Byte accessible are GICD_IPRIORITYR and GICD_ITARGETSR (IHI 0048B, 4.1.4); there are 32 priorities. */
    for (u32 byte = offset; byte < offset + width; byte++, value >>= 8) {
        if (byte >= 0x400 && byte < 0x400 + INTERRUPTS)
            vgic->priority[byte - 0x400] = value & 0xf8;
        else if (byte >= 0x820 && byte < 0x800 + INTERRUPTS)
            vgic->target[byte - 0x800] = value & 1;
        else if (width == 4) {
            write_word(vm, offset, value);
            return;
        } else
            return;
    }
}

/* VM_ATTACH_VGIC: where the guest expects the distributor, which is emulated, and the CPU interface, behind which the
 * second stage puts GICV: two pages, the other one for GICV_DIR. */
void vm_attach_vgic(struct vm *vm, u32 distributor_ipa, u32 cpu_interface_ipa)
{
    struct vgic *vgic = of(vm);
    struct mmio_region region = { "distributor", distributor_ipa, 0x1000, read, write };

    vgic->enabled[0] = 0xffff;
    vgic->config[0] = 0xaaaaaaaa;
    for (u32 id = 0; id < 32; id++)
        vgic->target[id] = 1;
#ifndef MISTAKE_NO_DISTRIBUTOR
    vm_attach_region(vm, &region);
#else
    (void)region;
#endif
    stage2_map_device(vm, cpu_interface_ipa, GICV, 0x2000);
    vgic->attached = 1;
}

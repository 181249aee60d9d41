/* Hyp mode's own translation, and what it shares with the host. Three mappings: the memory of both with Hyp mode's
 * stack, Hyp mode's code at its virtual address, and the same code one-to-one, where it runs while the MMU comes on;
 * and the virtual interface control registers. (DDI 0406C, B3.6; B3.7 for access permissions at PL2) */
#include "hypervisor.h"

/* Descriptor bits: AF, SH, AP[1] (which is 1 at PL2), AP[2], XN, and the index into HMAIR. */
#define ACCESSED (1u << 10)
#define INNER_SHAREABLE (3u << 8)
#define READ_WRITE (1u << 6)
#define READ_ONLY (3u << 6)
#define XN (1ull << 54)
#define DEVICE (4u << 2)        /* HMAIR1.Attr4 */
#define WRITE_BACK (7u << 2)    /* HMAIR1.Attr7 */

#define SHARED __attribute__((section(".bss.hyp_shared")))

SHARED struct vm vms[MAX_GUESTS];
SHARED struct processor *vfp_owner;
SHARED u8 hyp_stack[4096] __attribute__((aligned(8)));

extern u8 hyp_text_virtual[], hyp_text_physical[], hyp_text_size[], hyp_shared_start[], hyp_shared_end[];
extern u8 hyp_init_vectors[], hyp_vectors[], hyp_leave[];

/* Hyp mode's symbols are virtual; this is where they are before its MMU is on. */
static u32 physical(const u8 *symbol)
{
    return (u32)(symbol - hyp_text_virtual + hyp_text_physical);
}

static u32 stub_hvbar; /* what the stub gives back for Hyp mode's vectors */

/* Takes Hyp mode over from the stub. */
void hyp_start(void)
{
    u64 *root = lpae_new_table();
    u32 size = (u32)hyp_text_size;

    lpae_map(root, (u32)hyp_shared_start, (u32)hyp_shared_start, hyp_shared_end - hyp_shared_start,
             ACCESSED | INNER_SHAREABLE | READ_WRITE | XN | WRITE_BACK);
    lpae_map(root, (u32)hyp_text_virtual, (u32)hyp_text_physical, size,
             ACCESSED | INNER_SHAREABLE | READ_ONLY | WRITE_BACK);
    lpae_map(root, (u32)hyp_text_physical, (u32)hyp_text_physical, size,
             ACCESSED | INNER_SHAREABLE | READ_ONLY | WRITE_BACK);
    lpae_map(root, GICH, GICH, 4096, ACCESSED | READ_WRITE | XN | DEVICE);
    stub_hvbar = call_stub(STUB_GET_HVBAR);
    call_stub(physical(hyp_init_vectors));
    call_hyp((u32)root, hyp_stack + sizeof hyp_stack, hyp_vectors);
}

/* Gives Hyp mode back to the stub, from the page that is mapped one-to-one. */
void hyp_stop(void)
{
    call_hyp(physical(hyp_leave), stub_hvbar);
    if (call_stub(STUB_GET_HVBAR) == stub_hvbar)
        print("hypervisor: Hyp mode is the stub's again\n");
}

/* What assembly believes. */
_Static_assert(sizeof(struct world) == WORLD_SIZE, "WORLD_SIZE");
_Static_assert(__builtin_offsetof(struct processor, world) == VCPU_WORLD, "VCPU_WORLD");
_Static_assert(__builtin_offsetof(struct processor, gich) == VCPU_GICH, "VCPU_GICH");
_Static_assert(__builtin_offsetof(struct processor, exit) == VCPU_EXIT, "VCPU_EXIT");
_Static_assert(__builtin_offsetof(struct processor, vfp) == VCPU_VFP, "VCPU_VFP");

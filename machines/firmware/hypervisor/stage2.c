/* The second stage of translation: from what a guest takes for physical addresses to the machine's.
 * (DDI 0406C, B3.6.2 "Memory attributes in the long-descriptor translation table format", second stage; B4.1.151) */
#include "hypervisor.h"

#define HAP_READ_WRITE (3u << 6)
#define ACCESSED (1u << 10)
#define INNER_SHAREABLE (3u << 8)
#define MEMORY (15u << 2) /* MemAttr: write-back, so that the guest's own attributes decide */
#define DEVICE (1u << 2)
#define XN (1ull << 54)

void stage2_map_memory(struct vm *vm, u32 ipa, u32 pa, u32 size_bytes)
{
    lpae_map(vm->stage2, ipa, pa, size_bytes, HAP_READ_WRITE | ACCESSED | INNER_SHAREABLE | MEMORY);
}

void stage2_map_device(struct vm *vm, u32 ipa, u32 pa, u32 size_bytes)
{
    lpae_map(vm->stage2, ipa, pa, size_bytes, HAP_READ_WRITE | ACCESSED | DEVICE | XN);
}

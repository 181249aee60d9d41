/* Which guests there are: a Linux kernel that somebody has loaded, or two of the bundled one.
 * (Linux, Documentation/arm/booting.rst; arch/arm/boot/compressed/head.S for the magic number) */
#include "hypervisor.h"

#define RAM_1 0x90000000u
#define RAM_2 0x98000000u
#define RAM_IPA 0xc0000000u
#define MB (1u << 20)

/* Where Linux is expected, from the beginning of its RAM; guest-linux.dts has the place of the initial RAM disk. */
#define ZIMAGE (64 * MB)
#define DEVICE_TREE (128 * MB)
#define ZIMAGE_MAGIC 0x016f2818u

/* The board's user switch 0: guests stay when they have checked everything. */
#define STAY 1u

extern const u8 bundled_guest[], bundled_guest_end[], linux_device_tree[], linux_device_tree_end[];

static void copy(u32 to, const u8 *from, const u8 *end)
{
    u8 *destination = (u8 *)to;
    u32 size = end - from;

    while (from < end)
        *destination++ = *from++;
    clean_dcache((void *)to, size); /* the guest starts with its caches off */
}

static void start_linux(void)
{
    const u32 r0_r2[3] = { 0, ~0u, RAM_IPA + DEVICE_TREE };
    struct vm *vm;

    copy(RAM_1 + DEVICE_TREE, linux_device_tree, linux_device_tree_end);
    vm = vm_create(1, UART0, RAM_1, 256 * MB, RAM_IPA + ZIMAGE, r0_r2);
    vm_attach_vgic(vm, GICD, GICC);
    vm_attach_pl011(vm, UART0);
    console_listen(UART0);
    print("hypervisor: guest 1, Linux, starts\n");
}

/* The first guest has the board's SP804 for its timer and the simplest console, the second one the virtual timer and
 * a PL011. It learns which one it is from r0, and from r1 whether it shall stay. */
static void start_bundled(u32 number, u32 ram_pa, u32 uart)
{
    const u32 r0_r2[3] = { number, SYS_SW & STAY, 0 };
    struct vm *vm;

    console_start(uart);
    copy(ram_pa, bundled_guest, bundled_guest_end);
    vm = vm_create(number, uart, ram_pa, 128 * MB, RAM_IPA, r0_r2);
    vm_attach_vgic(vm, GICD, GICC);
    if (number == 1) {
        vm_attach_bvm_console(vm, UART0);
        stage2_map_device(vm, SP804, SP804, 0x1000);
        host_route_device(SP804_INTERRUPT, vm);
    } else
        vm_attach_pl011(vm, UART0);
    console_listen(uart);
    print("hypervisor: guest ");
    print_decimal(number);
    print(" starts\n");
}

void start_guests(void)
{
    if (REGISTER(RAM_1 + ZIMAGE + 0x24) == ZIMAGE_MAGIC) {
        start_linux();
        return;
    }
    start_bundled(1, RAM_1, UART1);
    start_bundled(2, RAM_2, UART2);
}

/* What the parts of the boot loader know of each other. */
#ifndef BOOT_LOADER_H
#define BOOT_LOADER_H

/* Linux takes the 128 MB that it lies in for the beginning of its RAM (arch/arm/boot/compressed/head.S), and must find
 * the device tree and the RAM disk behind itself. */
#define KERNEL 0xc0008000
#define DEVICE_TREE 0xc7f00000
#define RAM_DISK 0xc8000000
#define END 0xf0000000
/* Linux's number for the Versatile Express (arch/arm/tools/mach-types). */
#define MACHINE_TYPE 2272

#ifndef __ASSEMBLER__
#include "platform.h"

/* start.S: enters the kernel in Hyp mode, as Documentation/arch/arm/booting.rst asks. */
void start_kernel(const void *device_tree) __attribute__((noreturn));

/* semihosting.c */
void command_line(char *buffer, u32 size_bytes);
u32 load_file(const char *name, u32 address, u32 end);
void refuse(const char *what, const char *name) __attribute__((noreturn));

/* What a kernel is told by its device tree. */
struct boot {
    const char *arguments;
    u32 ram_disk_bytes; /* 0 without one */
};

/* device-tree.c: writes a tree that says so. */
void write_tree(u8 *to, const u8 *from, const struct boot *boot);
#endif
#endif

/* The calls to the host that load files. (Arm, Semihosting for AArch32 and AArch64, 6) */
#include "boot-loader.h"
#include "text.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_READ = 0x06,
    SYS_FLEN = 0x0c,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT_EXTENDED = 0x20
};
#define READ_BINARY 1
#define ADP_Stopped_ApplicationExit 0x20026

static u32 call(u32 number, const void *argument)
{
    register u32 r0 __asm__("r0") = number;
    register const void *r1 __asm__("r1") = argument;

    __asm__ volatile("svc 0x123456" : "+r"(r0) : "r"(r1) : "memory", "cc");
    return r0;
}

void put_character(char c)
{
    call(SYS_WRITEC, &c);
}

void refuse(const char *what, const char *name)
{
    print("boot-loader: ");
    print(what);
    print(name);
    print("\n");
    call(SYS_EXIT_EXTENDED, (u32[]){ADP_Stopped_ApplicationExit, 1});
    for (;;)
        ;
}

void command_line(char *buffer, u32 size_bytes)
{
    if (call(SYS_GET_CMDLINE, (u32[]){(u32)buffer, size_bytes}))
        refuse("there is no command line, or it is too long", "");
}

/* Gives how many bytes were loaded. */
u32 load_file(const char *name, u32 address, u32 end)
{
    u32 length = 0, handle, size_bytes;

    while (name[length])
        length++;
    handle = call(SYS_OPEN, (u32[]){(u32)name, READ_BINARY, length});
    if (handle == (u32)-1)
        refuse("cannot open ", name);
    size_bytes = call(SYS_FLEN, &handle);
    if (size_bytes == (u32)-1 || size_bytes > end - address)
        refuse("there is no room for ", name);
    if (call(SYS_READ, (u32[]){handle, address, size_bytes}))
        refuse("cannot read ", name);
    call(SYS_CLOSE, &handle);
    return size_bytes;
}

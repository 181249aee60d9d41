/* Puts into a flattened device tree what a boot loader tells a kernel: properties of /chosen. (Devicetree Specification
 * v0.4, 3.6 and 5) */
#include "boot-loader.h"

#define MAGIC 0xd00dfeed
enum { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, TREE_END = 9 };
/* The words of the header, and what a property has in front of its value. */
enum { TOTAL_SIZE = 1, STRUCTURE, STRINGS, RESERVATIONS, STRINGS_SIZE = 8, STRUCTURE_SIZE, HEADER = 40, PROP_WORDS = 12 };

/* Names that the tree may not have yet, and where they are in this. */
static const char names[] = "bootargs\0linux,initrd-start\0linux,initrd-end";
enum { BOOTARGS = 0, INITRD_START = 9, INITRD_END = 28 };

static u8 *out;

static u32 word(const u8 *at)
{
    return (u32)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static void put_word(u8 *at, u32 value)
{
    for (int n = 0; n < 4; n++)
        at[n] = value >> (24 - 8 * n);
}

static void append_word(u32 value)
{
    put_word(out, value);
    out += 4;
}

/* Up to the next word, with zeros. */
static void append(const void *from, u32 size_bytes)
{
    for (const u8 *byte = from; size_bytes--;)
        *out++ = *byte++;
    while ((u32)out & 3)
        *out++ = 0;
}

static int equal(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static u32 size_of(const char *text)
{
    u32 size_bytes = 1;

    while (*text++)
        size_bytes++;
    return size_bytes;
}

static u32 aligned(u32 size_bytes)
{
    return (size_bytes + 3) & ~3u;
}

static void append_address(u32 name, u32 address)
{
    append_word(PROP);
    append_word(4);
    append_word(name);
    append_word(address);
}

/* The properties, whose names lie at `first_name` in the new tree's strings. */
static void append_chosen(u32 first_name, const struct boot *boot)
{
    append_word(PROP);
    append_word(size_of(boot->arguments));
    append_word(first_name + BOOTARGS);
    append(boot->arguments, size_of(boot->arguments));
    if (boot->ram_disk_bytes) {
        append_address(first_name + INITRD_START, RAM_DISK);
        append_address(first_name + INITRD_END, RAM_DISK + boot->ram_disk_bytes);
    }
}

static int is_new(const char *name)
{
    return equal(name, names + BOOTARGS) || equal(name, names + INITRD_START) || equal(name, names + INITRD_END);
}

static void append_structure(const u8 *in, const char *strings, u32 first_name, const struct boot *boot)
{
    int depth = 0, in_chosen = 0, has_chosen = 0;
    u32 token;

    do {
        u32 size_bytes = 4;

        token = word(in);
        if (token == BEGIN_NODE) {
            const char *name = (const char *)in + 4;
            size_bytes += aligned(size_of(name));
            append(in, size_bytes);
            in_chosen = depth++ == 1 && equal(name, "chosen");
            if (in_chosen) {
                has_chosen = 1;
                append_chosen(first_name, boot);
            }
        } else if (token == PROP) {
            size_bytes = PROP_WORDS + aligned(word(in + 4));
            if (!in_chosen || !is_new(strings + word(in + 8)))
                append(in, size_bytes);
        } else if (token == END_NODE) {
            in_chosen = 0;
            if (--depth == 0 && !has_chosen) {
                append_word(BEGIN_NODE);
                append("chosen", 7);
                append_chosen(first_name, boot);
                append_word(END_NODE);
            }
            append(in, 4);
        } else
            append(in, 4);
        in += size_bytes;
    } while (token != TREE_END);
}

void write_tree(u8 *to, const u8 *from, const struct boot *boot)
{
    const u8 *reservations = from + word(from + 4 * RESERVATIONS);
    const char *strings = (const char *)from + word(from + 4 * STRINGS);
    u32 strings_bytes = word(from + 4 * STRINGS_SIZE), reservations_bytes = 16;
    u8 *structure;

    if (word(from) != MAGIC)
        refuse("the device tree is none", "");
    while (word(reservations + reservations_bytes - 8) | word(reservations + reservations_bytes - 4))
        reservations_bytes += 16;
    out = to;
    append(from, HEADER);
    append(reservations, reservations_bytes);
    structure = out;
    append_structure(from + word(from + 4 * STRUCTURE), strings, strings_bytes, boot);
    put_word(to + 4 * RESERVATIONS, HEADER);
    put_word(to + 4 * STRUCTURE, structure - to);
    put_word(to + 4 * STRUCTURE_SIZE, out - structure);
    put_word(to + 4 * STRINGS, out - to);
    put_word(to + 4 * STRINGS_SIZE, strings_bytes + sizeof names);
    for (u32 n = 0; n < strings_bytes; n++)
        *out++ = strings[n];
    append(names, sizeof names);
    put_word(to + 4 * TOTAL_SIZE, out - to);
}

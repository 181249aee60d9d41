/* Loads a kernel, its RAM disk and its device tree from the host, as the command line of semihosting says:
 *     --kernel FILE [--initrd FILE] [--dtb FILE] [-- ARGUMENTS OF THE KERNEL] */
#include "boot-loader.h"
#include "text.h"

static char line[4096];
/* The tree as it is in its file. */
static u8 tree[65536] __attribute__((aligned(8)));

/* Ends the word that `*rest` begins with, and leaves behind it; gives the word, or 0 at the end of the line. */
static char *next_word(char **rest)
{
    char *first, *at = *rest;

    while (*at == ' ')
        at++;
    first = at;
    while (*at && *at != ' ')
        at++;
    *rest = at;
    if (*at)
        *(*rest)++ = 0;
    return *first ? first : 0;
}

static int is(const char *word, const char *option)
{
    while (*word && *word == *option)
        word++, option++;
    return *word == *option;
}

int main(void)
{
    const char *kernel = 0, *ram_disk = 0, *device_tree = 0;
    struct boot boot = {.arguments = ""};
    char *word, *rest = line;

    command_line(line, sizeof line);
    while ((word = next_word(&rest))) {
        if (is(word, "--")) {
            boot.arguments = rest;
            break;
        }
        if (is(word, "--kernel"))
            kernel = next_word(&rest);
        else if (is(word, "--initrd"))
            ram_disk = next_word(&rest);
        else if (is(word, "--dtb"))
            device_tree = next_word(&rest);
        else
            refuse("the command line has this, which is no option: ", word);
    }
    if (!kernel)
        refuse("the command line names no --kernel", "");
    if (!device_tree && (ram_disk || *boot.arguments))
        refuse("RAM disk and arguments reach a kernel by its tree; the command line names no --dtb", "");

    load_file(kernel, KERNEL, DEVICE_TREE);
    if (ram_disk)
        boot.ram_disk_bytes = load_file(ram_disk, RAM_DISK, END);
    if (device_tree) {
        load_file(device_tree, (u32)tree, (u32)tree + sizeof tree);
        write_tree((u8 *)DEVICE_TREE, tree, &boot);
    }
    print("boot-loader: ");
    print(kernel);
    print(" starts in Hyp mode\n");
    start_kernel(device_tree ? (void *)DEVICE_TREE : 0);
}

/*
 * What a program with newlib's semihosting (rdimon) does with files, console and time; it prints what it finds. A third
 * argument says that it must not get out of its folder.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* This newlib's rename() makes a link, which there is no call for; the call itself is this. */
int _rename(const char *from, const char *to);

static void show(const char *what, long value) { printf("%s: %ld\n", what, value); }

static void files(void)
{
    char line[32];
    FILE *file = fopen("made.txt", "w");
    for (int n = 0; n < 1000; n++)
        fprintf(file, "line %d\n", n);
    show("written to", ftell(file));
    fclose(file);

    file = fopen("made.txt", "r+");
    fseek(file, 0, SEEK_END);
    show("length", ftell(file));
    fseek(file, 35, SEEK_SET);
    printf("read: %s", fgets(line, sizeof line, file));
    fseek(file, 35, SEEK_SET);
    fputs("LINE", file);
    rewind(file);
    for (int n = 0; n < 6; n++)
        fgets(line, sizeof line, file);
    printf("changed: %s", line);
    show("terminal", isatty(fileno(file)));
    fclose(file);

    file = fopen("made.txt", "a");
    fputs("the end\n", file);
    fclose(file);
    show("renamed", _rename("made.txt", "kept.txt"));
    errno = 0;
    show("old name", (long)fopen("made.txt", "r"));
    show("errno", errno);

    file = fopen("other.bin", "wb");
    fwrite("x", 1, 1, file);
    fclose(file);
    show("removed", remove("other.bin"));
    show("removed again", remove("other.bin"));
}

/* Times differ from run to run; that they pass does not. */
static void times(void)
{
    clock_t start = clock();
    while (clock() == start)
        ;
    show("clock goes on", clock() > start);
    time_t date = time(NULL);
    show("date", date > 0 && time(NULL) >= date);
}

int main(int argc, char **argv)
{
    for (int n = 1; n < argc; n++)
        printf("argument %d: %s\n", n, argv[n]);
    files();
    char *memory = malloc(1 << 20);
    show("memory", memory != NULL && memset(memory, 1, 1 << 20) != NULL);
    show("console", isatty(STDOUT_FILENO));
    times();
    if (argc > 3)
        fprintf(stderr, "outside: %ld\n", (long)fopen("../outside", "w"));
    char name[16];
    printf("name? ");
    fflush(stdout);
    printf("hello, %s\n", scanf("%15s", name) == 1 ? name : "nobody");
    return 42;
}

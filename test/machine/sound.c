/* Plays a ramp of 4096 pairs on the motherboard's PL041, by its interrupt, and prints what it read of the codec. */
#define AACI(offset) (*(volatile unsigned *)(0x1c040000 + (offset)))
#define UARTDR (*(volatile unsigned *)0x1c090000)
#define SYS_CFGCTRL (*(volatile unsigned *)0x1c0100a4)
#define GICD(offset) (*(volatile unsigned *)(0x2c001000 + (offset)))
#define GICC(offset) (*(volatile unsigned *)(0x2c002000 + (offset)))
#define TXCR AACI(0x04)
#define IE AACI(0x10)
#define SL1RX AACI(0x50)
#define SL1TX AACI(0x54)
#define SL2RX AACI(0x58)
#define SL2TX AACI(0x5c)
#define SLFR AACI(0x68)
#define MAINCR AACI(0x78)
#define RESET AACI(0x7c)
#define DR AACI(0x90)

enum { BUSY = 1 << 1 | 1 << 3, VALID = 1 << 6 | 1 << 8, READ = 1 << 19 };
enum { TXC = 1 << 0, TX = 1 << 2, ID = 32 + 11 };
enum { LINK = 0x79, STEREO = 1 << 16 | 1 << 15 | 1 << 4 | 1 << 3 | 1, PAIRS = 4096, HALF = 128 };

__asm__(".globl _start\n_start: ldr sp, =0x80100000\n b run\n");

static void print(const char *text)
{
    while (*text)
        UARTDR = *text++;
}

static void show(unsigned address)
{
    SL1TX = READ | address << 12;
    while ((SLFR & VALID) != VALID)
        ;
    unsigned echo = SL1RX >> 12, value = SL2RX >> 4;
    for (int low = 28; low >= 0; low -= 4)
        UARTDR = "0123456789abcdef"[(echo << 16 | value) >> low & 15];
    print("\n");
}

static void set(unsigned address, unsigned value)
{
    SL2TX = value << 4;
    SL1TX = address << 12;
    while (SLFR & BUSY)
        ;
}

/* Sleeps until the interrupt is there; it is acknowledged, and not taken. */
static void wait(unsigned interrupt)
{
    IE = interrupt;
    __asm__ volatile("wfi");
    unsigned id = GICC(0x0c);
    IE = 0;
    GICC(0x10) = id;
    if (id != ID)
        print("another interrupt\n");
}

void run(void)
{
    GICD(0x000) = 1;
    GICD(0x104) = 1 << (ID - 32);
    GICC(0x04) = 255;
    GICC(0x00) = 1;
    RESET = 0;
    RESET = 1;
    MAINCR = LINK;
    show(0x7c);
    show(0x7e);
    set(0x2a, 1);
    set(0x2c, 44100);
    show(0x2c);
    TXCR = STEREO;
    for (unsigned n = 0; n < PAIRS;) {
        wait(TX);
        for (unsigned end = n + HALF; n < end; n++)
            DR = (n * 3 & 0xffff) | -n << 16;
    }
    wait(TXC);
    /* QEMU writes its file a while later. */
    for (volatile unsigned n = 0; n < 10000000; n++)
        ;
    SYS_CFGCTRL = 0xc0800000;
    for (;;)
        ;
}

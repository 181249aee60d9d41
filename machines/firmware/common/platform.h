/* The hardware that the bundled firmware touches: the Versatile Express RS1 memory map (DUI 0575, "VE memory
 * map") and the registers of its devices, named as in their manuals. */
#ifndef PLATFORM_H
#define PLATFORM_H

/* GICv2 of the Cortex-A15: PERIPHBASE and what is where from there (DDI 0438, 8.2.1). */
#define GICD 0x2c001000
#define GICC 0x2c002000
#define GICH 0x2c004000
#define GICV 0x2c006000

/* The interrupts' IDs (DDI 0438, 8.2.3; DUI 0575, "VE interrupts"). */
#define MAINTENANCE_INTERRUPT 25
#define VIRTUAL_TIMER_INTERRUPT 27
#define SECURE_PHYSICAL_TIMER_INTERRUPT 29
#define PHYSICAL_TIMER_INTERRUPT 30
#define SP804_INTERRUPT 34
#define UART0_INTERRUPT 37
#define UART1_INTERRUPT 38
#define UART2_INTERRUPT 39
#define SPURIOUS 1023

#define SP804 0x1c110000
#define UART0 0x1c090000
#define UART1 0x1c0a0000
#define UART2 0x1c0b0000

#ifndef __ASSEMBLER__
typedef __UINT8_TYPE__ u8;
typedef __UINT16_TYPE__ u16;
typedef __UINT32_TYPE__ u32;
typedef __UINT64_TYPE__ u64;

#define REGISTER(address) (*(volatile u32 *)(address))
#define HALFWORD_REGISTER(address) (*(volatile u16 *)(address))
#define BYTE_REGISTER(address) (*(volatile u8 *)(address))

/* Versatile Express system registers (DUI 0447, 4.3). */
#define SYS_SW REGISTER(0x1c010004)
#define SYS_CFGDATA REGISTER(0x1c0100a0)
#define SYS_CFGCTRL REGISTER(0x1c0100a4)
#define SYS_CFGSTAT REGISTER(0x1c0100a8)

/* PL011 (DDI 0183G, 3.2). */
#define UARTDR(uart) REGISTER((uart) + 0x00)
#define UARTFR(uart) REGISTER((uart) + 0x18)
#define UARTIBRD(uart) REGISTER((uart) + 0x24)
#define UARTFBRD(uart) REGISTER((uart) + 0x28)
#define UARTLCR_H(uart) REGISTER((uart) + 0x2c)
#define UARTCR(uart) REGISTER((uart) + 0x30)
#define UARTIMSC(uart) REGISTER((uart) + 0x38)
#define UARTICR(uart) REGISTER((uart) + 0x44)
#define RXFE (1u << 4) /* UARTFR: the receive FIFO is empty */
#define TXFF (1u << 5) /* the transmit FIFO is full */
#define TXFE (1u << 7) /* the transmit FIFO is empty */
#define RXI (1u << 4)  /* interrupts: received */
#define TXI (1u << 5)  /* transmitted */
#define RTI (1u << 6)  /* something received waits */

/* Timer 1 of the first SP804 (DDI 0271D, 3.2). */
#define Timer1Load REGISTER(SP804 + 0x00)
#define Timer1Value REGISTER(SP804 + 0x04)
#define Timer1Control REGISTER(SP804 + 0x08)
#define Timer1IntClr REGISTER(SP804 + 0x0c)
#define Timer1RIS REGISTER(SP804 + 0x10)
/* Timer1Control (DDI 0271D, table 3-2) */
#define TimerEn (1u << 7)
#define PeriodicMode (1u << 6)
#define IntEnable (1u << 5)
#define TimerSize32 (1u << 1)

/* Distributor and CPU interface (IHI 0048B, 4.1). */
#define GICD_CTLR REGISTER(GICD + 0x000)
#define GICD_TYPER REGISTER(GICD + 0x004)
#define GICD_IIDR REGISTER(GICD + 0x008)
#define GICD_IGROUPR(n) REGISTER(GICD + 0x080 + 4 * (n))
#define GICD_ISENABLER(n) REGISTER(GICD + 0x100 + 4 * (n))
#define GICD_ICENABLER(n) REGISTER(GICD + 0x180 + 4 * (n))
#define GICD_ISPENDR(n) REGISTER(GICD + 0x200 + 4 * (n))
#define GICD_ICPENDR(n) REGISTER(GICD + 0x280 + 4 * (n))
#define GICD_ISACTIVER(n) REGISTER(GICD + 0x300 + 4 * (n))
#define GICD_ICACTIVER(n) REGISTER(GICD + 0x380 + 4 * (n))
#define GICD_IPRIORITYR(n) REGISTER(GICD + 0x400 + 4 * (n))
#define GICD_IPRIORITYR_BYTE(id) BYTE_REGISTER(GICD + 0x400 + (id))
#define GICD_ITARGETSR_BYTE(id) BYTE_REGISTER(GICD + 0x800 + (id))
#define GICD_ICFGR(n) REGISTER(GICD + 0xc00 + 4 * (n))
#define GICD_SGIR REGISTER(GICD + 0xf00)
#define GICC_CTLR REGISTER(GICC + 0x00)
#define GICC_PMR REGISTER(GICC + 0x04)
#define GICC_IAR REGISTER(GICC + 0x0c)
#define GICC_EOIR REGISTER(GICC + 0x10)
#define GICC_DIR REGISTER(GICC + 0x1000)

/* A system register of 32 or 64 bits: read_cp15("p15, 0, %0, c1, c0, 0"), read_cp15_64("p15, 0, %Q0, %R0, c14"). */
#define read_cp15(place) ({ u32 value_; __asm__ volatile("mrc " place : "=r"(value_)::"memory"); value_; })
#define write_cp15(place, value) __asm__ volatile("mcr " place "\n isb" ::"r"((u32)(value)) : "memory")
#define read_cp15_64(place) ({ u64 value_; __asm__ volatile("isb\n mrrc " place : "=r"(value_)::"memory"); value_; })
#define write_cp15_64(place, value) __asm__ volatile("mcrr " place "\n isb" ::"r"((u64)(value)) : "memory")
#endif
#endif

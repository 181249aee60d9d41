/* The hardware that the self-check touches: the Versatile Express RS1 memory map (DUI 0575, "VE memory map")
 * and the registers of its devices, named as in their manuals. */
#ifndef PLATFORM_H
#define PLATFORM_H

typedef __UINT8_TYPE__ u8;
typedef __UINT32_TYPE__ u32;
typedef __UINT64_TYPE__ u64;

#define REGISTER(address) (*(volatile u32 *)(address))
#define BYTE_REGISTER(address) (*(volatile u8 *)(address))

/* Versatile Express system registers (DUI 0447, 4.3). */
#define SYS_CFGDATA REGISTER(0x1c0100a0)
#define SYS_CFGCTRL REGISTER(0x1c0100a4)
#define SYS_CFGSTAT REGISTER(0x1c0100a8)

/* UART 0, a PL011 (DDI 0183G, 3.2). */
#define UARTDR REGISTER(0x1c090000)
#define UARTFR REGISTER(0x1c090018)
#define UARTIBRD REGISTER(0x1c090024)
#define UARTFBRD REGISTER(0x1c090028)
#define UARTLCR_H REGISTER(0x1c09002c)
#define UARTCR REGISTER(0x1c090030)

/* Timer 0 of the first SP804 (DDI 0271, 3.2), wired to SPI 2. */
#define Timer1Load REGISTER(0x1c110000)
#define Timer1Value REGISTER(0x1c110004)
#define Timer1Control REGISTER(0x1c110008)
#define Timer1IntClr REGISTER(0x1c11000c)
#define Timer1RIS REGISTER(0x1c110010)
#define SP804_INTERRUPT 34

/* The GICv2 of the Cortex-A15 (IHI 0048B, 4.1). */
#define GICD_CTLR REGISTER(0x2c001000)
#define GICD_TYPER REGISTER(0x2c001004)
#define GICD_ISENABLER(n) REGISTER(0x2c001100 + 4 * (n))
#define GICD_ICENABLER(n) REGISTER(0x2c001180 + 4 * (n))
#define GICD_IPRIORITYR_BYTE(id) BYTE_REGISTER(0x2c001400 + (id))
#define GICD_ITARGETSR_BYTE(id) BYTE_REGISTER(0x2c001800 + (id))
#define GICD_SGIR REGISTER(0x2c001f00)
#define GICC_CTLR REGISTER(0x2c002000)
#define GICC_PMR REGISTER(0x2c002004)
#define GICC_IAR REGISTER(0x2c00200c)
#define GICC_EOIR REGISTER(0x2c002010)

/* The physical timer's interrupts, Secure and Non-secure (DDI 0438, 8.2.3). */
#define SECURE_TIMER_INTERRUPT 29
#define NONSECURE_TIMER_INTERRUPT 30

#endif

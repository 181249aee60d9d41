/**
 * The loop in which secondary CPUs of a Versatile Express wait for a Linux kernel to release them: each enables its
 * GIC CPU interface, sleeps, and after any interrupt jumps to the address in the board's flags register, if there is
 * one (Linux, arch/arm/mach-versatile/platsmp.c and arch/arm/plat-versatile/hotplug.c: `versatile_boot_secondary`).
 */

/** Where the loop lies, the register that releases it, and its GIC CPU interface (GICC): physical, 32 bits. */
export interface HoldingPen {
  readonly pen: number;
  readonly release: number;
  readonly cpuInterface: number;
}

/** Assembles the loop (A32, position-independent). */
export function holdingPen({ release, cpuInterface }: HoldingPen): Uint8Array {
  const words = [
    0xe59f0028, //       ldr  r0, cpuInterface
    0xe3a010ff, //       mov  r1, #255
    0xe5801004, //       str  r1, [r0, #4]     GICC_PMR: let every priority through
    0xe3a01001, //       mov  r1, #1
    0xe5801000, //       str  r1, [r0]         GICC_CTLR.Enable
    0xe59f0018, //       ldr  r0, release
    0xf57ff04f, // wait: dsb  sy
    0xe320f003, //       wfi
    0xe5901000, //       ldr  r1, [r0]
    0xe3510000, //       cmp  r1, #0
    0x0afffffa, //       beq  wait
    0xe12fff11, //       bx   r1
    cpuInterface,
    release,
  ];
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => view.setUint32(index * 4, word, true));
  return bytes;
}

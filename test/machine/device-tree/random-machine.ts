/** Machine descriptions made at random from a seed: correct ones, of devices that Linux finds by their tree alone. */

/** Numbers from a seed (xorshift32: G. Marsaglia, Xorshift RNGs, 2003). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % count;
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** Takes a choice out of a list. */
  take<T>(choices: T[]): T {
    return choices.splice(this.below(choices.length), 1)[0]!;
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`;
const MIB = 2 ** 20;

/** The text of a machine file. RAM begins at a multiple of 128 MiB, as multi-platform kernels want it when they unpack. */
export function randomMachine(seed: number): string {
  const random = new Random(seed * 0x9e37_79b9);
  const ram = { at: (2 + random.below(20)) * 128 * MIB, size: random.one([192, 256, 320, 512, 768]) * MIB };
  // Of the space that RAM leaves: pages for devices, 32 KB for the GIC.
  const isFree = (at: number): boolean => at + 0x8000 <= ram.at || at >= ram.at + ram.size;
  const places = new Set<number>();
  while (places.size < 16) {
    const at = 0x0800_0000 + random.below(0xe800) * 0x1_0000;
    if (isFree(at)) places.add(at);
  }
  const bases = [...places];
  const spiCount = random.one([32, 64, 96, 160, 224]);
  const spis = Array.from({ length: spiCount }, (_, spi) => spi);
  const devices: string[] = [];
  const add = (name: string, compatible: string, more = ''): void => {
    devices.push(`  ${name}: { compatible: '${compatible}', at: ${hex(random.take(bases))}${more} }`);
  };
  const spi = (): string => `, spi: ${random.take(spis)}`;
  add('gic', 'arm,cortex-a15-gic');
  const uarts = random.one([2, 5]);
  for (let n = 0; n < uarts; n++)
    add(`serial${n}`, 'arm,pl011', `${spi()}, clockHz: ${random.one(['24MHz', '48MHz'])}`);
  if (random.below(2) === 1) add('dual', 'arm,sp804', `${spi()}, clockHz: ${random.one(['1MHz', '32768Hz', '24MHz'])}`);
  if (random.below(2) === 1) add('clock', 'arm,pl031', spi());
  add('board', 'arm,vexpress-sysreg');
  // The order of the file is nothing that a guest may depend on, but for the numbers of UARTs.
  const mixed: string[] = [];
  while (devices.length > 0) mixed.push(random.take(devices));
  const gicAt = /gic: .* at: (0x\w+)/.exec(mixed.join('\n'))![1]!;
  return `# Made at random from seed ${seed}.
summary: random machine ${seed}
cluster:
  compatible: arm,cortex-a15
  security: false
  virtualization: ${random.below(2) === 1}
  counterHz: ${random.one(['62.5MHz', '100MHz', '24MHz', '19.2MHz'])}
  cbar: ${hex(Number(gicAt) - (Number(gicAt) % 0x8000))}
  spiCount: ${spiCount}
memory:
  ram: { at: ${hex(ram.at)}, size: ${ram.size / MIB}MiB }
devices:
${mixed.join('\n')}
boot:
  ram: ram
  console: ${random.one(mixed.map((line) => /serial\d/.exec(line)?.[0]).filter((name) => name !== undefined))}
  machineType: 0xffffffff
  zImageOffset: 64KiB
  imageOffset: 32KiB
  modulesOffset: 128MiB
  treeOffset: 0
`;
}

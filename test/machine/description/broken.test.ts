/**
 * Forty files with one mistake each, as users write them: every one gives one line, with the right place. The place is
 * marked with `^` in front of the key or value that is wrong.
 */
import { expect } from 'chai';
import { catalogue } from '../../../lib/devices/catalogue.ts';
import { complaints, readFiles } from './tiny-catalogue.ts';

/** A file of the user's own over the bundled board, and the one mistake in it. */
const rows: [mistake: string, text: string, says: RegExp][] = [
  ['an unknown section', '^device: {}', /^device: there is no such section; did you mean devices\?/],
  ['an unknown key of the cluster', 'cluster: { ^cores: 2 }', /^cluster.cores: there is no such key here; it has /],
  ['an unknown key of a memory', 'memory: { dram: { ^sise: 1GiB } }', /did you mean size\?/],
  ['an unknown key of a device', 'devices: { uart0: { ^clockhz: 24MHz } }', /did you mean clockHz\?/],
  ['an unknown key of boot', 'boot: { ^kernel: zImage }', /^boot.kernel: there is no such key here/],
  ['an unknown device', "devices: { x: { compatible: ^'arm,pl01', at: 0x1d000000 } }", /did you mean arm,pl011\?/],
  ['a device without a kind', 'devices: { x: ^{ at: 0x1d000000 } }', /^x.compatible: this is missing/],
  ['an absent thing without a meaning', 'absent: { x: ^{ at: 0x1d000000 } }', /^x.what: this is missing/],
  ['a device without an address', "devices: { x: ^{ compatible: 'arm,pl031' } }", /^x.at: this is missing/],
  ['a memory without an address', 'memory: { x: ^{ size: 1MiB } }', /^x.at: this is missing/],
  ['a memory without a size', 'memory: { x: ^{ at: 0x40000000 } }', /^x.size: this is missing/],
  ['a device that is a number', 'devices: { uart0: ^5 }', /^uart0: 5 is no mapping/],
  ['a list of devices', 'devices: ^[uart0]', /^devices: \["uart0"\] is no mapping/],
  ['a text for a number', 'devices: { uart0: { spi: ^five } }', /^uart0.spi: "five" is no whole number/],
  ['a number for a text', 'boot: { console: ^0 }', /^boot.console: 0 is no text/],
  ['a text for a boolean', 'cluster: { security: ^maybe }', /"maybe" is no boolean; write true or false/],
  ['a fraction', 'cluster: { cpus: ^1.5 }', /^cluster.cpus: 1.5 is no whole number/],
  ['a negative address', 'devices: { uart0: { at: ^-4096 } }', /^uart0.at: -4096 is no address/],
  ['a wrong unit of size', 'memory: { dram: { size: ^2GB } }', /^dram.size: "2GB" is no size; .* 2GiB/],
  ['a unit of frequency for a size', 'memory: { dram: { size: ^24MHz } }', /^dram.size: "24MHz" is no size/],
  [
    'a unit of size for a frequency',
    'devices: { timer0: { clockHz: ^1MiB } }',
    /^timer0.clockHz: "1MiB" is no frequency/,
  ],
  ['a mapping for a value', 'cluster: { cpus: ^{ count: 2 } }', /^cluster.cpus: a mapping has no meaning here/],
  ['a value for a list', 'memory: { dram: { aliases: ^0x40000000 } }', /^dram.aliases: \d+ is no list/],
  ['a text in a list of numbers', 'devices: { mci: { spis: [9, ^ten] } }', /^mci.spis\[1\]: "ten" is no whole number/],
  [
    'a choice that there is not',
    'memory: { dram: { kind: ^rem } }',
    /^dram.kind: "rem" is no choice here; did you mean/,
  ],
  ['a peripheral that there is not', 'devices: { kmi0: { kind: ^tablet } }', /^kmi0.kind: "tablet" is no choice here/],
  ['half an address', "devices: { ethernet: { mac: ^'52:54' } }", /^ethernet.mac: .* write 52:54:00:12:34:56/],
  ['too many CPUs', 'cluster: { cpus: ^5 }', /^cluster.cpus: 5 is too large; it is from 1 to 4/],
  ['no CPU', 'cluster: { cpus: ^0 }', /^cluster.cpus: 0 is too small/],
  [
    'an unaligned memory',
    'memory: { dram: { at: ^0x80000100 } }',
    /^dram.at: 0x8000_0100 does not fit; .* multiple of/,
  ],
  ['an unaligned size', 'memory: { dram: { size: ^1000000 } }', /^dram.size: 1000000 does not fit; .* of 4KiB/],
  [
    'an address beyond 40 bits',
    "devices: { uart0: { at: ^'0x100_0000_0000' } }",
    /^uart0.at: 0x100_0000_0000 is too large/,
  ],
  ['a memory that ends there', 'memory: { dram: { size: ^1TiB } }', /^dram.size: 1TiB from 0x8000_0000 end beyond/],
  [
    'more memory than there can be',
    'memory: { dram: { size: ^6GiB } }',
    /^dram.size: all memories together are 6\d{3}MiB, .* 3\d{3}MiB are the most that fit/,
  ],
  ['a device upon a device', 'devices: { uart1: { at: ^0x1c090000 } }', /^uart1.at: .* overlaps uart0.at \(/],
  ['a device upon memory', 'devices: { rtc: { at: ^0x80000000 } }', /^rtc.at: .* overlaps dram.at \(/],
  ['an alias upon memory', 'memory: { psram: { aliases: [^0x18000000] } }', /^psram.aliases\[0\]: .* overlaps vram.at/],
  ['a memory that grew upon others', 'memory: { flash0: { size: ^96MiB } }', /^flash0.size: .* overlaps flash1.at/],
  ['an interrupt that two have', 'devices: { uart0: { spi: ^7 } }', /^uart0.spi: SPI 7 is already that of uart2/],
  ['an interrupt that there is not', 'devices: { uart0: { spi: ^130 } }', /there is no SPI 130; SPIs are 0 to 127/],
  [
    'more interrupts than outputs',
    'devices: { uart0: { spi: null, spis: ^[5, 30] } }',
    /has 1 interrupts; its outputs are/,
  ],
  ['a RAM that there is not', 'boot: { ram: ^ddr }', /^boot.ram: there is no memory of kind ram ddr/],
  ['an alias of nothing', 'aliases: { board.uart: ^uart9.at }', /"uart9.at" is no parameter of this machine/],
  ['a key twice', 'cluster:\n  cpus: 1\n  ^cpus: 2', /this is not YAML 1.2: Map keys must be unique/],
];

describe('broken files', () => {
  it('are forty at least', () => {
    expect(rows).to.have.length.above(39);
  });

  for (const [mistake, marked, says] of rows)
    it(`${mistake}: ${marked.replaceAll('\n', '\\n')}`, async () => {
      const text = `summary: my board\nextends: vexpress-a15\n${marked}\n`;
      const before = text.slice(0, text.indexOf('^')).split('\n');
      const lines = await complaints(readFiles({ 'board.yaml': text.replace('^', '') }, { catalogue }));
      expect(lines, lines.join('\n')).to.have.length(1);
      const place = `board.yaml:${before.length}:${before.at(-1)!.length + 1}: `;
      expect(lines[0]!.slice(0, place.length)).to.equal(place);
      expect(lines[0]!.slice(place.length)).to.match(says).and.to.match(/; \S/);
    });

  it('and a base that is missing, or is the file itself, at the line that names it', async () => {
    const missing = await complaints(
      readFiles({ 'board.yaml': 'summary: x\nextends: ./board0.yaml\n' }, { catalogue }),
    );
    expect(missing).to.deep.equal([
      'board.yaml:2:10: ./board0.yaml: there is no such file; write the path of a description',
    ]);
    const cyclic = await complaints(readFiles({ 'board.yaml': 'summary: x\nextends: ./board.yaml\n' }, { catalogue }));
    expect(cyclic).to.deep.equal(['board.yaml:2:10: extends: this extends itself; end the chain of files somewhere']);
  });
});

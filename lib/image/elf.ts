/**
 * Reads executables in the ELF format: TIS ELF 1.2 (file, program and section headers, symbols) and
 * "ELF for the Arm Architecture" (machine number, byte order, Thumb entry points).
 */
import { Parser } from 'binary-parser';
import { hex, ImageError } from './image-error.ts';

/** What a loader copies: `bytes` to `physicalAddress`, then zeros up to `sizeBytes`. */
export interface ElfSegment {
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly sizeBytes: number;
  readonly executable: boolean;
  readonly writable: boolean;
  /** A view into the file, never a copy; at most `sizeBytes` long. */
  readonly bytes: Uint8Array;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly sizeBytes: number;
  readonly kind: 'function' | 'object' | 'other';
}

export interface ElfImage {
  /** Entry point as the file gives it: a virtual address, bit 0 set for Thumb code. */
  readonly entry: number;
  /** The same, moved along with the segment that holds it from virtual to physical addresses. */
  readonly physicalEntry: number;
  /** Loadable segments in the file's order, empty ones left out. */
  readonly segments: readonly ElfSegment[];
  /** Reads the symbol table on first use; empty for a stripped file. The first of equal names wins. */
  symbols(): ReadonlyMap<string, ElfSymbol>;
}

const FILE_HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const SECTION_HEADER_BYTES = 40;
const SYMBOL_BYTES = 16;

const ET_EXEC = 2;
const ET_DYN = 3;
const EM_ARM = 40;
const PT_LOAD = 1;
const SHT_SYMTAB = 2;

const fileHeader = new Parser()
  .endianness('little')
  .seek(4)
  .uint8('class')
  .uint8('data')
  .seek(10)
  .uint16('type')
  .uint16('machine')
  .seek(4)
  .uint32('entry')
  .uint32('programHeadersAt')
  .uint32('sectionHeadersAt')
  .seek(6)
  .uint16('programHeaderBytes')
  .uint16('programHeaders')
  .uint16('sectionHeaderBytes')
  .uint16('sectionHeaders');

const programHeader = new Parser()
  .endianness('little')
  .uint32('type')
  .uint32('offset')
  .uint32('virtualAddress')
  .uint32('physicalAddress')
  .uint32('fileBytes')
  .uint32('memoryBytes')
  .uint32('flags');

const sectionHeader = new Parser()
  .endianness('little')
  .seek(4)
  .uint32('type')
  .seek(8)
  .uint32('offset')
  .uint32('sizeBytes')
  .uint32('link');

/** Reads a 32-bit little-endian Arm executable; throws an ImageError naming `file` for anything else. */
export function readElf(bytes: Uint8Array, file: string): ElfImage {
  const fail = (wrong: string, right: string): never => {
    throw new ImageError(file, wrong, right);
  };
  if (
    bytes.length < FILE_HEADER_BYTES ||
    bytes[0] !== 0x7f ||
    bytes[1] !== 0x45 ||
    bytes[2] !== 0x4c ||
    bytes[3] !== 0x46
  )
    fail('this is no ELF file', 'an ELF file opens with 7f 45 4c 46 and a header of 52 bytes');
  const header = fileHeader.parse(bytes);
  if (header.class !== 1) fail('this is a 64-bit ELF file', 'the Cortex-A15 runs 32-bit Arm code (ELFCLASS32)');
  if (header.data !== 1) fail('this ELF file is big-endian', 'link it little-endian (ELFDATA2LSB)');
  if (header.machine !== EM_ARM)
    fail(
      `this ELF file is for machine ${header.machine}`,
      `Arm is machine ${EM_ARM}: use a compiler for arm-none-eabi`,
    );
  if (header.type !== ET_EXEC && header.type !== ET_DYN)
    fail(`this ELF file has type ${header.type}`, 'link it to an executable (ET_EXEC)');
  if (header.programHeaders > 0 && header.programHeaderBytes < PROGRAM_HEADER_BYTES)
    fail(`its program headers have ${header.programHeaderBytes} bytes each`, `they have ${PROGRAM_HEADER_BYTES}`);
  if (header.programHeadersAt + header.programHeaders * header.programHeaderBytes > bytes.length)
    fail('its program headers lie beyond the end of the file', 'the file was cut off: copy or link it again');

  const segments: ElfSegment[] = [];
  let physicalEntry = header.entry;
  for (let index = 0; index < header.programHeaders; index++) {
    const at = header.programHeadersAt + index * header.programHeaderBytes;
    const { type, ...it } = programHeader.parse(bytes.subarray(at));
    if (type !== PT_LOAD || it.memoryBytes === 0) continue;
    if (it.offset + it.fileBytes > bytes.length)
      fail(
        `segment ${index} ends at ${hex(it.offset + it.fileBytes)}, the file at ${hex(bytes.length)}`,
        'the file was cut off: copy or link it again',
      );
    if (it.fileBytes > it.memoryBytes)
      fail(
        `segment ${index} has ${hex(it.fileBytes)} bytes in the file and ${hex(it.memoryBytes)} in memory`,
        'memory holds at least what the file holds',
      );
    for (const address of [it.physicalAddress, it.virtualAddress])
      if (address + it.memoryBytes > 2 ** 32)
        fail(
          `segment ${index} runs past the 32-bit address space from ${hex(address)}`,
          'it ends at 0xffff_ffff at most',
        );
    if (header.entry >= it.virtualAddress && header.entry < it.virtualAddress + it.memoryBytes)
      physicalEntry = header.entry - it.virtualAddress + it.physicalAddress;
    segments.push({
      virtualAddress: it.virtualAddress,
      physicalAddress: it.physicalAddress,
      sizeBytes: it.memoryBytes,
      executable: (it.flags & 1) !== 0,
      writable: (it.flags & 2) !== 0,
      bytes: bytes.subarray(it.offset, it.offset + it.fileBytes),
    });
  }
  if (segments.length === 0)
    fail('this ELF file has nothing to load', 'link it to an executable with PT_LOAD segments');

  let symbols: ReadonlyMap<string, ElfSymbol> | undefined;
  return { entry: header.entry, physicalEntry, segments, symbols: () => (symbols ??= readSymbols(bytes, header)) };
}

/** A damaged symbol table costs the user only its names, so what cannot be read is left out. */
function readSymbols(bytes: Uint8Array, header: ReturnType<typeof fileHeader.parse>): ReadonlyMap<string, ElfSymbol> {
  const found = new Map<string, ElfSymbol>();
  const section = (index: number) => {
    const at = header.sectionHeadersAt + index * header.sectionHeaderBytes;
    if (index >= header.sectionHeaders || header.sectionHeaderBytes < SECTION_HEADER_BYTES) return undefined;
    if (at + SECTION_HEADER_BYTES > bytes.length) return undefined;
    const it = sectionHeader.parse(bytes.subarray(at));
    return it.offset + it.sizeBytes > bytes.length ? undefined : it;
  };
  for (let index = 0; index < header.sectionHeaders; index++) {
    const table = section(index);
    if (table?.type !== SHT_SYMTAB) continue;
    const strings = section(table.link);
    if (!strings) continue;
    const names = bytes.subarray(strings.offset, strings.offset + strings.sizeBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset + table.offset, table.sizeBytes);
    for (let at = SYMBOL_BYTES; at + SYMBOL_BYTES <= table.sizeBytes; at += SYMBOL_BYTES) {
      const name = stringAt(names, view.getUint32(at, true));
      // ELF for the Arm Architecture, 5.5.5: mapping symbols mark kinds of contents and name nothing.
      if (name === undefined || name === '' || name.startsWith('$') || found.has(name)) continue;
      const type = view.getUint8(at + 12) & 15;
      found.set(name, {
        name,
        value: view.getUint32(at + 4, true),
        sizeBytes: view.getUint32(at + 8, true),
        kind: type === 2 ? 'function' : type === 1 ? 'object' : 'other',
      });
    }
    break;
  }
  return found;
}

/** Names longer than this exist in no program; the bound keeps a damaged table from costing quadratic time. */
const LONGEST_NAME = 4096;

function stringAt(table: Uint8Array, from: number): string | undefined {
  const window = table.subarray(from, from + LONGEST_NAME);
  const end = window.indexOf(0);
  return end < 0 ? undefined : Buffer.from(window.buffer, window.byteOffset, end).toString('latin1');
}

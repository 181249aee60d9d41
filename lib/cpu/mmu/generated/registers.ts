/** Registers of devices in generated code: those that are nothing but a word are read where they are (device/image.ts). */
import { TLB } from '../../state/layout.ts';
import { AREA, REGISTERS } from '../../state/mmu-area.ts';
import { add, and, load, load8, shrU, type Term } from '../../wasm/writer.ts';
import { areaOf } from './terms.ts';

/** Where the byte at an address has its place among the registers of the page of devices that the TLB's entry has. */
export const placeOfByte = (entry: Term, address: Term, cpu: Term): Term =>
  add(load(add(areaOf(cpu), and(entry, ~TLB.slow)), AREA.images), and(address, 0xfff));
/** Whether loads may take it from there. */
export const isPlain = (place: Term): Term => load8(shrU(place, 2), REGISTERS.plain - REGISTERS.words / 4);

/**
 * The MMU's functions of the interpreter's module: their order there, and what they are for the CPU's own code.
 *
 * Each is written once, here, and called by generated code and by the CPU's alike; but walks, which are done here only as far
 * as they succeed, stand in mmu/translation.ts as well, and a random test compares the two.
 */
import type { Body } from '../../wasm/module.ts';
import { abortFunctions } from './abort.ts';
import { flatFunctions } from './flat.ts';
import { maintenanceFunctions } from './maintenance.ts';
import { refillFunctions } from './refill.ts';
import { tlbFunctions } from './tlb.ts';
import { walkFunctions } from './walk.ts';

/** In the order of their indices. Numbers of all are words; `cpu` is the base of a CPU's state, `flat` that of a first-level TLB. */
export interface GeneratedMmu {
  /** The PLACE of a page of physical memory; 0 where none is. */
  placeOf(page: number): number;
  /** Address of the second-level TLB's entry for a page, 0 if there is none. */
  find(regime: number, page: number, cpu: number): number;
  /** Enters a page of a leaf of 2**`leafLog2` bytes; gives the entry's address. */
  enter(regime: number, page: number, physicalPage: number, attributes: number, leafLog2: number, cpu: number): number;
  /** What the attributes of an entry allow with DACR, as bits of PERMISSION; less where only a walk can tell. */
  permissions(attributes: number, regime: number, cpu: number): number;
  /** Drops a page, and the others of its leaf; 0 if the leaf is too large, and all of its regime must go. */
  drop(regime: number, page: number, cpu: number): number;
  /** Drops all pages of a regime from the second-level TLB. */
  dropRegime(regime: number, cpu: number): number;
  /** Makes accesses to a page fast as far as an entry whose place is known allows them, at PL0 or `privileged`. */
  fill(entry: number, page: number, regime: number, flat: number, privileged: number, cpu: number): number;
  /** Remembers where the micro-ops of a page are, in the table at `table`. */
  fillFetch(entry: number, page: number, flat: number, table: number, microOps: number): number;
  /** Writes a page into one of the lists. */
  list(flat: number, page: number, kept: number): number;
  /** Makes a page slow again. */
  forget(flat: number, page: number): number;
  /** Forgets the loose pages, or all. */
  clear(flat: number, all: number): number;
  /** Ends fast stores into a host page. */
  protect(flat: number, hostPage: number): number;
  /** Makes the current bank's entries right for DACR, and says which table unprivileged accesses use. */
  judge(cpu: number): number;
  /** Walks tables, and enters the page; 0 where there is no leaf, or anything unusual. `page` is a virtual page. */
  walk(regime: number, page: number, cpu: number): number;
  /** Parts of it, which leave {@link FOUND}. The last: the host's page of a page of tables, intermediate ones if `second`. */
  walkStage1(regime: number, page: number, cpu: number): number;
  walkShort(page: number, regime: number, second: number, cpu: number): number;
  walkLong(page: number, regime: number, second: number, cpu: number): number;
  walkStage2(page: number, cpu: number): number;
  tableHost(page: number, second: number, cpu: number): number;
  /** Makes a data access fast, if it may be done, and a walk that finds nothing unusual tells where: then not 0. */
  refill(address: number, access: number, write: number, cpu: number): number;
  /** Takes the abort of such an access, if it is an ordinary one: then not 0. */
  abortData(address: number, access: number, write: number, up: number, cpu: number): number;
  /** The same, where stage 1 allows the access, and has left the page. */
  abortStage2(address: number, access: number, write: number, up: number, cpu: number): number;
  /** The address of the micro-ops of the page of `STATE.target`; 0 if the CPU's own code must say. */
  fetch(cpu: number): number;
  /** Executes MCR or MRC if it is one of a few, and nothing else has a say: then not 0, but as EXECUTED says. */
  coprocessor(word: number, pc: number, cpu: number): number;
}
export type MmuFunctions = Readonly<Record<keyof GeneratedMmu, number>>;
/** With what they call of the others: {@link GeneratedExceptions.take}. */
export type MmuCallees = MmuFunctions & { readonly take: number };
/** Some of the functions, given the indices of all. */
export type MmuPart = (functions: MmuCallees) => Readonly<Partial<Record<keyof GeneratedMmu, Body>>>;

const parts = [tlbFunctions, flatFunctions, walkFunctions, refillFunctions, abortFunctions, maintenanceFunctions];
const unnumbered = new Proxy({}, { get: () => 0 }) as MmuCallees;

/** Their indices in a module in which they begin at `first`. */
export function mmuFunctions(first: number): MmuFunctions {
  const names = parts.flatMap((part) => Object.keys(part(unnumbered)));
  return Object.fromEntries(names.map((name, i) => [name, first + i])) as unknown as MmuFunctions;
}
/** Their bodies, in order. */
export const mmuBodies = (functions: MmuCallees): Body[] => parts.flatMap((part) => Object.values(part(functions)));

/** What the bus needs from a device. A device of any make fits; `Device` is the one that is made from declarations. */
import type { RegisterImage } from './image.ts';

export type WidthBytes = 1 | 2 | 4;

/** Who accesses. One mutable object that its owner uses again for the next access: read it, never keep it. */
export interface Access {
  cpu: number;
  secure: boolean;
  privileged: boolean;
}

/** How a debugger looks at a device: from CPU 0, with every right. */
export const debuggerAccess: Readonly<Access> = { cpu: 0, secure: true, privileged: true };

export interface MmioDevice {
  readonly name: string;
  /** Where its registers' words are, by offset; what is plain there reads the same. */
  readonly image?: RegisterImage;
  /** Reads an aligned unit at a byte offset into the window; the result is unsigned and fits the width. */
  read(offset: number, widthBytes: WidthBytes, access: Readonly<Access>): number;
  write(offset: number, widthBytes: WidthBytes, value: number, access: Readonly<Access>): void;
  /** Reads as a debugger, of what is banked the copy of `access`: changes nothing, and is undefined where a read would. */
  peek(offset: number, widthBytes: WidthBytes, access?: Readonly<Access>): number | undefined;
  /** Brings everything to what it is after power-on. */
  reset(): void;
  /** Returns what cannot be derived, as structured-clonable data. */
  save(): unknown;
  restore(snapshot: never): void;
  /** Derives line levels and events from what was restored; the clock must be restored before. */
  settle(): void;
  /** Describes the registers for a person, one line each. */
  describe(): string[];
}

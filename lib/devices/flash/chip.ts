/**
 * One NOR flash chip of 16 bits with Intel's basic and scalable command sets (Numonyx StrataFlash J3 data sheet, 308551:
 * commands, status register). Programming and erasing take no time of their own: the chip is always ready.
 */
import { BUFFER_BYTES, cfiTable, DEVICE, MANUFACTURER } from './cfi.ts';

/** Bits of the status register; an improper sequence of commands sets both errors. */
const STATUS = { locked: 1 << 1, programError: 1 << 4, eraseError: 1 << 5, ready: 1 << 7 } as const;
const SEQUENCE_ERROR = STATUS.programError | STATUS.eraseError;

const COMMAND = {
  programAlternate: 0x10,
  erase: 0x20,
  program: 0x40,
  clearStatus: 0x50,
  lock: 0x60,
  readStatus: 0x70,
  readId: 0x90,
  query: 0x98,
  confirm: 0xd0,
  programBuffer: 0xe8,
  readArray: 0xff,
} as const;
const LOCK_SECTOR = 0x01;

/** The contents of a chip; addresses count halfwords. */
export interface ChipArray {
  read(address: number): number;
  /** Clears the bits of a halfword that are not set in `value`. */
  program(address: number, value: number): void;
  /** Sets all bits of a sector, by its number. */
  erase(sector: number): void;
}

/** What a snapshot must hold of a chip. */
export interface ChipState {
  shows: 'array' | 'status' | 'id' | 'query';
  /** What the next write is: a command, or what completes one. */
  awaits: 'command' | 'word' | 'erasure' | 'lock' | 'count' | 'data' | 'confirmation';
  status: number;
  /** Writes that are left to fill the buffer, the sector that it is for, and what it holds: addresses, then values. */
  left: number;
  sector: number;
  buffer: [address: number, value: number][];
  /** Numbers of the sectors that are locked. */
  locked: number[];
}

export const chipAfterPowerUp = (): ChipState => ({
  shows: 'array',
  awaits: 'command',
  status: STATUS.ready,
  left: 0,
  sector: 0,
  buffer: [],
  locked: [],
});

export class FlashChip {
  /** Replaced by a restore. */
  state = chipAfterPowerUp();
  readonly #array: ChipArray;
  readonly #sectorHalfwords: number;
  readonly #table: Uint8Array;

  constructor(array: ChipArray, chipBytes: number, sectorBytes: number) {
    this.#array = array;
    this.#sectorHalfwords = sectorBytes / 2;
    this.#table = cfiTable(chipBytes, sectorBytes);
  }

  get showsArray(): boolean {
    return this.state.shows === 'array';
  }

  read(address: number): number {
    const { shows, status, locked } = this.state;
    if (shows === 'array') return this.#array.read(address);
    if (shows === 'status') return status;
    if (shows === 'query') return this.#table[address] ?? 0;
    const at = address % this.#sectorHalfwords;
    if (at === 2) return locked.includes(this.#sectorOf(address)) ? 1 : 0;
    return at === 0 ? MANUFACTURER : at === 1 ? DEVICE : 0;
  }

  write(address: number, value: number): void {
    const chip = this.state;
    const { awaits } = chip;
    chip.awaits = 'command';
    if (awaits === 'command') return this.#command(address, value & 0xff);
    // Whatever completes a command leaves the status to be read.
    chip.shows = 'status';
    const sector = this.#sectorOf(address);
    switch (awaits) {
      case 'word':
        if (this.#unlocked(sector, STATUS.programError)) this.#array.program(address, value);
        break;
      case 'erasure':
        if ((value & 0xff) !== COMMAND.confirm) chip.status |= SEQUENCE_ERROR;
        else if (this.#unlocked(sector, STATUS.eraseError)) this.#array.erase(sector);
        break;
      case 'lock':
        this.#lock(sector, value & 0xff);
        break;
      case 'count':
        // The count is one less than the number of words.
        if (2 * (value + 1) > BUFFER_BYTES) chip.status |= SEQUENCE_ERROR;
        else Object.assign(chip, { awaits: 'data', left: value + 1, sector, buffer: [] });
        break;
      case 'data':
        chip.buffer.push([address, value]);
        chip.awaits = --chip.left === 0 ? 'confirmation' : 'data';
        break;
      case 'confirmation':
        this.#programBuffer(value & 0xff);
    }
  }

  #command(address: number, command: number): void {
    const chip = this.state;
    switch (command) {
      case COMMAND.clearStatus:
        chip.status = STATUS.ready;
        return;
      case COMMAND.readStatus:
        chip.shows = 'status';
        return;
      case COMMAND.readId:
        chip.shows = 'id';
        return;
      case COMMAND.query:
        chip.shows = 'query';
        return;
      case COMMAND.program:
      case COMMAND.programAlternate:
        return this.#await('word');
      case COMMAND.erase:
        return this.#await('erasure');
      case COMMAND.lock:
        return this.#await('lock');
      case COMMAND.programBuffer:
        chip.sector = this.#sectorOf(address);
        return this.#await('count');
      default:
        // Reset commands of other makes are among what drivers try.
        chip.shows = 'array';
    }
  }
  #await(what: ChipState['awaits']): void {
    this.state.awaits = what;
    this.state.shows = 'status';
  }

  #lock(sector: number, command: number): void {
    const chip = this.state;
    if (command === COMMAND.confirm) chip.locked = [];
    else if (command !== LOCK_SECTOR) chip.status |= SEQUENCE_ERROR;
    else if (!chip.locked.includes(sector)) chip.locked.push(sector);
  }

  /** All or nothing: what leaves the sector is an error. */
  #programBuffer(command: number): void {
    const { buffer, sector } = this.state;
    if (command !== COMMAND.confirm || buffer.some(([address]) => this.#sectorOf(address) !== sector))
      this.state.status |= SEQUENCE_ERROR;
    else if (this.#unlocked(sector, STATUS.programError))
      for (const [address, value] of buffer) this.#array.program(address, value);
    this.state.buffer = [];
  }

  #unlocked(sector: number, error: number): boolean {
    const { state } = this;
    if (!state.locked.includes(sector)) return true;
    state.status |= error | STATUS.locked;
    return false;
  }
  #sectorOf(address: number): number {
    return Math.floor(address / this.#sectorHalfwords);
  }
}

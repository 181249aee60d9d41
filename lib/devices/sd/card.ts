/**
 * An SD memory card as its host controller sees it (SD Specifications, Part 1, Physical Layer Simplified Specification
 * 2.00): commands, responses, and blocks of data. Up to 1 GiB it is a standard card, above a high-capacity one.
 */
import type { StorePort } from '../../device/model.ts';

export const BLOCK_BYTES = 512;
const LARGEST_STANDARD_BYTES = 2 ** 30;
/** The unit of capacity of a standard card here (CSD, 5.3.2); less is an empty slot. */
const SMALLEST_BYTES = 2 ** 18;

/** States of the card, as CURRENT_STATE counts them (4.10.1). */
const STATE = { idle: 0, ready: 1, identification: 2, standby: 3, transfer: 4, sending: 5, receiving: 6 } as const;

/** Bits of the card status (4.10.1). */
const STATUS = {
  outOfRange: 2 ** 31,
  addressError: 1 << 30,
  blockLengthError: 1 << 29,
  eraseSequenceError: 1 << 28,
  writeProtected: 1 << 26,
  illegalCommand: 1 << 22,
  readyForData: 1 << 8,
  applicationCommand: 1 << 5,
} as const;

const POWERED_UP = 2 ** 31;
const HIGH_CAPACITY = 1 << 30;
/** 2.7 to 3.6 V. */
const VOLTAGES = 0x00ff8000;
const RELATIVE_ADDRESS = 0x4567;

/** What a snapshot must hold of a card. */
export interface CardState {
  state: number;
  /** Errors that the next status tells and clears. */
  errors: number;
  relativeAddress: number;
  /** The next command is of the application-specific set (CMD55). */
  application: boolean;
  blockBytes: number;
  /** Byte offset of the transfer that goes on, and how many blocks it has left; Infinity until CMD12. */
  offset: number;
  blocksLeft: number;
  /** What a data read of the card itself gives instead of the store: SCR, SD status, switch status. */
  answer: number[];
  eraseFrom: number;
  eraseTo: number;
}

export const cardAfterPowerUp = (): CardState => ({
  state: STATE.idle,
  errors: 0,
  relativeAddress: 0,
  application: false,
  blockBytes: BLOCK_BYTES,
  offset: 0,
  blocksLeft: 0,
  answer: [],
  eraseFrom: 0,
  eraseTo: 0,
});

/** The words of a response, most significant first: one of 32 bits, or four; none if the card does not answer. */
export type Response = readonly number[];
const NO_RESPONSE: Response = [];

type Command = (card: SdCard, argument: number) => Response;

/** A card in a slot. */
export class SdCard {
  readonly #state: CardState;
  readonly #store: StorePort;

  constructor(state: CardState, store: StorePort) {
    this.#state = state;
    this.#store = store;
  }

  get present(): boolean {
    return this.#store.sizeBytes >= SMALLEST_BYTES;
  }
  get writeProtected(): boolean {
    return this.present && !this.#store.writable;
  }
  get #highCapacity(): boolean {
    return this.#store.sizeBytes > LARGEST_STANDARD_BYTES;
  }

  /** Takes a command, and gives the response. */
  command(index: number, argument: number): Response {
    if (!this.present) return NO_RESPONSE;
    const application = this.#state.application;
    const command = (application ? (applicationCommands[index] ?? commands[index]) : commands[index]) ?? illegal;
    const response = command(this, argument);
    if (index !== 55) this.#state.application = false;
    return response;
  }

  /** The next bytes of a read, as many as the host takes; fewer or none if the card has no more to send. */
  read(lengthBytes: number): Uint8Array {
    const card = this.#state;
    if (card.state !== STATE.sending) return new Uint8Array(0);
    if (card.answer.length > 0) {
      const bytes = Uint8Array.from(card.answer.splice(0, lengthBytes));
      if (card.answer.length === 0) card.state = STATE.transfer;
      return bytes;
    }
    const length = this.#within(Math.min(lengthBytes, card.blocksLeft * card.blockBytes));
    const bytes = this.#store.read(card.offset, length);
    this.#moved(length);
    return bytes;
  }

  /** Takes bytes of a write. */
  write(bytes: Uint8Array): void {
    const card = this.#state;
    if (card.state !== STATE.receiving) return;
    const length = this.#within(Math.min(bytes.length, card.blocksLeft * card.blockBytes));
    this.#store.write(card.offset, bytes.subarray(0, length));
    this.#moved(length);
  }

  #moved(lengthBytes: number): void {
    const card = this.#state;
    card.offset += lengthBytes;
    card.blocksLeft -= lengthBytes / card.blockBytes;
    if (card.blocksLeft <= 0) card.state = STATE.transfer;
  }
  #within(lengthBytes: number): number {
    const left = Math.max(0, this.#store.sizeBytes - this.#state.offset);
    if (lengthBytes > left) this.#state.errors |= STATUS.outOfRange;
    return Math.min(lengthBytes, left);
  }

  /** R1: the card status, whose errors it clears. */
  status(more = 0): Response {
    const card = this.#state;
    const application = card.application ? STATUS.applicationCommand : 0;
    const word = card.errors | (card.state << 9) | STATUS.readyForData | application | more;
    card.errors = 0;
    return [word >>> 0];
  }
  powerUp(): Response {
    Object.assign(this.#state, cardAfterPowerUp());
    return NO_RESPONSE;
  }
  operatingConditions(argument: number): Response {
    const card = this.#state;
    // An enquiry (no voltage asked for) changes nothing.
    if (argument & VOLTAGES) card.state = STATE.ready;
    return [(POWERED_UP | VOLTAGES | (this.#highCapacity ? HIGH_CAPACITY : 0)) >>> 0];
  }
  identify(): Response {
    if (this.#state.state !== STATE.ready) return this.illegal();
    this.#state.state = STATE.identification;
    return CARD_IDENTIFICATION;
  }
  publishAddress(): Response {
    const card = this.#state;
    card.state = STATE.standby;
    card.relativeAddress = RELATIVE_ADDRESS;
    // R6 has the address above a short form of the status.
    return [((RELATIVE_ADDRESS << 16) | (this.status()[0]! & 0x1fff)) >>> 0];
  }
  select(argument: number): Response {
    const card = this.#state;
    if (argument >>> 16 === card.relativeAddress) {
      if (card.state !== STATE.standby) return this.illegal();
      const response = this.status();
      card.state = STATE.transfer;
      return response;
    }
    if (card.state >= STATE.standby) card.state = STATE.standby;
    return NO_RESPONSE;
  }
  identification(argument: number, words: () => Response): Response {
    return argument >>> 16 === this.#state.relativeAddress ? words() : NO_RESPONSE;
  }
  stop(): Response {
    const response = this.status();
    this.#state.state = STATE.transfer;
    this.#state.answer = [];
    return response;
  }
  setBlockLength(argument: number): Response {
    if (argument === 0 || argument > BLOCK_BYTES) this.#state.errors |= STATUS.blockLengthError;
    else if (!this.#highCapacity) this.#state.blockBytes = argument;
    return this.status();
  }
  start(write: boolean, argument: number, blocks: number): Response {
    const card = this.#state;
    if (card.state !== STATE.transfer) return this.illegal();
    const offset = this.#offsetOf(argument);
    if (offset >= this.#store.sizeBytes) card.errors |= STATUS.outOfRange;
    else if (write && !this.#store.writable) card.errors |= STATUS.writeProtected;
    else {
      const response = this.status();
      Object.assign(card, { offset, blocksLeft: blocks, state: write ? STATE.receiving : STATE.sending });
      return response;
    }
    return this.status();
  }
  /** Sends bytes that are not of the store. */
  answer(bytes: readonly number[]): Response {
    if (this.#state.state !== STATE.transfer) return this.illegal();
    const response = this.status();
    this.#state.answer = [...bytes];
    this.#state.state = STATE.sending;
    return response;
  }
  eraseBound(key: 'eraseFrom' | 'eraseTo', argument: number): Response {
    this.#state[key] = this.#offsetOf(argument);
    return this.status();
  }
  erase(): Response {
    const { eraseFrom, eraseTo } = this.#state;
    if (eraseTo < eraseFrom || eraseTo >= this.#store.sizeBytes) this.#state.errors |= STATUS.eraseSequenceError;
    else if (!this.#store.writable) this.#state.errors |= STATUS.writeProtected;
    else {
      const chunk = new Uint8Array(2 ** 16);
      const end = eraseTo + BLOCK_BYTES;
      for (let at = eraseFrom; at < end; at += chunk.length)
        this.#store.write(at, chunk.subarray(0, Math.min(chunk.length, end - at)));
    }
    return this.status();
  }
  expectApplicationCommand(): Response {
    this.#state.application = true;
    return this.status();
  }
  illegal(): Response {
    this.#state.errors |= STATUS.illegalCommand;
    return NO_RESPONSE;
  }
  /** CSD (5.3): version 1 counts units of 256 KiB here, version 2 of 512 KiB. */
  specificData(): Response {
    const { sizeBytes } = this.#store;
    const readOnly = this.#store.writable ? 0 : 0x1000;
    if (this.#highCapacity) {
      const size = Math.floor(sizeBytes / 2 ** 19) - 1;
      return [0x400e0032, 0x5b590000 | (size >>> 16), ((size & 0xffff) << 16) | 0x7f80, 0x0a400000 | readOnly];
    }
    const size = Math.floor(sizeBytes / SMALLEST_BYTES) - 1;
    return [0x002e0032, 0x5b590000 | (size >>> 2), ((size & 3) << 30) | 0x3fffff80 | 0, 0x16400000 | readOnly].map(
      (word) => word >>> 0,
    );
  }

  #offsetOf(argument: number): number {
    return this.#highCapacity ? argument * BLOCK_BYTES : argument;
  }
}

/** CID (5.2): a name of our own, serial number 1, made in November 2022. */
const CARD_IDENTIFICATION: Response = [0x00414841, 0x524d4859, 0x10000000, 0x0100_16b1 & ~0xff];
/** SCR (5.6): version 2.00, one and four bits of bus. */
const CONFIGURATION = [0x02, 0x25, 0, 0, 0, 0, 0, 0];
const SD_STATUS: readonly number[] = Array<number>(64).fill(0);
/** Switch status (4.3.10.4): only the default function of each group. */
const SWITCH_STATUS: readonly number[] = Array.from({ length: 64 }, (_, n) =>
  n === 1 ? 100 : n >= 2 && n <= 13 && n % 2 === 1 ? 1 : 0,
);

const illegal: Command = (card) => card.illegal();
const commands: Readonly<Record<number, Command>> = {
  0: (card) => card.powerUp(),
  2: (card) => card.identify(),
  3: (card) => card.publishAddress(),
  6: (card) => card.answer(SWITCH_STATUS),
  7: (card, argument) => card.select(argument),
  // SEND_IF_COND gives back voltage and check pattern.
  8: (_, argument) => [argument & 0xfff],
  9: (card, argument) => card.identification(argument, () => card.specificData()),
  10: (card, argument) => card.identification(argument, () => CARD_IDENTIFICATION),
  12: (card) => card.stop(),
  13: (card, argument) => card.identification(argument, () => card.status()),
  16: (card, argument) => card.setBlockLength(argument),
  17: (card, argument) => card.start(false, argument, 1),
  18: (card, argument) => card.start(false, argument, Infinity),
  24: (card, argument) => card.start(true, argument, 1),
  25: (card, argument) => card.start(true, argument, Infinity),
  32: (card, argument) => card.eraseBound('eraseFrom', argument),
  33: (card, argument) => card.eraseBound('eraseTo', argument),
  38: (card) => card.erase(),
  55: (card) => card.expectApplicationCommand(),
};
const applicationCommands: Readonly<Record<number, Command>> = {
  // The width of the bus is nothing that software can tell here.
  6: (card) => card.status(),
  13: (card) => card.answer(SD_STATUS),
  22: (card) => card.answer([0, 0, 0, 0]),
  23: (card) => card.status(),
  41: (card, argument) => card.operatingConditions(argument),
  42: (card) => card.status(),
  51: (card) => card.answer(CONFIGURATION),
};

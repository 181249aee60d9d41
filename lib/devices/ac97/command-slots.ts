/**
 * The slot registers of a PL041: slots 1 and 2 carry commands for the codec's registers and answers, one a frame
 * (ARM DDI 0173B, AACISL1TX to AACISLFR).
 */
import type { Clock } from '../../clock/clock.ts';
import { rateOf } from '../../clock/rate.ts';
import type { View } from '../../device/view.ts';
import { pl041Registers } from './registers.ts';

/** What a snapshot must hold. */
export interface CommandSlotsState {
  /** When what was written has been sent, or its answer has come; 0 while there is nothing. */
  endNs: number;
  /** The codec's register that was asked for, while its answer is on its way. */
  asked: number;
}

const NOTHING = -1;
export const idleSlots = (): CommandSlotsState => ({ endNs: 0, asked: NOTHING });

/** The registers of whoever is at the other end of the link. */
export interface CodecRegisters {
  read(address: number): number;
  write(address: number, value: number): void;
}

const link = rateOf(48_000);

export class CommandSlots {
  readonly #registers: View<typeof pl041Registers>;
  readonly #state: CommandSlotsState;
  readonly #codec: CodecRegisters;

  constructor(registers: View<typeof pl041Registers>, state: CommandSlotsState, codec: CodecRegisters) {
    this.#registers = registers;
    this.#state = state;
    this.#codec = codec;
  }

  /** When {@link endOfFrame} is due, in nanoseconds; Infinity if nothing is on the link. */
  get dueNs(): number {
    return this.#state.endNs || Infinity;
  }

  /** Lets what was written go with the next frame. Slot 2 waits for slot 1, which it belongs to. */
  send(clock: Clock): void {
    const { AACISLFR, AACIMAINCR } = this.#registers;
    if (this.#state.endNs !== 0) return;
    if (this.#state.asked === NOTHING) {
      AACISLFR.SL1TXB = AACIMAINCR.SL1TXEN & ~AACISLFR.SL1TXE;
      AACISLFR.SL2TXB = AACISLFR.SL1TXB & AACIMAINCR.SL2TXEN & ~AACISLFR.SL2TXE;
      AACISLFR.SL12TXB = AACIMAINCR.SL12TXEN & ~AACISLFR.SL12TXE;
      if (!AACISLFR.SL1TXB && !AACISLFR.SL12TXB) return;
    }
    const frame = link.ticksAt(clock.now());
    const begun = link.nsOfTick(frame) < clock.now();
    this.#state.endNs = link.nsOfTick(frame + (begun ? 2 : 1));
  }

  /** The frame is over: the codec has its command, or we have its answer. */
  endOfFrame(): void {
    this.#state.endNs = 0;
    if (this.#state.asked === NOTHING) this.#sent();
    else this.#answered();
  }

  /** The link is down. */
  drop(): void {
    this.#state.endNs = 0;
    this.#state.asked = NOTHING;
    this.#registers.AACISLFR.value = pl041Registers.AACISLFR.reset;
  }

  #sent(): void {
    const { AACISLFR, AACIMAINCR, AACISL1TX, AACISL2TX } = this.#registers;
    // There is only the primary codec; no other one answers.
    if (AACISLFR.SL1TXB && AACIMAINCR.SCRA === 0) {
      if (AACISL1TX.READ) this.#state.asked = AACISL1TX.ADDRESS;
      else this.#codec.write(AACISL1TX.ADDRESS, AACISL2TX.value >>> 4);
    }
    AACISLFR.SL1TXE |= AACISLFR.SL1TXB;
    AACISLFR.SL2TXE |= AACISLFR.SL2TXB;
    AACISLFR.SL12TXE |= AACISLFR.SL12TXB;
    AACISLFR.SL1TXB = AACISLFR.SL2TXB = AACISLFR.SL12TXB = 0;
    AACISLFR.SL1RXB = AACISLFR.SL2RXB = this.#state.asked === NOTHING ? 0 : 1;
  }

  #answered(): void {
    const { AACISLFR, AACIMAINCR, AACISL1RX, AACISL2RX } = this.#registers;
    const { asked } = this.#state;
    this.#state.asked = NOTHING;
    AACISLFR.SL1RXB = AACISLFR.SL2RXB = 0;
    if (AACIMAINCR.SL1RXEN) {
      AACISL1RX.value = asked << 12;
      AACISLFR.SL1RXV = 1;
    }
    if (AACIMAINCR.SL2RXEN) {
      AACISL2RX.value = this.#codec.read(asked) << 4;
      AACISLFR.SL2RXV = 1;
    }
  }
}

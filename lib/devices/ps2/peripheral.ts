/**
 * What is plugged into a PS/2 port: a keyboard or a mouse, as far as software asks (IBM, Personal System/2 Hardware
 * Interface Technical Reference, Keyboard and Mouse).
 */

/** What a snapshot must hold. */
export interface PeripheralState {
  /** Bytes that the host has not taken yet. */
  queue: number[];
  /** The command whose parameter comes next, or 0. */
  command: number;
  enabled: boolean;
}

export type PeripheralKind = 'keyboard' | 'mouse';

const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;
/** A keyboard forgets keys beyond its buffer; ours is long enough for a pasted line. */
const MOST_QUEUED = 4096;

/** What it answers to a command that is complete in one byte; `enabled` is what it is afterwards. */
interface Answer {
  readonly bytes: readonly number[];
  readonly enabled?: boolean;
}

/** 0xff reset, 0xf6 defaults, 0xf5 disable, 0xf4 enable, 0xf2 identify; 0xee echo; 0xe9 status of the mouse. */
const ANSWERS: Readonly<Record<PeripheralKind, Readonly<Record<number, Answer>>>> = {
  keyboard: {
    0xff: { bytes: [ACKNOWLEDGE, SELF_TEST_PASSED], enabled: true },
    0xf6: { bytes: [ACKNOWLEDGE] },
    0xf5: { bytes: [ACKNOWLEDGE], enabled: false },
    0xf4: { bytes: [ACKNOWLEDGE], enabled: true },
    0xf2: { bytes: [ACKNOWLEDGE, 0xab, 0x83] },
    0xee: { bytes: [0xee] },
  },
  mouse: {
    0xff: { bytes: [ACKNOWLEDGE, SELF_TEST_PASSED, 0], enabled: false },
    0xf6: { bytes: [ACKNOWLEDGE], enabled: false },
    0xf5: { bytes: [ACKNOWLEDGE], enabled: false },
    0xf4: { bytes: [ACKNOWLEDGE], enabled: true },
    0xf2: { bytes: [ACKNOWLEDGE, 0] },
    0xeb: { bytes: [ACKNOWLEDGE, 8, 0, 0] },
    0xea: { bytes: [ACKNOWLEDGE] },
    0xe9: { bytes: [ACKNOWLEDGE, 0, 2, 100] },
    0xe7: { bytes: [ACKNOWLEDGE] },
    0xe6: { bytes: [ACKNOWLEDGE] },
  },
};
/** Commands with a parameter: LEDs, scan code set, repeat rate; sample rate, resolution. */
const WITH_PARAMETER: Readonly<Record<PeripheralKind, readonly number[]>> = {
  keyboard: [0xed, 0xf0, 0xf3],
  mouse: [0xf3, 0xe8],
};
const SCAN_CODE_SET = 0xf0;

/** It has passed its self test, and a keyboard sends keys. */
export const pluggedIn = (kind: PeripheralKind): PeripheralState => ({
  queue: [],
  command: 0,
  enabled: kind === 'keyboard',
});

/** Takes a byte from the host; the answer is in the queue. */
export function command(kind: PeripheralKind, state: PeripheralState, byte: number): void {
  if (state.command !== 0) {
    state.queue.push(ACKNOWLEDGE);
    // A question: it uses set 2.
    if (state.command === SCAN_CODE_SET && byte === 0) state.queue.push(2);
    state.command = 0;
  } else if (WITH_PARAMETER[kind].includes(byte)) {
    state.command = byte;
    state.queue.push(ACKNOWLEDGE);
  } else {
    const { bytes, enabled } = ANSWERS[kind][byte] ?? { bytes: [RESEND] };
    state.queue.push(...bytes);
    state.enabled = enabled ?? state.enabled;
  }
}

/** The user does something that it reports in these bytes. */
export function act(state: PeripheralState, bytes: readonly number[]): void {
  if (state.enabled && state.queue.length + bytes.length <= MOST_QUEUED) state.queue.push(...bytes);
}

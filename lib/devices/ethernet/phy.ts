/** A 10/100 Ethernet transceiver behind its management registers (IEEE 802.3, 22.2.4; SMSC LAN9118 datasheet, 5.5). */

const REGISTER = {
  control: 0,
  status: 1,
  id1: 2,
  id2: 3,
  advertisement: 4,
  partner: 5,
  interruptSource: 29,
  interruptMask: 30,
  special: 31,
} as const;

/** All of 10 and 100 Mbit/s, and auto-negotiation that is complete. */
const STATUS = 0x7829;
const LINK = 1 << 2;
const IDENTITY = [0x0007, 0xc0d1] as const;
const PARTNER = 0x45e1;
const CONTROL_RESET = 0x8000;
const CONTROL_RESTART = 0x0200;
const CONTROL_LOOPBACK = 0x4000;
/** Auto-negotiation on; 100 Mbit/s, full duplex. */
const CONTROL_AFTER_RESET = 0x3000;
const ADVERTISEMENT_AFTER_RESET = 0x01e1;
const AUTONEGOTIATED = 1 << 6;

export interface PhyState {
  control: number;
  advertisement: number;
  source: number;
  mask: number;
}

export const phyAfterReset = (): PhyState => ({
  control: CONTROL_AFTER_RESET,
  advertisement: ADVERTISEMENT_AFTER_RESET,
  source: 0,
  mask: 0,
});

/** Returns whether what is sent comes back at once. */
export const loopsBack = ({ control }: PhyState): boolean => (control & CONTROL_LOOPBACK) !== 0;

/** Reads a register; the interrupt source is cleared by it. */
export function readPhy(state: PhyState, register: number, linked: boolean): number {
  switch (register) {
    case REGISTER.control:
      return state.control;
    case REGISTER.status:
      return STATUS | (linked ? LINK : 0);
    case REGISTER.id1:
      return IDENTITY[0];
    case REGISTER.id2:
      return IDENTITY[1];
    case REGISTER.advertisement:
      return state.advertisement;
    case REGISTER.partner:
      return linked ? PARTNER : 0;
    case REGISTER.interruptSource: {
      const { source } = state;
      state.source = 0;
      return source;
    }
    case REGISTER.interruptMask:
      return state.mask;
    case REGISTER.special:
      // Auto-negotiation is done: 100 Mbit/s, full duplex.
      return 0x1058;
    default:
      return 0;
  }
}

export function writePhy(state: PhyState, register: number, value: number): void {
  if (register === REGISTER.control && value & CONTROL_RESET) Object.assign(state, phyAfterReset());
  else if (register === REGISTER.control) {
    state.control = value & ~(CONTROL_RESTART | CONTROL_RESET);
    if (value & CONTROL_RESTART) state.source |= AUTONEGOTIATED;
  } else if (register === REGISTER.advertisement) state.advertisement = value;
  else if (register === REGISTER.interruptMask) state.mask = value & 0xff;
}

/**
 * Semihosting, as far as a program needs it to speak and to end (Arm, Semihosting for AArch32 and AArch64, 5): console
 * output and exit. Every other call fails and is reported; files are for a machine that is given a folder.
 */
import type { Cpu } from '../cpu/cpu.ts';

const CALL = { writeC: 0x03, write0: 0x04, exit: 0x18, exitExtended: 0x20 } as const;
/** ADP_Stopped_ApplicationExit: the program ended as it meant to. */
const APPLICATION_EXIT = 0x2_0026;
/** What a call that failed returns in R0. */
const FAILED = -1;
/** A string without an end must not keep the emulator. */
const MOST_CHARACTERS = 65536;

/** What calls do outside the guest. */
export interface SemihostingHost {
  write(byte: number): void;
  exit(status: number): void;
  report(kind: string, message: string): void;
}

/** Answers the call in R0 with the argument in R1; the result goes to R0. */
export function semihostingCall(cpu: Cpu, host: SemihostingHost): void {
  const { words } = cpu;
  const argument = words[1]! >>> 0;
  const read = (address: number, widthBytes: 1 | 4): number | undefined => {
    const physical = cpu.mmu.debugTranslate(address >>> 0);
    return physical < 0 ? undefined : cpu.bus.peek(physical, widthBytes);
  };
  switch (words[0]! >>> 0) {
    case CALL.writeC: {
      const byte = read(argument, 1);
      if (byte !== undefined) host.write(byte);
      return;
    }
    case CALL.write0:
      for (let i = 0; i < MOST_CHARACTERS; i++) {
        const byte = read(argument + i, 1);
        if (byte === undefined || byte === 0) return;
        host.write(byte);
      }
      return;
    case CALL.exit:
      host.exit(argument === APPLICATION_EXIT ? 0 : 1);
      return;
    case CALL.exitExtended:
      host.exit(read(argument, 4) === APPLICATION_EXIT ? (read(argument + 4, 4) ?? 1) : 1);
      return;
    default:
      host.report(
        'semihosting',
        `cpu${cpu.number}: semihosting call 0x${(words[0]! >>> 0).toString(16)} is not answered`,
      );
      words[0] = FAILED;
  }
}

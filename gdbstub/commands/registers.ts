/** Registers, all at once and one by one. GDB manual, Appendix E.2 (`g`, `G`, `p`, `P`). */
import { armLayout, LEGACY_BYTES, LEGACY_CPSR } from '../arch/arm.ts';
import { packet, type Commands, type Request } from '../packet.ts';
import { EINVAL, TargetFault, type Registers } from '../target.ts';

export const registers: Commands = {
  packets: [
    packet('g', 'read the general registers', (request) => {
      const set = request.view.general.thread.registers;
      const slots = slotsOf(request, set);
      let digits = '';
      for (const { at, index } of slots.registers) digits = digits.padEnd(at * 2, '0') + valueOf(set, index);
      return digits;
    }),

    packet(
      'G{values:text}',
      'write the general registers; those given as x stay as they are',
      (request, { values }) => {
        const set = request.view.general.thread.registers;
        const slots = slotsOf(request, set);
        if (values.length !== slots.lengthBytes * 2) throw new TargetFault(EINVAL, 'wrong length of registers');
        for (const { at, index } of slots.registers) {
          const digits = values.slice(at * 2, (at + sizeOf(set, index)) * 2);
          if (/^[0-9a-f]*$/i.test(digits)) set.write(index, Buffer.from(digits, 'hex'), request.client);
        }
        return 'OK';
      },
    ),

    packet('p{number:hex}', 'read one register', ({ view }, { number }) => {
      const set = view.general.thread.registers;
      return valueOf(set, indexOf(set, number));
    }),

    packet('P{number:hex}={value:bytes}', 'write one register', ({ view, client }, { number, value }) => {
      const set = view.general.thread.registers;
      const index = indexOf(set, number);
      if (value.length !== sizeOf(set, index)) throw new TargetFault(EINVAL, 'wrong length of register');
      set.write(index, value, client);
      return 'OK';
    }),
  ],
};

interface Slots {
  readonly lengthBytes: number;
  readonly registers: readonly { readonly at: number; readonly index: number }[];
}

/** Where in `g` each register stands: for a process whose description gdb has not read it assumes the FPA's layout. */
function slotsOf({ view, described }: Request, set: Registers): Slots {
  const { general } = armLayout(set);
  if (described.has(view.general.context.id)) {
    let lengthBytes = 0;
    const slots = general.map((index) => {
      const at = lengthBytes;
      lengthBytes += sizeOf(set, index);
      return { at, index };
    });
    return { lengthBytes, registers: slots };
  }
  const slots = general.map((index, place) => ({ at: place === general.length - 1 ? LEGACY_CPSR : place * 4, index }));
  return { lengthBytes: LEGACY_BYTES, registers: slots };
}

const sizeOf = ({ description }: Registers, index: number): number => description[index]!.bits / 8;

/** The digits of a register, `xx` for each byte if it is not available. */
function valueOf(set: Registers, index: number): string {
  const value = set.read(index);
  return value ? hexOf(value) : 'xx'.repeat(sizeOf(set, index));
}

function indexOf(set: Registers, number: number): number {
  const index = armLayout(set).indexOf(number);
  if (index === undefined) throw new TargetFault(EINVAL, `no register ${number}`);
  return index;
}

/** Bytes as hexadecimal digits. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** Breakpoints and watchpoints, without limit. GDB manual, Appendix E.2 (`z0` to `z4`). */
import type { Hub, Point } from '../hub.ts';
import { packet, type Commands, type Packet } from '../packet.ts';
import { EFAULT, TargetFault } from '../target.ts';
import type { View } from '../view.ts';

/** `Z0` and `Z1` for a target that has breakpoints, `Z2` to `Z4` for one that has watchpoints. */
export function breakpoints(hub: Hub): Commands {
  const { breakpoints, watchpoints } = hub.target;
  return {
    features: breakpoints ? ['swbreak+', 'hwbreak+'] : [],
    packets: [
      ...(breakpoints ? [...pair(hub, '0', 'a software breakpoint'), ...pair(hub, '1', 'a hardware breakpoint')] : []),
      ...(watchpoints
        ? [
            ...pair(hub, '2', 'a watchpoint for writes'),
            ...pair(hub, '3', 'one for reads'),
            ...pair(hub, '4', 'one for both'),
          ]
        : []),
    ],
  };
}

function pair(hub: Hub, type: '0' | '1' | '2' | '3' | '4', what: string): readonly Packet[] {
  const number = Number(type) as Point['type'];
  return [
    packet(`Z${type},{address:hex},{length:hex}`, `insert ${what}`, ({ client, view }, { address, length }) => {
      hub.insert(client, point(view, number, address, length));
      return 'OK';
    }),
    packet(`z${type},{address:hex},{length:hex}`, `remove ${what}`, ({ client, view }, { address, length }) => {
      hub.remove(client, point(view, number, address, length));
      return 'OK';
    }),
  ];
}

function point(view: View, type: Point['type'], address: number, length: number): Point {
  if (address >= 2 ** 32 || length >= 2 ** 32) throw new TargetFault(EFAULT, 'no such address');
  return { type, process: view.general.context.id, address, length };
}

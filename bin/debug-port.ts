/** The ports for gdb: one for all contexts, one for the hypervisor, one for each guest that is asked for. */
import { showEndPoint, type EndPoint, type GuestEndPoint } from './arguments.ts';
import type { RunnableMachine } from './machine.ts';
import { UserMistake } from './mistake.ts';
import type { Context, GdbServer } from '../gdbstub/index.ts';

/** Which ports to open. */
export interface DebugPortChoice {
  readonly all: EndPoint | undefined;
  readonly host: EndPoint | undefined;
  readonly guests: readonly GuestEndPoint[];
}

/** Open ports with the machine behind them. */
export interface DebugPort {
  /** Of each, for people whose it is, and `HOST:PORT`, as gdb's `target remote` takes it. */
  readonly addresses: readonly { readonly whose: string; readonly address: string }[];
  /** How many debuggers are connected. */
  readonly clients: number;
  /** The machine may run, for all that debuggers know. */
  readonly running: boolean;
  /** Lets the machine run without a debugger. */
  start(): void;
  close(): Promise<void>;
}

/** The hypervisor's context. */
const HOST = 1;

/** Listens for debuggers; rejects with a UserMistake or the system's error, such as EADDRINUSE. */
export async function openDebugPorts({ debugTarget }: RunnableMachine, choice: DebugPortChoice): Promise<DebugPort> {
  if (debugTarget === undefined) throw new UserMistake('--gdb: this machine cannot be debugged');
  const target = debugTarget;
  // A run without a debugger does not load the stub.
  const { GdbServer, Hub } = await import('../gdbstub/index.ts');
  const hub = new Hub(target);
  const servers: GdbServer[] = [];
  const addresses: { whose: string; address: string }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  const open = async (
    { host, port }: EndPoint,
    whose: string,
    shows?: (context: Context) => boolean,
  ): Promise<void> => {
    const server = await GdbServer.listen(hub, { host, port, ...(shows && { shows }) });
    servers.push(server);
    addresses.push({ whose, address: showEndPoint({ host, port: server.port }) });
  };
  try {
    if (choice.all) await open(choice.all, '');
    if (choice.host) await open(choice.host, ' for the hypervisor', ({ id }) => id === HOST);
    for (const { guest, ...endPoint } of choice.guests) {
      const context = target.awaitGuest?.(guest);
      if (context === undefined) throw new UserMistake('--gdb-guest: this machine has no guests');
      const name = 'vmid' in guest ? `VMID ${guest.vmid}` : `guest ${guest.ordinal}`;
      await open(endPoint, ` for ${name}`, ({ id }) => id === context.id);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    addresses,
    get clients() {
      return servers.reduce((sum, server) => sum + server.clients, 0);
    },
    get running() {
      return target.running;
    },
    start: () => target.resume([]),
    close,
  };
}

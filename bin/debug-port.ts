/** The port for gdb. */
import { showEndPoint, type EndPoint } from './arguments.ts';
import type { RunnableMachine } from './machine.ts';
import { UserMistake } from './mistake.ts';

/** An open port with the machine behind it. */
export interface DebugPort {
  /** `HOST:PORT`, as gdb's `target remote` takes it. */
  readonly address: string;
  /** How many debuggers are connected. */
  readonly clients: number;
  /** The machine may run, for all that debuggers know. */
  readonly running: boolean;
  /** Lets the machine run without a debugger. */
  start(): void;
  close(): Promise<void>;
}

/** Listens for debuggers; rejects with a UserMistake or the system's error, such as EADDRINUSE. */
export async function openDebugPort({ debugTarget }: RunnableMachine, { host, port }: EndPoint): Promise<DebugPort> {
  if (debugTarget === undefined) throw new UserMistake('--gdb: this machine cannot be debugged');
  // A run without a debugger does not load the stub.
  const { GdbServer, Hub } = await import('../gdbstub/index.ts');
  const server = await GdbServer.listen(new Hub(debugTarget), { host, port });
  return {
    address: showEndPoint({ host, port: server.port }),
    get clients() {
      return server.clients;
    },
    get running() {
      return debugTarget.running;
    },
    start: () => debugTarget.resume([]),
    close: () => server.close(),
  };
}

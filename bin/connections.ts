/** Connects the UARTs of a machine to their back ends, as `--uart` says. */
import type { UartChoice } from './arguments.ts';
import { FileBackEnd, nullBackEnd, StdioBackEnd, TcpBackEnd, type BackEnd, type BackEndEvents } from './back-end.ts';
import type { UartPort } from '../lib/index.ts';
import type { RunnableMachine } from './machine.ts';
import { UserMistake } from './mistake.ts';
import type { RunOptions } from './run.ts';
import type { Script } from './script.ts';
import type { Input } from './terminal.ts';

/** Where Fast Models have the first of their terminals. */
const FIRST_TERMINAL_PORT = 5000;

/** This process's own streams. */
export interface Streams {
  readonly input: Input;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
}

/** What connections do to the run. */
export interface ConnectionEvents extends Omit<BackEndEvents, 'receive'> {
  /** Tells the user one line. */
  readonly tell: (line: string) => void;
}

/** The back ends of a machine's UARTs. */
export class Connections {
  readonly #backEnds: BackEnd[] = [];

  /** Opens what each UART is connected to. Rejects with a UserMistake or the system's error, with nothing left open. */
  static async open(
    { name, uarts }: RunnableMachine,
    { uarts: choices, terminals }: Pick<RunOptions, 'uarts' | 'terminals'>,
    script: Script,
    streams: Streams,
    events: ConnectionEvents,
  ): Promise<Connections> {
    const chosen = choicesByUart(name, uarts, choices, terminals === true);
    const connections = new Connections();
    try {
      for (const [index, uart] of uarts.entries())
        connections.#connect(uart, await backEndOf(uart, chosen[index], streams, events), script);
    } catch (error) {
      await connections.close();
      throw error;
    }
    return connections;
  }

  /** Passes on what the guest has sent. */
  flush(): void {
    for (const backEnd of this.#backEnds) backEnd.flush();
  }

  /** More input may come. */
  get open(): boolean {
    return this.#backEnds.some((backEnd) => backEnd.open);
  }

  /** A reader lags so far behind that the machine should wait. */
  get congested(): boolean {
    return this.#backEnds.some((backEnd) => backEnd.congested);
  }

  /** The cursor of the user's terminal stands behind text. */
  get midLine(): boolean {
    return this.#backEnds.some((backEnd) => backEnd instanceof StdioBackEnd && backEnd.lastByte !== 0x0a);
  }

  async close(): Promise<void> {
    await Promise.all(this.#backEnds.map((backEnd) => backEnd.close()));
  }

  #connect(uart: UartPort, backEnd: BackEnd, script: Script): void {
    this.#backEnds.push(backEnd);
    const tag = uart.terminal?.shutdownTag ?? '';
    const watch = script.watches || tag !== '' ? script.watch((byte) => uart.receive(byte), tag) : undefined;
    uart.onOutput =
      watch === undefined
        ? (byte) => backEnd.write(byte)
        : (byte) => {
            backEnd.write(byte);
            watch(byte);
          };
  }
}

/** The choice for each UART: the first one has the console unless it or another was given something else. */
function choicesByUart(
  machine: string,
  uarts: readonly UartPort[],
  choices: readonly UartChoice[],
  terminals: boolean,
): UartChoice['connection'][] {
  const chosen = new Map(choices.map(({ index, connection }) => [index, connection]));
  for (const index of chosen.keys())
    if (index >= uarts.length)
      throw new UserMistake(
        `--uart ${index}: ${machine} has ${uarts.map((uart) => uart.name).join(', ') || 'no UART'}`,
      );
  const consoles = [...chosen].filter(([, { kind }]) => kind === 'stdio').map(([index]) => index);
  if (consoles.length > 1)
    throw new UserMistake(`--uart: only one UART can have stdio, not ${consoles.join(' and ')}; see file: and tcp:`);
  return uarts.map(({ terminal }, index) => {
    const choice = chosen.get(index);
    if (choice !== undefined) return choice;
    const { outFile = '', unbufferedOutput = false } = terminal ?? {};
    if (outFile !== '') return { kind: 'file', path: outFile, unbuffered: unbufferedOutput };
    if (terminals) return { kind: 'terminal', ordinal: index };
    return { kind: index === 0 && consoles.length === 0 ? 'stdio' : 'null' };
  });
}

async function backEndOf(
  uart: UartPort,
  connection: UartChoice['connection'] = { kind: 'null' },
  { input, output }: Streams,
  events: ConnectionEvents,
): Promise<BackEnd> {
  const receive = (byte: number): void => uart.receive(byte);
  switch (connection.kind) {
    case 'null':
      return nullBackEnd;
    case 'stdio':
      return new StdioBackEnd(input, output, { ...events, receive });
    case 'file':
      return new FileBackEnd(connection, events);
    case 'terminal': {
      const backEnd = await TcpBackEnd.listenFrom(FIRST_TERMINAL_PORT + connection.ordinal, { ...events, receive });
      // The words of Fast Models, for which their users' scripts wait.
      events.tell(`terminal_${connection.ordinal}: Listening for serial connection on port ${backEnd.port}`);
      return backEnd;
    }
    case 'tcp':
    case 'telnet': {
      const backEnd = await TcpBackEnd.listen(connection, { ...events, receive }, connection.kind === 'telnet');
      events.tell(`armhyp: ${uart.name}: listening on ${backEnd.address}`);
      return backEnd;
    }
  }
}

/** The world outside a machine, as its devices reach it, and as its owner holds it: consoles, a keyboard, a network. */
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { Line } from '../device/line.ts';
import type { CharacterPort, HostPorts, KeyboardPort, NetworkPort, Terminal } from '../device/model.ts';
import { type HostSocket, UserNetwork } from '../network/user-network.ts';
import { memoryPort, openStore } from './host-ports.ts';
import { openSound } from './wav.ts';

/** A UART as the world outside sees it. */
export interface UartPort {
  readonly name: string;
  /** What its description asks the host for. */
  readonly terminal?: Terminal | undefined;
  /** Called with each byte that the guest sends, at the instruction that sends it. */
  onOutput: (byte: number) => void;
  /** Gives the guest a byte. */
  receive(byte: number): void;
  /** Tells that no more bytes will come. */
  end(): void;
}

/** Who else takes what comes in at a console. */
export interface ConsoleInput {
  receive(byte: number): void;
  end(): void;
}

export interface OutsideParts {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Whether cables are plugged in; without, a controller finds no link. */
  readonly network: boolean;
  /** Takes the first console's input besides its UART. */
  readonly consoleInput: () => ConsoleInput | undefined;
  readonly end: (how: 'poweredOff' | 'reset') => void;
}

export class Outside {
  readonly uarts: UartPort[] = [];
  readonly keyboards: KeyboardPort[] = [];
  readonly networks: UserNetwork[] = [];
  /** What devices are built with. */
  readonly ports: HostPorts;
  /** Called when something came in from the host that a sleeping guest wants to know. */
  onActivity: () => void = () => {};
  /** By name, DEVICE.OUTPUT. */
  readonly #wires = new Map<string, Line>();

  constructor({ bus, clock, network, consoleInput, end }: OutsideParts) {
    this.ports = {
      character: (name, terminal) => {
        const port: CharacterPort = { write: (byte) => uart.onOutput(byte), onReceive: () => {} };
        const input = this.uarts.length === 0 ? consoleInput : () => undefined;
        const uart: UartPort = {
          name,
          terminal,
          onOutput: () => {},
          receive: (byte) => {
            input()?.receive(byte);
            port.onReceive(byte);
          },
          end: () => input()?.end(),
        };
        this.uarts.push(uart);
        return port;
      },
      keyboard: () => {
        const port: KeyboardPort = { onText: () => {} };
        this.keyboards.push(port);
        return port;
      },
      network: () => {
        const port: NetworkPort = { linked: network, send: (frame) => user?.take(frame), onFrame: () => {} };
        const user = network ? new UserNetwork(clock, port) : undefined;
        if (user !== undefined) {
          user.onActivity = () => this.onActivity();
          this.networks.push(user);
        }
        return port;
      },
      memory: memoryPort(bus),
      store: openStore,
      sound: openSound,
      wire: (name) => this.wire(name),
      powerOff: () => end('poweredOff'),
      reset: () => end('reset'),
    };
  }

  /** True while the guest talks with something that lives in the host's time. */
  get busy(): boolean {
    return this.networks.some(({ busy }) => busy);
  }

  /** Connects a socket of the host's (`allowHalfOpen`) to a port of the guest's, by the first controller that it uses. */
  dial(guestPort: number, socket: HostSocket): void {
    (this.networks.find(({ heard }) => heard) ?? this.networks[0])?.dial(guestPort, socket);
  }

  wire(name: string): Line {
    const line = this.#wires.get(name) ?? new Line(name);
    this.#wires.set(name, line);
    return line;
  }
}

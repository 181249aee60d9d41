/** `--forward`: ports of the loopback interface whose connections go to the guest. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Forward } from './arguments.ts';
import type { RunnableMachine } from './machine.ts';
import { UserMistake } from './mistake.ts';

const LOOPBACK = '127.0.0.1';

type Network = NonNullable<RunnableMachine['network']>;

/** The listening ports. */
export class Forwards {
  readonly #servers: Server[] = [];

  /** Listens on each port. Rejects with a UserMistake or the system's error, with nothing left open. */
  static async open(
    machine: RunnableMachine,
    choices: readonly Forward[],
    tell: (line: string) => void,
  ): Promise<Forwards> {
    const forwards = new Forwards();
    const { network } = machine;
    if (choices.length === 0) return forwards;
    if (network === undefined) throw new UserMistake(`--forward: ${machine.name} has no Ethernet controller`);
    try {
      for (const choice of choices) await forwards.#listen(network, choice, tell);
    } catch (error) {
      forwards.close();
      throw error;
    }
    return forwards;
  }

  /** Somebody may connect. */
  get open(): boolean {
    return this.#servers.length > 0;
  }

  /** Listens no more; connections are the machine's. */
  close(): void {
    for (const server of this.#servers) server.close();
  }

  async #listen(network: Network, { port, guestPort }: Forward, tell: (line: string) => void): Promise<void> {
    // The socket is the machine's from here on, and so are its errors.
    const server = createServer({ allowHalfOpen: true }, (socket) => network.dial(guestPort, socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, LOOPBACK, () => {
        server.off('error', reject);
        server.on('error', () => {});
        resolve();
      });
    });
    this.#servers.push(server);
    tell(`armhyp: ${LOOPBACK}:${(server.address() as AddressInfo).port} is port ${guestPort} of the guest`);
  }
}

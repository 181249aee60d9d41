/** Where `--gdb`, `--gdb-host` and `--gdb-guest` listen, what they tell the user to type, and what they refuse. */
import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import { RawClient } from '../gdbstub/raw-client.ts';
import { command, type CommandOptions, type Outcome } from './command.ts';
import type { FakeMachine } from './fake-machine.ts';

const off = { reason: 'poweredOff' } as const;

/** A machine with guests, as far as the command asks for them. */
const withGuests = ({ debugTarget }: FakeMachine): void => {
  debugTarget.awaitGuest = (guest) => ({
    ...debugTarget.contexts[0]!,
    id: 'vmid' in guest ? 500 + guest.vmid : guest.ordinal + 1,
  });
};

/** Runs the command, standing at reset, until somebody has looked at the lines that it tells. */
async function told(
  argv: string[],
  look: (lines: string[]) => Promise<void>,
  options: CommandOptions = {},
): Promise<Outcome> {
  let text = '';
  let looking: Promise<void> | undefined;
  const onErrors = (more: string): void => {
    text += more;
    const lines = text.split('\n').slice(0, -1);
    const ports = argv.filter((arg) => arg.startsWith('--gdb')).length;
    if (lines.length === ports) looking ??= look(lines).finally(() => process.emit('SIGINT'));
  };
  const outcome = await command(['run', ...argv, '--wait-gdb'], ['x', off], { ...options, onErrors });
  await looking;
  return outcome;
}
const portOf = (line: string | undefined): number => Number(/:(\d+)$/.exec(line ?? '')?.[1]);

async function isReachable(port: number, host: string): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('the ports for gdb', () => {
  it('are told with the line to type, each with what it is for', async () => {
    const argv = ['--gdb=0', '--gdb-host=0', '--gdb-guest=0', '--gdb-guest=2@0', '--gdb-guest=vmid:7@[::1]:0'];
    const look = async (lines: string[]): Promise<void> => {
      expect(lines.map((line) => line.replace(/:\d+$/, ':PORT'))).to.deep.equal([
        'gdb: target remote 127.0.0.1:PORT',
        'gdb for the hypervisor: target remote 127.0.0.1:PORT',
        'gdb for guest 1: target remote 127.0.0.1:PORT',
        'gdb for guest 2: target remote 127.0.0.1:PORT',
        'gdb for VMID 7: target remote [::1]:PORT',
      ]);
      const ports = lines.map(portOf);
      expect(new Set(ports).size).to.equal(lines.length);
      expect(ports).to.not.include(0);
      for (const [index, port] of ports.entries())
        expect(await isReachable(port, index === 4 ? '::1' : '127.0.0.1'), lines[index]).to.equal(true);
    };
    const { status } = await told(argv, look, { started: withGuests });
    expect(status).to.equal(130);
  });

  it('show their own context alone', async () => {
    const look = async ([all, host, guest]: string[]): Promise<void> => {
      const clients: RawClient[] = [];
      for (const [line, threads] of [
        [all, 'm1'],
        [host, 'm1'],
        [guest, 'l'],
      ] as const) {
        const client = await RawClient.connect(portOf(line));
        clients.push(client);
        expect(await client.ask('qfThreadInfo'), line).to.equal(threads);
      }
      // The machine runs, and comes to its end, when no debugger holds it.
      for (const client of clients) client.end();
    };
    await told(['--gdb=0', '--gdb-host=0', '--gdb-guest=2@0'], look, { started: withGuests });
  });

  it('are for this machine alone, unless another address is named', async () => {
    await told(['--gdb=0', '--gdb-host=0.0.0.0:0'], async ([own, any]) => {
      expect(any).to.match(/target remote 0\.0\.0\.0:\d+$/);
      expect(await isReachable(portOf(own), '127.0.0.1')).to.equal(true);
      // Another of the loopback's addresses stands for any other address of this machine.
      expect(await isReachable(portOf(own), '127.0.0.2')).to.equal(false);
      expect(await isReachable(portOf(any), '127.0.0.2')).to.equal(true);
    });
  });

  it('are closed when the run is over', async () => {
    let lines: string[] = [];
    await told(['--gdb=0', '--gdb-host=0'], async (all) => void (lines = await Promise.resolve(all)));
    for (const line of lines) expect(await isReachable(portOf(line), '127.0.0.1')).to.equal(false);
  });

  it('do not keep a machine from running, but with --wait-gdb, until a debugger continues it', async () => {
    const { output, status } = await command(['run', '--gdb=0', '--gdb-host=0'], ['x', off]);
    expect([output, status]).to.deep.equal(['x', 0]);
    const waited = await told(['--gdb-host=0'], async ([host]) => {
      const client = await RawClient.connect(portOf(host));
      expect(await client.ask('?')).to.match(/^T05/);
      expect(await client.ask('c')).to.equal('W00');
    });
    expect(waited.output).to.equal('x');
  });

  for (const [argument, line] of [
    ['--gdb=192.0.2.1:0', '192.0.2.1: address not available (EADDRNOTAVAIL)'],
    ['--gdb-guest=0', '--gdb-guest: this machine has no guests'],
  ] as const) {
    it(`tell in one line why ${argument} fails, with nothing left open`, async () => {
      let port = NaN;
      const onErrors = (text: string): void => void (port = portOf(/target remote .*/.exec(text)?.[0]));
      const { status, errors } = await command(['run', '--gdb-host=0', argument], [off], { onErrors });
      expect([status, errors]).to.deep.equal([2, `armhyp: ${line}\n`]);
      expect(port).to.be.NaN;
    });
  }

  it('tell a port in use in one line, by whichever option', async () => {
    await told(['--gdb=0'], async ([line]) => {
      for (const option of ['--gdb', '--gdb-host', '--gdb-guest']) {
        const argv = ['run', `${option}=${portOf(line)}`];
        const { status, errors } = await command(argv, [off], { started: withGuests });
        const address = `127.0.0.1:${portOf(line)}`;
        expect([status, errors]).to.deep.equal([2, `armhyp: ${address}: address already in use (EADDRINUSE)\n`]);
      }
    });
  });
});

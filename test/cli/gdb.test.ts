/** `--gdb`, `--wait-gdb` and `--stay`, with a client that speaks a few packets. */
import { expect } from 'chai';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { encodePacket } from '../../gdbstub/framing.ts';
import { completeArguments } from '../../bin/command-line.ts';
import { command, type Outcome } from './command.ts';
import type { Deed } from './fake-machine.ts';

const off = { reason: 'poweredOff' } as const;

/** Runs the command with a debugger that sends these packets, each after the first reply to the one before. */
async function debugged(
  argv: string[],
  deeds: readonly Deed[],
  packets: readonly string[],
): Promise<Outcome & { heard: string }> {
  let client: Socket | undefined;
  let heard = '';
  const left = [...packets];
  const sendNext = (): void => {
    const packet = left.shift();
    if (packet !== undefined) client?.write(encodePacket(packet));
  };
  const onErrors = (text: string): void => {
    const port = /^gdb: target remote 127\.0\.0\.1:(\d+)$/m.exec(text)?.[1];
    if (port === undefined) return;
    client = connect(Number(port), '127.0.0.1').setEncoding('latin1');
    client.on('connect', sendNext);
    client.on('error', () => {});
    client.on('data', (data: string) => {
      heard += data;
      client?.write('+');
      sendNext();
    });
  };
  // Standard input stays open, so that a guest that waits is not at its end.
  const outcome = await command(['run', '--gdb=0', ...argv], deeds, { onErrors, input: new PassThrough() });
  return { ...outcome, heard };
}

describe('armhyp run with a port for gdb', () => {
  it('runs at once with --gdb, and tells the line to type', async () => {
    const { status, errors } = await command(['run', '--gdb=0'], ['x', off]);
    expect(errors).to.match(/^gdb: target remote 127\.0\.0\.1:\d+\narmhyp: ended: the guest powered off\n$/);
    expect(status).to.equal(0);
  });

  it('stands with --wait-gdb until a debugger continues, and tells it of the end', async () => {
    const { status, heard, output } = await debugged(['--wait-gdb'], ['x', off], ['?', 'c']);
    expect(output).to.equal('x');
    expect(heard).to.match(/\$W00#/);
    expect(status).to.equal(0);
  });

  it('never runs with --wait-gdb and without a debugger', async () => {
    const { machine, status } = await command(['run', '--gdb=0', '--wait-gdb', '--timeout', '0.05'], ['x', off]);
    expect(machine.instructions).to.equal(0);
    expect(status).to.equal(124);
  });

  it('goes on when the debugger detaches', async () => {
    const { status, output } = await debugged(['--wait-gdb'], ['x', off], ['?', 'D']);
    expect([status, output]).to.deep.equal([0, 'x']);
  });

  it('stays with --stay when the guest has ended', async () => {
    const { status, errors, last } = await command(['run', '--gdb=0', '--stay', '--timeout', '0.05'], ['x', off]);
    expect(errors).to.match(/armhyp: the guest powered off; gdb can look, Ctrl-A x leaves\n/);
    expect([status, last]).to.deep.equal([124, 'armhyp: ended: --timeout of 0.05 s was reached']);
  });

  it('tells a port in use in one line', async () => {
    let second: Promise<Outcome> | undefined;
    const onErrors = (text: string): void => {
      const port = /127\.0\.0\.1:(\d+)/.exec(text)?.[1] ?? '';
      second ??= command(['run', `--gdb=${port}`], [off]);
    };
    await command(['run', '--gdb=0', '--wait-gdb', '--timeout', '0.1'], [off], { onErrors });
    const { status, errors } = (await second)!;
    expect(errors).to.match(/^armhyp: 127\.0\.0\.1:\d+: address already in use \(EADDRINUSE\)\n$/);
    expect(status).to.equal(2);
  });

  it('takes --gdb alone for port 1234, whatever stands behind it', () => {
    expect(completeArguments(['run', '--gdb'])).to.deep.equal(['run', '--gdb=1234']);
    expect(completeArguments(['run', '--gdb', 'vexpress-a15'])).to.deep.equal(['run', '--gdb=1234', 'vexpress-a15']);
    expect(completeArguments(['run', '--gdb', '0.0.0.0:99'])).to.deep.equal(['run', '--gdb', '0.0.0.0:99']);
    expect(completeArguments(['run', '--gdb=99'])).to.deep.equal(['run', '--gdb=99']);
    expect(completeArguments(['run', '--', '--gdb'])).to.deep.equal(['run', '--', '--gdb']);
  });
});

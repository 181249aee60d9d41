/** `armhyp run` on machines of a few lines: endings and their statuses, figures, limits, UARTs. */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { command, TerminalInput } from './command.ts';
import type { Deed, FakeMachine } from './fake-machine.ts';

const off = { reason: 'poweredOff' } as const;
const idle = { reason: 'idle' } as const;
const stuck = { reason: 'stuck' } as const;

describe('how armhyp run ends', () => {
  const rows: [title: string, argv: string, deeds: readonly Deed[], status: number, reason: string][] = [
    ['0 when the guest powers off', '', ['hi\n', off], 0, 'the guest powered off'],
    ['0 when --until is met', '--until hi', ['hi\n', off], 0, '--until was met'],
    ['0 at the n-th match', '--until hi --until-count 2', ['hi hi', off], 0, '--until was met'],
    ['1 when --fail-on is met', '--until x --fail-on h --fail-on i', ['hi', off], 1, '--fail-on h was met'],
    ['3 when the guest can never run again', '', [stuck], 3, 'the guest can never run again'],
    ['3 also before --until', '--until x', [stuck], 3, 'the guest can never run again'],
    ['3 when it waits for input that cannot come', '', [idle, off], 3, 'the guest can never run again'],
    ['4 when it powers off too early', '--until x', [off], 4, 'the guest powered off before --until was met'],
    [
      '4 when the matches are too few',
      '--until h --until-count 2',
      ['h', off],
      4,
      'the guest powered off before --until was met',
    ],
    ['124 at --max-instructions', '--max-instructions 5', [], 124, '--max-instructions of 5 was reached'],
    ['124 at --timeout', '--timeout 0.01', [], 124, '--timeout of 0.01 s was reached'],
    ["the guest's status when it exits", '', [{ reason: 'exit', status: 7 }], 7, 'the guest exited with status 7'],
    [
      '4 when it exits too early',
      '--until x',
      [{ reason: 'exit', status: 0 }],
      4,
      'the guest exited with status 0 before --until was met',
    ],
    ['0 when it resets itself with --no-reboot', '--no-reboot', [{ reason: 'reset' }], 0, 'the guest reset itself'],
    ['0 when it powers off after a reset', '', [{ reason: 'reset' }, 'again', off], 0, 'the guest powered off'],
  ];
  for (const [title, argv, deeds, status, reason] of rows)
    it(`with status ${title}`, async () => {
      const outcome = await command(['run', ...argv.split(' ').filter(Boolean)], deeds);
      expect(outcome.last).to.equal(`armhyp: ended: ${reason}`);
      expect(outcome.status).to.equal(status);
    });

  it('stops at the byte that decides, and shows all bytes up to it', async () => {
    const { output, machine } = await command(['run', '--until', 'two'], ['one two three', off]);
    expect(output).to.equal('one two');
    expect(machine.instructions).to.equal(7);
  });

  for (const [signal, status] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    it(`with status ${status} at ${signal}`, async () => {
      const before = process.listenerCount(signal);
      const outcome = await command(['run'], ['x', idle], {
        input: new PassThrough(),
        output: new Writable({ write: (_chunk, _encoding, done) => (process.emit(signal), done()) }),
      });
      expect([outcome.status, outcome.last]).to.deep.equal([status, `armhyp: ended: ${signal}`]);
      expect(process.listenerCount(signal)).to.equal(before);
    });

  it('with status 2 and the reason when nobody reads its output', async () => {
    const refusal = Object.assign(new Error('write EPIPE'), { errno: -32, code: 'EPIPE', syscall: 'write' });
    const output = new Writable({ write: (_chunk, _encoding, done) => done(refusal) });
    const { status, last } = await command(['run', '--until', 'hi'], ['hi'], { output });
    expect(last).to.equal('armhyp: ended: standard output: broken pipe (EPIPE)');
    expect(status).to.equal(2);
  });
});

describe('what armhyp run asks of the library', () => {
  it('boots fvp-ve-a15x1 without arguments', async () => {
    const { name, options } = await command(['run'], [off]);
    expect(name).to.equal('fvp-ve-a15x1');
    expect(options).to.include({ application: undefined, kernel: undefined, noReboot: false });
  });

  it('takes a single argument for a machine, or for a program if it is named like one', async () => {
    expect((await command(['run', 'vexpress-a15'], [off])).name).to.equal('vexpress-a15');
    const { name, options } = await command(['run', 'a.axf'], [off]);
    expect(name).to.equal('fvp-ve-a15x1');
    expect(options).to.include({ application: 'a.axf' });
  });

  it('takes a single argument for a program if it is an ELF', async () => {
    const elf = join(import.meta.dirname, '../../machines/firmware/self-check/self-check.elf');
    expect((await command(['run', elf], [off])).options).to.include({ application: elf });
  });

  for (const [line, semihosting] of [
    ['--semihosting', { folder: undefined, commandLine: undefined }],
    ['--semihosting-root x', { folder: 'x', commandLine: undefined }],
    ['--semihosting --semihosting-cmdline y', { folder: undefined, commandLine: 'y' }],
  ] as const)
    it(`lets semihosting calls in by ${line}`, async () => {
      const { options } = await command(['run', ...line.split(' ')], [off]);
      expect(options).to.deep.include({ semihosting });
    });

  it('passes on everything that describes the machine and its guest', async () => {
    const argv = ['run', 'm.yaml', 'a.elf', '--kernel', 'k', '--initrd', 'i', '--dtb', 'd', '--append', '-x y'];
    argv.push('--load', 'a@16', '--load', 'b', '--cpus', '2', '--memory', '1GiB', '-C', 'a=1', '-C', 'b=2');
    argv.push(
      '--rtc',
      '2000-01-01',
      '--no-reboot',
      '--engine',
      'interpreter',
      '--module',
      '0x1000:kernel:k2',
      '--entry',
      'svc',
    );
    const { name, options } = await command(argv, [off]);
    expect(name).to.equal('m.yaml');
    expect(options).to.deep.equal({
      overrides: ['a=1', 'b=2'],
      cpus: 2,
      memory: 2 ** 30,
      application: 'a.elf',
      kernel: 'k',
      initrd: 'i',
      dtb: 'd',
      append: '-x y',
      loads: [{ file: 'a', address: 16 }, { file: 'b' }],
      rtcSeconds: 946_684_800,
      noReboot: true,
      network: false,
      engine: 'interpreter',
      entry: 'svc',
      semihosting: undefined,
      modules: [{ address: 0x1000, kind: 'kernel', file: 'k2', bootArguments: undefined }],
    });
  });
});

describe('the UARTs of armhyp run', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'armhyp-cli-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('gives the first one the console, and the others nothing', async () => {
    const { output } = await command(['run'], ['one', { uart: 1, text: 'two' }, off]);
    expect(output).to.equal('one');
  });

  it('gives another one the console that --uart chooses', async () => {
    const { output } = await command(['run', '--uart', '1=stdio'], ['one', { uart: 1, text: 'two' }, off]);
    expect(output).to.equal('two');
  });

  it('ends with status 2 when there is no keyboard for --keys, or no picture for --screenshot', async () => {
    const keys = await command(['run', '--keys', 'login=>x'], ['login', idle]);
    expect([keys.status, keys.last]).to.deep.equal([2, 'armhyp: ended: --keys: fake has no keyboard']);
    const folder = mkdtempSync(join(tmpdir(), 'armhyp-run-'));
    const picture = await command(['run', '--screenshot', join(folder, 'x.png')], [off]);
    rmSync(folder, { recursive: true });
    expect(picture.status).to.equal(2);
  });

  it('watches all of them', async () => {
    expect((await command(['run', '--until', 'two'], ['one', { uart: 1, text: 'two' }, off])).status).to.equal(0);
  });

  it('passes on what comes in, in order, until the end', async () => {
    const input = new PassThrough();
    input.end('ab');
    const { machine, status } = await command(['run'], ['x', idle, 'y', off], { input });
    expect(machine.uarts[0]?.received).to.equal('ab');
    expect(status).to.equal(0);
  });

  it('answers with --send', async () => {
    const { machine } = await command(['run', '--send', 'name: =>me\\n'], ['name: ', idle, off]);
    expect(machine.uarts[0]?.received).to.equal('me\n');
  });

  it('writes files', async () => {
    const path = join(folder, 'uart.log');
    const { output } = await command(['run', '--uart', `0=file:${path}`], ['text'.repeat(50_000), off]);
    expect(output).to.equal('');
    expect(readFileSync(path, 'latin1')).to.equal('text'.repeat(50_000));
  });

  it('ends with status 2 when the disk of such a file is full', async () => {
    const { status, last } = await command(['run', '--uart', '0=file:/dev/full'], ['text', off]);
    expect(last).to.equal('armhyp: ended: /dev/full: no space left on device (ENOSPC)');
    expect(status).to.equal(2);
  });

  it('listens on a TCP port, keeps what was sent before a client came, and takes its bytes', async () => {
    let received = '';
    const onErrors = (text: string): void => {
      const port = /uart1: listening on 127.0.0.1:(\d+)/.exec(text)?.[1];
      if (port === undefined) return;
      const client = connect(Number(port), '127.0.0.1').setEncoding('latin1');
      client.on('data', (data: string) => (received += data)).write('k');
    };
    const argv = ['run', '--uart', '1=tcp:0', '--uart', '0=null'];
    const deeds = [{ uart: 1, text: 'early' }, idle, { uart: 1, text: ' late' }, off];
    const { machine, status } = await command(argv, deeds, { onErrors });
    expect([status, machine.uarts[1]?.received]).to.deep.equal([0, 'k']);
    while (received.length < 10) await new Promise((resolve) => setImmediate(resolve));
    expect(received).to.equal('early late');
  });

  it('speaks telnet where that was asked for: keys come as they are typed, and are not echoed twice', async () => {
    const said: Buffer[] = [];
    const onErrors = (text: string): void => {
      const port = /uart1: listening on 127.0.0.1:(\d+)/.exec(text)?.[1];
      if (port === undefined) return;
      const client = connect(Number(port), '127.0.0.1');
      client.on('data', (data: Buffer) => said.push(data));
      // DO ECHO, DO NAWS, WILL NAWS, a subnegotiation, a doubled IAC, keys, Enter in either form.
      client.write(Buffer.from('fffd01fffd1ffffb1ffffa1f0050fffff0fff0ffff6b0d000d0a6b', 'hex'));
    };
    const argv = ['run', '--uart', '1=telnet:0', '--uart', '0=null'];
    const { machine, status } = await command(argv, [idle, { uart: 1, text: 'a\xffb' }, off], { onErrors });
    expect([status, machine.uarts[1]?.received]).to.deep.equal([0, '\xffk\r\rk']);
    const expected = 'fffb01fffb03' + 'fffc1ffffe1f' + '61ffff62';
    while (Buffer.concat(said).length < expected.length / 2) await new Promise((resolve) => setImmediate(resolve));
    expect(Buffer.concat(said).toString('hex')).to.equal(expected);
  });

  it('--forward listens on the loopback interface, and the machine waits for who connects', async () => {
    let dialled = 0;
    const started = (machine: FakeMachine): void => {
      machine.network = {
        dial(guestPort, socket) {
          dialled = guestPort;
          socket.destroy();
          machine.uarts[0]!.receive(0);
          machine.onWake();
        },
      };
    };
    const onErrors = (text: string): void => {
      const port = /^armhyp: 127.0.0.1:(\d+) is port 22 of the guest$/m.exec(text)?.[1];
      if (port !== undefined) connect(Number(port), '127.0.0.1').on('error', () => {});
    };
    const { status, options } = await command(['run', '--forward', '0:22'], [idle, off], { started, onErrors });
    expect([status, dialled, options?.network]).to.deep.equal([0, 22, true]);
  });

  const mistakes: [argv: string[], message: string][] = [
    [['--uart', '2=null'], '--uart 2: fake has uart0, uart1'],
    [
      ['--uart', '0=stdio', '--uart', '1=stdio'],
      '--uart: only one UART can have stdio, not 0 and 1; see file: and tcp:',
    ],
    [['--uart', '0=file:/nowhere/x'], '/nowhere/x: no such file or directory (ENOENT)'],
    [['--forward', '0:22'], '--forward: fake has no Ethernet controller'],
    [['--result', '/nowhere/x'], '/nowhere/x: no such file or directory (ENOENT)'],
    [['--until-count', '2'], '--until-count: there is no --until whose matches could be counted'],
    [['--append', 'x'], '--append: it is for a Linux kernel; give --kernel too'],
  ];
  for (const [argv, message] of mistakes)
    it(`refuses ${argv.join(' ')} in one line`, async () => {
      const { status, errors } = await command(['run', ...argv], [off]);
      expect(errors).to.equal(`armhyp: ${message}\n`);
      expect(status).to.equal(2);
    });
});

describe('the terminal of armhyp run', () => {
  it('is raw while the machine runs, and Ctrl-A x leaves', async () => {
    const input = new TerminalInput();
    input.write('a\x03\x01\x01\x01h\x01x');
    const { status, last, errors, machine } = await command(['run'], [idle, idle], { input });
    expect(machine.uarts[0]?.received).to.equal('a\x03\x01');
    expect(errors).to.match(/Ctrl-A x +leave/);
    expect([status, last]).to.deep.equal([0, 'armhyp: ended: left by Ctrl-A x']);
    expect(input.modes).to.deep.equal([true, false]);
  });

  it('gives status 4 to whoever leaves before --until is met', async () => {
    const input = new TerminalInput();
    input.write('\x01x');
    expect((await command(['run', '--until', 'x'], [idle], { input })).status).to.equal(4);
  });

  it('is restored when the emulator itself fails', async () => {
    const input = new TerminalInput();
    const started = ({ uarts }: { uarts: readonly { onOutput: unknown }[] }): void => {
      Object.defineProperty(uarts[0], 'onOutput', { set: () => {}, get: () => null });
    };
    const { status, errors } = await command(['run'], ['x'], { input, started });
    expect(status).to.equal(70);
    expect(errors).to.match(/TypeError.*\n +at /);
    expect(input.modes).to.deep.equal([true, false]);
  });

  it('is told to the guest when it has come to its end', async () => {
    const { status, machine } = await command(['run'], ['x', idle]);
    expect([status, machine.uarts.map(({ ended }) => ended)]).to.deep.equal([3, [true, true]]);
  });

  it('has no commands when it is none', async () => {
    const input = new PassThrough();
    input.end('\x01x');
    expect((await command(['run'], [idle, off], { input })).machine.uarts[0]?.received).to.equal('\x01x');
  });
});

describe('the figures of armhyp run', () => {
  it('are printed by --stats before the last line, one "name: value" a line', async () => {
    const { errors } = await command(['run', '--stats'], ['four', off]);
    const lines = errors.trimEnd().split('\n');
    expect(lines.slice(0, 3)).to.deep.equal(['instructions: 4', 'virtualSeconds: 4e-9', 'exceptions: 3']);
    expect(lines.at(-1)).to.equal('armhyp: ended: the guest powered off');
    for (const line of lines.slice(0, -1)) expect(line).to.match(/^\w+: [\d.e-]+$/);
  });

  it('are written by --result as JSON, with the ending', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'armhyp-cli-'));
    try {
      const path = join(folder, 'result.json');
      await command(['run', '--result', path, '--until', 'x'], ['four', off]);
      const result = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
      expect(result).to.include({ machine: 'fake', status: 4, instructions: 4, exceptions: 3 });
      expect(result.ended).to.equal('the guest powered off before --until was met');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that cannot be written make status 2 of a good ending', async () => {
    const { status, errors } = await command(['run', '--result', '/dev/full'], [off]);
    expect(status).to.equal(2);
    expect(errors).to.equal(
      'armhyp: /dev/full: no space left on device (ENOSPC)\narmhyp: ended: the guest powered off\n',
    );
  });
});

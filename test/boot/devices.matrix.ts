/**
 * Debian's kernel with its own modules on a board's devices: disks that keep what was written, network, clock, keyboard,
 * display, watchdog.
 */
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createListener, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { inflateSync } from 'node:zlib';
import { loadMachine, type Machine, type MachineOptions } from '../../lib/index.ts';
import { writeNewc } from '../payloads/newc.ts';
import { needsPayloads, payload } from '../payloads/payloads.ts';

const PAGE = Buffer.alloc(1_000_000, 'a page of the host ');
const SUM = createHash('sha256').update(PAGE).digest('hex');
/** Lines of 1 to 100000, which is what the script writes. */
const FILE_SUM = createHash('sha256')
  .update(Array.from({ length: 100_000 }, (_, n) => `${n + 1}\n`).join(''))
  .digest('hex');
/** Instead of the usual script: one connection to port 7 gets back what it sends. */
const ECHO_SERVER = `#!/bin/sh
export PATH=/bin
for m in $(cat /lib/modules/order); do insmod /lib/modules/$m.ko; done
ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
busybox nc -l -p 7 -e /bin/cat &
sleep 1
echo "DEVICE waits for a client"
wait $!
echo "DEVICE served $?"
`;
const CELL = { width: 8, height: 16 };

describe("the devices of a board, used by Debian's kernel", function () {
  this.timeout(300_000);
  needsPayloads();
  let folder = '';
  let board = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'armhyp-devices-'));
    for (const name of ['disk', 'card']) {
      writeFileSync(join(folder, name), '');
      truncateSync(join(folder, name), 8 * 2 ** 20);
    }
    board = join(folder, 'board.yaml');
    writeFileSync(
      board,
      `summary: a board with everything
extends: vexpress-a15
devices:
  mci: { file: card }
  disk: { compatible: 'virtio,mmio-block', at: 0x1c130000, spi: 40, file: disk }
  net: { compatible: 'virtio,mmio-net', at: 0x1c140000, spi: 41, mac: '52:54:00:12:34:57' }
  watchdog: { compatible: 'arm,sp805', at: 0x1c0f0000, spi: 0 }
`,
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  /**
   * Boots; types at the display's console when it waits for it, and calls `onClient` when it waits for one. Gives the
   * machine and the lines about devices.
   */
  async function boot(
    append: string,
    options: MachineOptions = {},
    onClient: (machine: Machine) => void = () => {},
  ): Promise<{ machine: Machine; reason: string; lines: string[] }> {
    const machine = await loadMachine(board, {
      ...{ kernel: payload('zImage-fast-armmp'), initrd: payload('initramfs-devices.cpio.gz'), memory: '256MiB' },
      append: `console=ttyAMA0 quiet mode=devices ${append}`,
      rtcSeconds: Date.UTC(2022, 10, 22, 12) / 1000,
      network: true,
      noReboot: true,
      ...options,
    });
    let text = '';
    machine.uarts[0]!.onOutput = (byte) => (text += String.fromCharCode(byte));
    let typed = false;
    let called = false;
    for (;;) {
      const { reason } = machine.run({ hostMs: 50, instructions: 10e9 });
      expect(machine.instructions, text.slice(-1000)).to.be.below(10e9);
      if (!typed && text.includes('DEVICE waits for a line')) {
        typed = true;
        machine.type('Hello, World\n');
      }
      if (!called && text.includes('DEVICE waits for a client')) {
        called = true;
        onClient(machine);
      }
      if (reason === 'limit') await setImmediate();
      else if (reason === 'idle') await setTimeout(1);
      else return { machine, reason, lines: [...text.matchAll(/^DEVICE (.*?)\r?$/gm)].map(([, line]) => line!) };
    }
  }

  it('the first boot makes file systems and downloads; the second finds what was written', async () => {
    const server = createServer((_, response) => response.end(PAGE)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const first = await boot(`net=${port}`);
      expect(first.reason).to.equal('poweredOff');
      expect(first.lines.map((line) => line.replace(/00:0\d /, '00:0s '))).to.deep.equal([
        `vda got ${FILE_SUM}  -`,
        `mmcblk0 got ${FILE_SUM}  -`,
        'clock Tue Nov 22 12:00:0s 2022',
        'keyboards 1',
        `virtio_net got ${SUM}  -`,
        `smsc911x got ${SUM}  -`,
        'waits for a line',
        'typed Hello, World',
      ]);
      expectLines(first.machine.screenshot()!);
      const second = await boot('');
      expect(second.lines.slice(0, 2)).to.deep.equal([`vda has ${FILE_SUM}  -`, `mmcblk0 has ${FILE_SUM}  -`]);
    } finally {
      server.close();
    }
  });

  it('a client of the host reaches a server of the guest', async () => {
    const initrd = join(folder, 'initrd');
    const script = writeNewc([{ path: 'devices.sh', kind: 'file', bytes: Buffer.from(ECHO_SERVER) }]);
    writeFileSync(initrd, Buffer.concat([readFileSync(payload('initramfs-devices.cpio')), script]));
    const got: Buffer[] = [];
    const heard = new EventEmitter();
    const end = once(heard, 'end');
    const { lines, reason } = await boot('', { initrd }, (machine) => {
      const listener = createListener({ allowHalfOpen: true }, (socket) => {
        machine.network!.dial(7, socket);
        listener.close();
      });
      listener.listen(0, '127.0.0.1', () => {
        const client = connect({ port: (listener.address() as AddressInfo).port, host: '127.0.0.1' });
        client.on('data', (bytes: Buffer) => got.push(bytes));
        client.on('end', () => heard.emit('end'));
        client.end(PAGE);
      });
    });
    expect([lines, reason]).to.deep.equal([['waits for a client', 'served 0'], 'poweredOff']);
    // What the guest has sent is the host's to deliver, also after the guest has powered off.
    await end;
    expect(createHash('sha256').update(Buffer.concat(got)).digest('hex')).to.equal(SUM);
  });

  it('a watchdog that nobody feeds resets the board', async () => {
    const { lines, reason } = await boot('watchdog=1');
    expect(lines.at(-1)).to.equal('watchdog');
    expect(reason).to.equal('reset');
  });
});

/** Expects 20 lines `line N` on a PNG of 80 by 30 characters, whatever the font: equal characters look equal. */
function expectLines(file: Uint8Array): void {
  const bytes = Buffer.from(file);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  expect([width, height]).to.deep.equal([640, 480]);
  const at = bytes.indexOf('IDAT');
  const rows = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)));
  const cell = (column: number, line: number): string =>
    Array.from({ length: CELL.height }, (_, y) => {
      const from = (line * CELL.height + y) * (3 * width + 1) + 1 + 3 * CELL.width * column;
      return rows.subarray(from, from + 3 * CELL.width).toString('hex');
    }).join();
  const blank = cell(79, 29);
  const looks = new Map<string, string>();
  for (let line = 0; line < 20; line++) {
    const text = `line ${line + 1}`.padEnd(20);
    for (const [column, character] of Array.from(text).entries()) {
      const seen = cell(column, line);
      expect(seen === blank, `'${character}' in column ${column} of line ${line}`).to.equal(character === ' ');
      expect(seen, `'${character}' of line ${line}`).to.equal(looks.get(character) ?? seen);
      looks.set(character, seen);
    }
  }
  // l, i, n, e, ten digits and the blank: all differ.
  expect(new Set(looks.values()).size).to.equal(15);
}

/** What one client does must cost neither the machine nor the other clients anything, however it behaves. */
import { expect } from 'chai';
import { encodePacket } from '../../gdbstub/framing.ts';
import { GdbServer, Hub, type ServerOptions } from '../../gdbstub/index.ts';
import { textHex } from './packet-samples.ts';
import { RawClient } from './raw-client.ts';
import { RunningTarget } from './running-target.ts';
import { BASE, branch, COUNT, NOP } from './tiny-target.ts';

const STOP = /\$T[^#]*#../;
const CONSOLE = /\$O[0-9a-f]+#../;
const CTRL_C = '\x03';
const packetOf = (body: string): Buffer => Buffer.from(encodePacket(body));

describe('clients of one machine', function () {
  this.timeout(20_000);
  let target: RunningTarget;
  let hub: Hub;
  const servers: GdbServer[] = [];
  const clients: RawClient[] = [];

  beforeEach(() => {
    target = new RunningTarget([[1, 2], [3]]);
    target.load(BASE, [NOP, COUNT, NOP, branch(-3)]);
    hub = new Hub(target);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.end();
    await Promise.all(servers.splice(0).map((server) => server.close()));
    target.end();
  });

  async function listen(options: Partial<ServerOptions> = {}): Promise<GdbServer> {
    const server = await GdbServer.listen(hub, { port: 0, ...options });
    servers.push(server);
    return server;
  }
  async function connect({ port }: GdbServer): Promise<RawClient> {
    const client = await RawClient.connect(port);
    clients.push(client);
    return client;
  }
  /** A client that has continued: the machine runs for all that it knows. */
  async function running(server: GdbServer): Promise<RawClient> {
    const client = await connect(server);
    await client.ask('?');
    client.send(encodePacket('c'));
    await client.until('+');
    return client;
  }
  async function interrupts(client: RawClient): Promise<void> {
    client.send(CTRL_C);
    expect(await client.until(STOP)).to.match(/\$T02/);
  }
  const portOf = (server: GdbServer): string => `port ${server.port}`;

  it('one is killed in mid-packet, wherever: the machine runs on, and the other stops it by Ctrl-C', async () => {
    const server = await listen();
    const other = await running(server);
    const packet = packetOf('X8800,4:#$}*');
    for (let cut = 1; cut < packet.length; cut++) {
      const killed = await connect(server);
      expect(await killed.ask('Z0,9000,4')).to.equal('OK');
      killed.send(packet.subarray(0, cut));
      killed.kill();
      await target.runs();
      expect(target.inserted.at(-1)).to.equal('-1:9000');
    }
    await interrupts(other);
    expect(server.clients).to.equal(1);
    expect(await other.ask('m8800,4')).to.equal('00000000');
  });

  it('one never reads: its replies wait in bounded memory, the machine runs, the other is answered', async () => {
    const server = await listen({ patienceMs: 60_000 });
    const other = await running(server);
    const deaf = await running(server);
    deaf.deafen();
    const before = process.memoryUsage().arrayBuffers;
    const request = packetOf('m8000,2000');
    // Each asks for 16 KiB: 160 MB in all, of which the kernel keeps a few.
    const flood = Buffer.concat(Array<Buffer>(10_000).fill(request));
    deaf.send(flood);
    for (let n = 0; n < 50; n++) {
      await interrupts(other);
      expect(await other.ask('m8000,4')).to.equal('0000a0e1');
      other.send(encodePacket('c'));
      await other.until('+');
    }
    expect(process.memoryUsage().arrayBuffers - before - flood.length).to.be.below(16 * 2 ** 20);
    expect(target.executed).to.be.above(0);
    expect(server.clients).to.equal(2);
  });

  it('one scans the port, speaks HTTP or TLS: the machine does not even stop', async () => {
    const server = await listen();
    const other = await running(server);
    await target.runs();
    const { resumes } = target;
    const page = `$M8800,4:efbeadde#00${packetOf('M8800,4:efbeadde').toString()}`;
    const strangers = [
      'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      `POST / HTTP/1.1\r\nHost: localhost:1234\r\nContent-Length: ${page.length}\r\n\r\n${page}`,
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      '\r\n\r\n',
      'help\n',
      CTRL_C,
      '+-+-',
      '$',
    ];
    for (let round = 0; round < 20; round++) {
      for (const greeting of ['', ...strangers]) {
        const stranger = await RawClient.connect(server.port);
        stranger.send(greeting);
        if (greeting.includes('HTTP')) await stranger.closed;
        else if (round % 2 === 0) stranger.kill();
        else stranger.end();
      }
    }
    expect(target.resumes).to.equal(resumes);
    await interrupts(other);
    expect(await other.ask('m8800,4')).to.equal('00000000');
  });

  it('connections that say nothing do not keep debuggers out', async () => {
    const server = await listen({ mostClients: 3, patienceMs: 50 });
    const debugger_ = await running(server);
    const silent = await Promise.all([connect(server), connect(server)]);
    await Promise.all(silent.map(({ closed }) => closed));
    expect(debugger_.open).to.equal(true);
    expect(await (await connect(server)).ask('qAttached')).to.equal('1');
  });

  it('one steps a thread that is gone when the other lets the machine run', async () => {
    const server = await listen();
    const [one, other] = [await connect(server), await connect(server)];
    for (const client of [one, other]) await client.ask('qSupported:multiprocess+');
    one.send(encodePacket('vCont;s:p2.3'));
    await one.until(CONSOLE);
    target.contexts.pop();
    other.send(encodePacket('c'));
    await target.runs();
    await interrupts(other);
  });

  describe('on a port of the host and one of a guest', () => {
    let [host, guest]: GdbServer[] = [];
    beforeEach(async () => {
      host = await listen({ shows: ({ id }) => id === 1 });
      guest = await listen({ shows: ({ id }) => id === 2 });
    });

    it('connecting halts and holds; who resumes while the other holds is told for whom it waits', async () => {
      const onHost = await running(host!);
      await target.runs();
      const onGuest = await connect(guest!);
      expect(await onGuest.ask('?')).to.match(/^T05thread:3;/);
      expect(target.running).to.equal(false);
      await interrupts(onHost);

      onGuest.send(encodePacket('c'));
      expect(await onGuest.until(CONSOLE)).to.include(textHex(`waiting for the debugger on ${portOf(host!)}`));
      expect(target.running).to.equal(false);
      onHost.send(encodePacket('c'));
      await target.runs();
    });

    it('a breakpoint stops the machine for its owner alone, in its context alone', async () => {
      const [onHost, onGuest] = [await connect(host!), await connect(guest!)];
      expect(await onHost.ask('?')).to.match(/^T05thread:1;/);
      expect(await onGuest.ask('Z0,800c,4')).to.equal('OK');
      expect(target.inserted).to.deep.equal(['+2:800c']);
      for (const client of [onHost, onGuest]) client.send(encodePacket('c'));
      expect(await onGuest.until(STOP)).to.match(/\$T05thread:3;0f:0c800000;/);
      expect(target.running).to.equal(false);
      onGuest.send(encodePacket('c'));
      await onGuest.until(STOP);
      // The host's Ctrl-C finds the machine halted by the guest's debugger.
      await interrupts(onHost);
    });

    for (const [how, leaves] of [
      ['is killed', (client: RawClient) => client.kill()],
      ['ends', (client: RawClient) => client.end()],
      ['detaches', (client: RawClient) => client.send(encodePacket('D'))],
      ['kills what it debugs', (client: RawClient) => client.send(encodePacket('k'))],
      ['speaks HTTP of a sudden', (client: RawClient) => client.send('GET / HTTP/1.1\r\n'.repeat(500))],
    ] as const) {
      it(`the machine goes on for the guest's when the host's ${how}`, async () => {
        const [onHost, onGuest] = [await connect(host!), await connect(guest!)];
        expect(await onHost.ask('Z0,8004,4')).to.equal('OK');
        expect(await onGuest.ask('Z0,800c,4')).to.equal('OK');
        onGuest.send(encodePacket('c'));
        await onGuest.until(CONSOLE);
        leaves(onHost);
        expect(await onGuest.until(STOP)).to.match(/\$T05thread:3;0f:0c800000;/);
        expect(target.inserted).to.include('-1:8004');
      });
    }
  });
});

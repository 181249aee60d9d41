/** The stub on real loopback sockets: several clients, and clients that are no debuggers. */
import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodePacket } from '../../gdbstub/framing.ts';
import { GdbServer, Hub, type ServerOptions } from '../../gdbstub/index.ts';
import { TinyTarget } from './tiny-target.ts';

describe('the RSP server', function () {
  this.timeout(20_000);
  let target: TinyTarget;
  let server: GdbServer;
  const sockets: Socket[] = [];

  async function listen(options: Partial<ServerOptions> = {}): Promise<void> {
    target = new TinyTarget();
    server = await GdbServer.listen(new Hub(target), { port: 0, ...options });
  }

  async function open(): Promise<Socket> {
    const socket = connect(server.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** Reads until the text so far ends like this. */
  async function until(socket: Socket, end: string): Promise<string> {
    let text = '';
    while (!text.endsWith(end)) text += ((await once(socket, 'data')) as [Buffer])[0].toString('latin1');
    return text;
  }

  const closed = async (socket: Socket): Promise<void> => {
    if (!socket.closed) await once(socket.resume(), 'close');
  };

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.close();
  });

  it('listens on loopback and answers', async () => {
    await listen();
    const socket = await open();
    socket.write('$qAttached#8f');
    expect(await until(socket, '#31')).to.equal('+$1#31');
  });

  it('gives each client a session of its own', async () => {
    await listen();
    const [one, two] = [await open(), await open()];
    one.write('$QStartNoAckMode#b0');
    await until(one, '#9a');
    two.write('$qAttached#8f');
    one.write('$qAttached#8f');
    expect(await until(one, '#31')).to.equal('$1#31');
    expect(await until(two, '#31')).to.equal('+$1#31');
    expect(server.clients).to.equal(2);
  });

  it('drops a client that sends rubbish', async () => {
    await listen();
    const socket = await open();
    socket.write('GET / HTTP/1.1\r\n'.repeat(1000));
    await closed(socket);
  });

  it('closes connections beyond the most that it takes', async () => {
    await listen({ mostClients: 1 });
    const first = await open();
    first.write('$qAttached#8f');
    await until(first, '#31');
    await closed(await open());
    expect(server.clients).to.equal(1);
  });

  it('answers a flood of requests no faster than the client reads, and all of them', async () => {
    await listen();
    const socket = await open();
    socket.write('$QStartNoAckMode#b0');
    await until(socket, '#9a');
    socket.pause();
    const count = 1000;
    const request = Buffer.from(encodePacket('m8000,2000'));
    socket.write(Buffer.concat(Array<Buffer>(count).fill(request)));
    let received = 0;
    const expected = count * (0x4000 + 4);
    for await (const bytes of socket) {
      received += (bytes as Buffer).length;
      if (received >= expected) break;
    }
    expect(received).to.equal(expected);
  });

  it('drops a client that does not read, so that the machine may run', async () => {
    await listen({ patienceMs: 20 });
    const [deaf, idle] = [await open(), await open()];
    deaf.write('$qAttached#8f');
    await until(deaf, '#31');
    idle.write('$c#63');
    await once(idle, 'data');
    const running = new Promise<void>((resolve) => (target.onRun = resolve));
    deaf.pause();
    deaf.write(Buffer.concat(Array<Buffer>(2000).fill(Buffer.from(encodePacket('m8000,2000')))));
    await running;
    expect(server.clients).to.equal(1);
  });

  it('lets the machine run when its client vanishes', async () => {
    await listen();
    const socket = await open();
    socket.write(encodePacket('Z0,8000,4'));
    await until(socket, '#9a');
    expect(target.inserted).to.deep.equal(['+1:8000']);
    const running = new Promise<void>((resolve) => (target.onRun = resolve));
    socket.resetAndDestroy();
    await running;
    expect(target.inserted.at(-1)).to.equal('-1:8000');
  });

  it('close leaves neither clients nor breakpoints nor a port behind', async () => {
    await listen();
    const { port } = server;
    const socket = await open();
    socket.write(encodePacket('Z0,8000,4'));
    await until(socket, '#9a');
    await server.close();
    expect(server.clients).to.equal(0);
    expect(target.inserted.at(-1)).to.equal('-1:8000');
    const again = await GdbServer.listen(new Hub(target), { port });
    await again.close();
  });

  it('says so when the port is taken', async () => {
    await listen();
    const error = await GdbServer.listen(new Hub(target), { port: server.port }).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'EADDRINUSE');
  });
});

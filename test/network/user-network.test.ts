/** The guest's network: what a gateway answers, and TCP (RFC 9293) between the guest and the host's loopback. */
import { expect } from 'chai';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Clock } from '../../lib/clock/clock.ts';
import type { NetworkPort } from '../../lib/device/model.ts';
import {
  checksum,
  ETHERTYPE,
  FLAG,
  makeDatagram,
  makeFrame,
  makePacket,
  makeSegment,
  PROTOCOL,
  readDatagram,
  readFrame,
  readPacket,
  readSegment,
  type Segment,
} from '../../lib/network/frames.ts';
import { UserNetwork } from '../../lib/network/user-network.ts';

const GUEST = [10, 0, 2, 15];
const GATEWAY = [10, 0, 2, 2];
const GUEST_MAC = [0x52, 0x54, 0, 1, 2, 3];
const BROADCAST_MAC = Array<number>(6).fill(0xff);
const NOTHING = new Uint8Array(0);

function plugIn() {
  const clock = new Clock();
  const frames: Uint8Array[] = [];
  const port: NetworkPort = {
    linked: true,
    send: (frame) => network.take(frame),
    onFrame: (frame) => frames.push(frame),
  };
  const network = new UserNetwork(clock, port);
  const wait = (ns: number) => clock.advance(clock.now() + ns);
  const send = (type: number, payload: Uint8Array) => {
    port.send(makeFrame({ destination: BROADCAST_MAC, source: GUEST_MAC, type, payload }));
    wait(1_000_000);
  };
  const sendPacket = (protocol: number, payload: Uint8Array, destination = GATEWAY) =>
    send(ETHERTYPE.ipv4, makePacket({ source: GUEST, destination, protocol, payload }));
  /** The packets that came since the last look. */
  const packets = () => frames.splice(0).map((frame) => readPacket(readFrame(frame)!.payload)!);
  return { clock, frames, network, wait, send, sendPacket, packets };
}

describe("the guest's network", () => {
  it('ARP: the gateway has an address, others have none (RFC 826)', () => {
    const { send, frames } = plugIn();
    const request = (target: number[]) =>
      Uint8Array.of(0, 1, 8, 0, 6, 4, 0, 1, ...GUEST_MAC, ...GUEST, 0, 0, 0, 0, 0, 0, ...target);
    send(ETHERTYPE.arp, request([10, 0, 2, 99]));
    expect(frames).to.deep.equal([]);
    send(ETHERTYPE.arp, request(GATEWAY));
    const { destination, payload } = readFrame(frames[0]!)!;
    expect(destination).to.deep.equal(GUEST_MAC);
    expect([...payload.subarray(6, 8), ...payload.subarray(14, 18)]).to.deep.equal([0, 2, ...GATEWAY]);
    expect([...payload.subarray(18, 28)]).to.deep.equal([...GUEST_MAC, ...GUEST]);
  });

  it('ICMP: the gateway answers an echo request with the same bytes (RFC 792)', () => {
    const { sendPacket, packets } = plugIn();
    const request = Uint8Array.of(8, 0, 0, 0, 1, 2, 3, 4, 5, 6);
    sendPacket(PROTOCOL.icmp, request);
    const [{ payload, source } = { payload: NOTHING, source: [] }] = packets();
    expect(source).to.deep.equal(GATEWAY);
    expect([payload[0], ...payload.subarray(4)]).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
    expect(checksum(payload)).to.equal(0);
  });

  it('DHCP: offers the one address, and refuses to lease another (RFC 2131)', () => {
    const { sendPacket, packets } = plugIn();
    const ask = (kind: number, ...options: number[]) => {
      const message = new Uint8Array(300);
      message.set([1, 1, 6, 0, 9, 9, 9, 9]);
      message.set([0x63, 0x82, 0x53, 0x63, 53, 1, kind, ...options, 255], 236);
      const datagram = makeDatagram({ sourcePort: 68, destinationPort: 67, payload: message });
      sendPacket(PROTOCOL.udp, datagram, [255, 255, 255, 255]);
      return readDatagram(packets()[0]!.payload)!.payload;
    };
    const offer = ask(1);
    expect([...offer.subarray(0, 8), ...offer.subarray(16, 20)]).to.deep.equal([2, 1, 6, 0, 9, 9, 9, 9, ...GUEST]);
    expect(offer[242]).to.equal(2);
    expect(ask(3, 50, 4, ...GUEST)[242]).to.equal(5);
    expect(ask(3, 50, 4, 10, 0, 2, 77)[242]).to.equal(6);
  });

  it('what comes takes its time on the wire: 100 Mbit/s', () => {
    const { clock, network, frames } = plugIn();
    const echo = makePacket({
      source: GUEST,
      destination: GATEWAY,
      protocol: 1,
      payload: Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0),
    });
    network.take(makeFrame({ destination: BROADCAST_MAC, source: GUEST_MAC, type: ETHERTYPE.ipv4, payload: echo }));
    clock.advance(60 * 80 - 1);
    expect(frames.length).to.equal(0);
    clock.advance(60 * 80);
    expect(frames.length).to.equal(1);
  });

  it('damaged and strange frames are dropped', () => {
    const { send, frames } = plugIn();
    for (let length = 0; length < 80; length++) {
      send(
        ETHERTYPE.ipv4,
        Uint8Array.from({ length }, (_, n) => (n === 0 ? 0x45 : n)),
      );
      send(
        ETHERTYPE.arp,
        Uint8Array.from({ length }, () => 1),
      );
      send(0x86dd, new Uint8Array(length));
    }
    expect(frames).to.deep.equal([]);
  });

  describe('TCP', () => {
    let server: Server;
    let port = 0;
    const accepted: Socket[] = [];
    before(async () => {
      server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(socket));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      ({ port } = server.address() as AddressInfo);
    });
    after(() => {
      accepted.forEach((socket) => socket.destroy());
      server.close();
    });

    /** A guest by hand: it sends segments, and looks at those that come. */
    const guest = (toPort = port) => {
      const plugged = plugIn();
      const send = (segment: Partial<Segment>) =>
        plugged.sendPacket(
          PROTOCOL.tcp,
          makeSegment(
            {
              ...{ sourcePort: 4000, destinationPort: toPort, sequence: 0, acknowledgment: 0, flags: FLAG.ack },
              ...{ window: 5000, payload: NOTHING, ...segment },
            },
            GUEST,
            GATEWAY,
          ),
        );
      const segments = () => {
        plugged.wait(10_000_000);
        return plugged.packets().map(({ payload }) => readSegment(payload)!);
      };
      /** Waits for the host; bounded by the test's own time. */
      const next = async (): Promise<Segment[]> => {
        for (;;) {
          const found = segments();
          if (found.length > 0) return found;
          await new Promise<void>((resolve) => (plugged.network.onActivity = resolve));
        }
      };
      return { ...plugged, send, segments, next };
    };
    const connected = async () => {
      const it = guest();
      it.send({ flags: FLAG.syn, sequence: 99, mostSegmentBytes: 1000 });
      const [answer] = await it.next();
      it.send({ sequence: 100, acknowledgment: answer!.sequence + 1 });
      const socket = accepted.at(-1)!;
      return { ...it, socket, first: answer!.sequence + 1 };
    };

    it('a connection to the gateway is one to the same port of the loopback', async () => {
      const { send, next, network, segments } = guest();
      send({ flags: FLAG.syn, sequence: 99 });
      expect(network.busy).to.equal(true);
      const [answer] = await next();
      expect(answer).to.include({ flags: FLAG.syn | FLAG.ack, acknowledgment: 100, mostSegmentBytes: 1460 });
      network.close();
      expect([network.busy, segments()]).to.deep.equal([false, []]);
    });

    it('refuses what nobody listens on, and every other address', async () => {
      const free = createServer().listen(0, '127.0.0.1');
      await once(free, 'listening');
      const { port: unused } = free.address() as AddressInfo;
      await new Promise((resolve) => free.close(resolve));
      const one = guest(unused);
      one.send({ flags: FLAG.syn, sequence: 7 });
      expect((await one.next())[0]).to.include({ flags: FLAG.rst | FLAG.ack, acknowledgment: 8 });
      const other = guest();
      const syn = { sourcePort: 1, destinationPort: port, sequence: 7, acknowledgment: 0, flags: FLAG.syn, window: 9 };
      other.sendPacket(PROTOCOL.tcp, makeSegment({ ...syn, payload: NOTHING }, GUEST, [1, 1, 1, 1]), [1, 1, 1, 1]);
      expect(other.segments()[0]).to.include({ flags: FLAG.rst | FLAG.ack, acknowledgment: 8 });
      expect(other.network.busy).to.equal(false);
    });

    it('bytes go both ways, in segments no longer than the guest takes, within its window', async () => {
      const { send, next, segments, socket, first, network } = await connected();
      send({ sequence: 100, acknowledgment: first, flags: FLAG.ack | FLAG.psh, payload: Buffer.from('hello') });
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      expect(bytes.toString()).to.equal('hello');
      expect(segments().at(-1)).to.include({ acknowledgment: 105 });
      socket.write(Buffer.alloc(8000, 7));
      const came = await next();
      expect(came.map(({ payload }) => payload.length)).to.deep.equal([1000, 1000, 1000, 1000, 1000]);
      send({ sequence: 105, acknowledgment: first + 5000 });
      expect(segments().reduce((sum, { payload }) => sum + payload.length, 0)).to.equal(3000);
      network.close();
    });

    it('what is not acknowledged comes again, what comes twice counts once', async () => {
      const { send, next, segments, wait, socket, first, network } = await connected();
      socket.write('data');
      await next();
      wait(190_000_000);
      expect(segments().map(({ payload }) => Buffer.from(payload).toString())).to.deep.equal(['data']);
      const bytes: Buffer[] = [];
      socket.on('data', (more: Buffer) => bytes.push(more));
      send({ sequence: 100, acknowledgment: first + 4, payload: Buffer.from('abc') });
      send({ sequence: 100, acknowledgment: first + 4, payload: Buffer.from('abcd') });
      // A gap: it waits for what is missing.
      send({ sequence: 110, acknowledgment: first + 4, payload: Buffer.from('x') });
      expect(segments().at(-1)).to.include({ acknowledgment: 104 });
      while (Buffer.concat(bytes).length < 4) await once(socket, 'data');
      expect(Buffer.concat(bytes).toString()).to.equal('abcd');
      network.close();
    });

    describe('that the host begins', () => {
      /** A client of the host's, the socket that was accepted for it, and a guest that is dialled. */
      const dialled = async (isKnown = true) => {
        const client = connect(port, '127.0.0.1');
        await once(client, 'connect');
        while (accepted.at(-1)?.remotePort !== client.localPort) await once(server, 'connection');
        const it = guest();
        // Anything that it sends has its address.
        if (isKnown) it.send({ flags: FLAG.rst });
        it.network.dial(22, accepted.at(-1)!);
        return { ...it, client };
      };
      const opened = async () => {
        const it = await dialled();
        const [syn] = it.segments().slice(-1);
        const mine = { sourcePort: 22, destinationPort: syn!.sourcePort };
        const answer = { flags: FLAG.syn | FLAG.ack, sequence: 499, acknowledgment: syn!.sequence + 1 };
        it.send({ ...mine, ...answer, mostSegmentBytes: 1000 });
        return { ...it, syn: syn!, mine, answer, first: syn!.sequence + 1 };
      };

      it('asks who the guest is before it has heard of it, and begins again after the answer', async () => {
        const { frames, send, segments, wait, network, client } = await dialled(false);
        wait(1_000_000);
        const [request, early] = frames.splice(0).map((frame) => readFrame(frame)!);
        expect(request!.type).to.equal(ETHERTYPE.arp);
        expect([...request!.payload.subarray(6, 8), ...request!.payload.subarray(24, 28)]).to.deep.equal([
          0,
          1,
          ...GUEST,
        ]);
        expect([request!.destination, early!.destination]).to.deep.equal([BROADCAST_MAC, BROADCAST_MAC]);
        send({ flags: FLAG.rst });
        wait(200_000_000);
        expect(readFrame(frames.at(-1)!)!.destination).to.deep.equal(GUEST_MAC);
        expect(segments().at(-1)).to.include({
          destinationPort: 22,
          sourcePort: 49152,
          flags: FLAG.syn,
          acknowledgment: 0,
        });
        network.close();
        client.destroy();
      });

      it('bytes go both ways', async () => {
        const { send, segments, next, mine, first, network, client } = await opened();
        expect(segments()[0]).to.include({
          flags: FLAG.ack,
          sequence: first,
          acknowledgment: 500,
          destinationPort: 22,
        });
        client.write(Buffer.alloc(1500, 7));
        const came = await next();
        expect(came.map(({ payload }) => payload.length)).to.deep.equal([1000, 500]);
        send({ ...mine, sequence: 500, acknowledgment: first + 1500, payload: Buffer.from('welcome') });
        const [bytes] = (await once(client, 'data')) as [Buffer];
        expect(bytes.toString()).to.equal('welcome');
        network.close();
        client.destroy();
      });

      it("an answer that comes twice is acknowledged twice, one to something else isn't", async () => {
        const { send, segments, mine, answer, network, client } = await opened();
        segments();
        send({ ...mine, ...answer });
        expect(segments()).to.have.length(1);
        const other = await dialled();
        const [syn] = other.segments().slice(-1);
        const to = { sourcePort: 22, destinationPort: syn!.sourcePort, sequence: 9, acknowledgment: syn!.sequence };
        for (const flags of [FLAG.ack, FLAG.syn | FLAG.ack]) other.send({ ...to, flags });
        expect(other.segments()).to.deep.equal([]);
        for (const each of [network, other.network]) each.close();
        for (const each of [client, other.client]) each.destroy();
      });

      it('is over when the guest refuses it', async () => {
        const { send, segments, network, client } = await dialled();
        const [syn] = segments().slice(-1);
        const refusal = { sequence: 0, acknowledgment: syn!.sequence + 1, flags: FLAG.rst | FLAG.ack };
        client.on('error', () => {});
        send({ sourcePort: 22, destinationPort: syn!.sourcePort, ...refusal });
        await once(client, 'close');
        expect(network.busy).to.equal(false);
      });
    });

    it('both ends end, and nothing is left', async () => {
      const { send, next, socket, first, network } = await connected();
      send({ sequence: 100, acknowledgment: first, flags: FLAG.fin | FLAG.ack });
      socket.resume();
      await once(socket, 'end');
      socket.end('bye');
      let last = await next();
      while (!(last.at(-1)!.flags & FLAG.fin)) last = await next();
      send({ sequence: 101, acknowledgment: first + 4 });
      expect(network.busy).to.equal(false);
    });
  });
});

/** Acknowledgements, rubbish and random input, one session without a socket. GDB manual, Appendix E.1 and E.11. */
import { expect } from 'chai';
import fc from 'fast-check';
import { encodePacket } from '../../gdbstub/framing.ts';
import { Hub, Session } from '../../gdbstub/index.ts';
import { TinyTarget } from './tiny-target.ts';

/** A session whose output is collected as it stands on the wire. */
function connect(): { session: Session; target: TinyTarget; wire: () => string } {
  const target = new TinyTarget();
  const sent: Uint8Array[] = [];
  const session = new Session(new Hub(target), { send: (bytes) => sent.push(bytes), packetSize: 1024 });
  return { session, target, wire: () => Buffer.concat(sent.splice(0)).toString('latin1') };
}

const bytesOf = (wire: string): Buffer => Buffer.from(wire, 'latin1');

describe('an RSP session', () => {
  // GDB manual, Appendix E.1 and E.11.
  const rows: [title: string, ...exchange: [sent: string, wire: string][]][] = [
    ['acknowledges a packet, then replies', ['$qAttached#8f', '+$1#31']],
    ['asks again for a corrupt packet', ['$qAttached#90', '-'], ['$qAttached#8f', '+$1#31']],
    ['repeats a reply that arrived corrupt', ['$qAttached#8f', '+$1#31'], ['-', '$1#31'], ['+', ''], ['-', '$1#31']],
    ['has nothing to repeat at first', ['-', '']],
    [
      'stops acknowledging after QStartNoAckMode, whose own reply is acknowledged',
      ['$QStartNoAckMode#b0', '+$OK#9a'],
      ['+', ''],
      ['$qAttached#8f', '$1#31'],
      ['-', ''],
    ],
    ['answers a corrupt packet with an error in no-ack mode', ['$QStartNoAckMode#b0', '+$OK#9a'], ['$g#00', '$E01#a6']],
    ['refuses an oversized packet', [Buffer.from(encodePacket('m'.repeat(1025))).toString(), '+$E07#ac']],
    ['ignores an interrupt while it is stopped', ['\x03', ''], ['$qAttached#8f\x03', '+$1#31']],
  ];
  for (const [title, ...exchange] of rows) {
    it(title, () => {
      const { session, wire } = connect();
      for (const [sent, reply] of exchange) {
        expect(session.receive(bytesOf(sent))).to.equal(true);
        expect(wire()).to.equal(reply);
      }
    });
  }

  it('gives up on a client that sends rubbish', () => {
    const rubbish = ['GET / HTTP/1.1\r\n'.repeat(500), '-'.repeat(500), '$x#00'.repeat(5000)];
    for (const each of rubbish) {
      const { session, target } = connect();
      target.resume([]);
      expect(session.receive(bytesOf(each))).to.equal(false);
      target.slice(1);
      expect(target.running).to.equal(true);
    }
  });

  it('cuts long console output into packets', () => {
    const { session, target, wire } = connect();
    session.receive(bytesOf('$QStartNoAckMode#b0$c#63'));
    wire();
    const message = 'abcd'.repeat(1000);
    target.stop({ kind: 'signal', signal: 5, thread: { process: 1, thread: 1 }, message });
    const packets = [...wire().matchAll(/\$O([0-9a-f]*)#/g)].map(([, digits]) => digits!);
    expect(packets.every((digits) => digits.length < 1024)).to.equal(true);
    expect(Buffer.from(packets.join(''), 'hex').toString()).to.equal(`${message}\n`);
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }), (parts) => {
        const { session, target, wire } = connect();
        for (const part of parts) {
          session.receive(part);
          target.slice(3);
        }
        session.end();
        expect(wire().length).to.be.at.most(1_000_000);
      }),
    );
  });

  it('survives any packets', () => {
    const names = [
      '?',
      'g',
      'G',
      'p',
      'P',
      'm',
      'M',
      'x',
      'X',
      'c',
      's',
      'C',
      'S',
      'vCont',
      'Z0,',
      'z0,',
      'Z4,',
      'z4,',
    ];
    names.push('Hg', 'Hc', 'T', 'qC', 'D', 'k', 'R', '!', 'vRun', 'vAttach;', 'vKill;', 'qRcmd,', 'qXfer:', 'qCRC:');
    names.push(
      'qXfer:features:read:target.xml:',
      'qSearch:memory:',
      'qSupported:',
      'qThreadExtraInfo,',
      'qfThreadInfo',
    );
    const argument = fc.string({ unit: fc.constantFrom(...Array.from('018fpP.,;:=-csr+x#*')), maxLength: 20 });
    const packets = fc.array(fc.tuple(fc.constantFrom(...names), argument), { maxLength: 40 });
    fc.assert(
      fc.property(packets, (sent) => {
        const { session, target, wire } = connect();
        for (const [name, rest] of sent) {
          expect(session.receive(encodePacket(name + rest))).to.equal(true);
          target.slice(3);
        }
        session.end();
        expect(wire().length).to.be.at.most(sent.length * 4096);
      }),
      { numRuns: 500 },
    );
  });
});

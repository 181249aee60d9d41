/** The packet layer, cut at every byte. GDB manual, Appendix E.1 (Overview) and E.11 (Packet Acknowledgment). */
import { expect } from 'chai';
import fc from 'fast-check';
import { encodePacket, Framer, type Frame } from '../../gdbstub/framing.ts';

const SIZE = 16;
const packetOf = (body: string): Frame => ({ kind: 'packet', body });

// GDB manual, Appendix E.1 and E.11.
const rows: [title: string, wire: string, frames: Frame[]][] = [
  ['a packet', '$m8000,4#95', [packetOf('m8000,4')]],
  ['an empty packet', '$#00', [packetOf('')]],
  ['a checksum in capitals', '$l.l#06$l?#AB', [packetOf('l.l'), packetOf('l?')]],
  ['an acknowledged packet', '+$g#67', [{ kind: 'ack' }, packetOf('g')]],
  ['a refused packet', '-$g#67', [{ kind: 'nack' }, packetOf('g')]],
  ['two packets in one segment', '$?#3f$g#67', [packetOf('?'), packetOf('g')]],
  ['an interrupt between packets', '\x03$?#3f', [{ kind: 'interrupt' }, packetOf('?')]],
  ['the interrupt byte inside a packet, where it is data', '$X\x03#5b', [packetOf('X\x03')]],
  ['a wrong checksum', '$g#68', [{ kind: 'corrupt' }]],
  ['a checksum that is no number', '$g#6z', [{ kind: 'corrupt' }]],
  ['an escaped #', '$X0,1:}\x03#9f', [packetOf('X0,1:#')]],
  ['an escaped $', '$X}\x04#d9', [packetOf('X$')]],
  ['an escaped }', '$X}]#32', [packetOf('X}')]],
  ['an asterisk, which announces no run length in a request', '$a*b#ed', [packetOf('a*b')]],
  ['bytes above 127', '$X\xff\x80#d7', [packetOf('X\xff\x80')]],
  ['a packet begun again in its middle', '$m80$g#67', [packetOf('g')]],
  ['a body of the size advertised', '$0123456789abcdef#62', [packetOf('0123456789abcdef')]],
  ['a body one longer than advertised', '$0123456789abcdefg#c9', [{ kind: 'oversized' }]],
  ['escapes counted as they stand on the wire', '$01234567890123}\x03}\x03#d3', [{ kind: 'oversized' }]],
  ['a packet after an oversized one', '$0123456789abcdefg#c9$g#67', [{ kind: 'oversized' }, packetOf('g')]],
  ['bytes that belong to nothing', 'GE$g#67', [{ kind: 'junk' }, { kind: 'junk' }, packetOf('g')]],
];

const bytesOf = (wire: string): Buffer => Buffer.from(wire, 'latin1');

describe('RSP framing', () => {
  for (const [title, wire, frames] of rows) {
    it(`reads ${title}, wherever it is cut`, () => {
      for (let cut = 0; cut <= wire.length; cut++) {
        const framer = new Framer(SIZE);
        const parts = [wire.slice(0, cut), wire.slice(cut)].map(bytesOf);
        expect(parts.flatMap((part) => [...framer.push(part)])).to.deep.equal(frames);
      }
    });
  }

  it('writes a packet with its checksum', () => {
    expect(Buffer.from(encodePacket('OK')).toString('latin1')).to.equal('$OK#9a');
  });

  it('escapes # $ } and, in replies, *', () => {
    expect(Buffer.from(encodePacket('#$}*')).toString('latin1')).to.equal('$}\x03}\x04}]}\n#62');
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const body = Buffer.from(bytes).toString('latin1');
        expect([...new Framer(400).push(encodePacket(body))]).to.deep.equal([packetOf(body)]);
      }),
    );
  });

  it('never throws, and keeps no more of a body than the size advertised', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (parts) => {
        const framer = new Framer(SIZE);
        for (const part of parts) {
          for (const frame of framer.push(part)) {
            if (frame.kind === 'packet') expect(frame.body.length).to.be.at.most(SIZE);
          }
        }
      }),
    );
  });
});

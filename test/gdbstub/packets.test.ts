/** Every packet there is, in the ways in which a connection can spoil it. GDB manual, Appendix E.1, E.9 and E.11. */
import { expect } from 'chai';
import { commandsFor } from '../../gdbstub/commands/catalogue.ts';
import { encodePacket, Framer } from '../../gdbstub/framing.ts';
import { Hub, Session } from '../../gdbstub/index.ts';
import { samplesOf } from './packet-samples.ts';
import { BASE, TinyTarget } from './tiny-target.ts';

const PACKET_SIZE = 1024;
const CTRL_C = '\x03';

/** Executes nothing and stops as soon as it is asked, so that a conversation does not depend on when its bytes come. */
class StillTarget extends TinyTarget {
  override interrupt(): void {
    if (this.running) this.stop({ kind: 'interrupt' });
  }
}

/** What a session says to these stretches of bytes, which arrive one after the other. */
function wireOf(...parts: readonly string[]): string {
  const sent: Uint8Array[] = [];
  const session = new Session(new Hub(new StillTarget()), {
    send: (bytes) => sent.push(bytes),
    packetSize: PACKET_SIZE,
  });
  for (const part of parts) expect(session.receive(Buffer.from(part, 'latin1'))).to.equal(true);
  return Buffer.concat(sent).toString('latin1');
}

const packetOf = (body: string): string => Buffer.from(encodePacket(body)).toString('latin1');
/** The machine is halted before each sample. Afterwards Ctrl-C ends what it began, and a last packet shows the session alive. */
const [before, after] = [packetOf('?'), CTRL_C + packetOf('qAttached')];
const [alive, refused] = [packetOf('1'), packetOf('E01')];

/** The bodies of all replies. */
function repliesIn(wire: string): readonly string[] {
  const frames = [...new Framer(1 << 20).push(Buffer.from(wire, 'latin1'))];
  return frames.flatMap((frame) => (frame.kind === 'packet' ? [frame.body] : []));
}
const withoutRepetition = (bodies: readonly string[]): readonly string[] =>
  bodies.filter((body, at) => body !== bodies[at - 1]);

const greeting = wireOf(before);
const nothing = repliesIn(wireOf(before, after));

/** What holds of a packet whatever it means. */
const properties: Readonly<Record<string, (sample: string, whole: string) => void>> = {
  'is answered': (_, whole) => {
    expect(repliesIn(whole)).to.not.include('');
    expect(whole.endsWith(alive)).to.equal(true);
  },
  'means the same wherever it is cut': (sample, whole) => {
    for (let cut = 1; cut < sample.length; cut++)
      expect(wireOf(before, sample.slice(0, cut), sample.slice(cut), after)).to.equal(whole);
  },
  'does nothing when its checksum is wrong, and is asked for again or refused': (sample, whole) => {
    const damaged = `${sample.slice(0, -2)}${sample.endsWith('00') ? '01' : '00'}`;
    expect(wireOf(before, damaged, sample, after)).to.equal(`${greeting}-${whole.slice(greeting.length)}`);
    expect(repliesIn(wireOf(before, damaged, after))).to.deep.equal(nothing);
    expect(wireOf(before, packetOf('QStartNoAckMode'), damaged).endsWith(refused)).to.equal(true);
  },
  'is refused when it is too long, and the next one is answered': (sample, whole) => {
    const oversized = packetOf(`${repliesIn(sample).join()}${'0'.repeat(PACKET_SIZE)}`);
    expect(repliesIn(wireOf(before, oversized, after))).to.deep.equal([nothing[0], 'E07', ...nothing.slice(1)]);
    const then = [nothing[0], 'E07', ...repliesIn(whole).slice(1)];
    expect(repliesIn(wireOf(before, oversized, sample, after))).to.deep.equal(then);
  },
  'means the same among acknowledgements, refusals and Ctrl-C': (sample, whole) => {
    const wire = wireOf(before, `+${CTRL_C}-${sample}+-${CTRL_C}+-`, after);
    expect(withoutRepetition(repliesIn(wire))).to.deep.equal(withoutRepetition(repliesIn(whole)));
  },
};

describe('every packet', () => {
  const samples = samplesOf(commandsFor(new Hub(new StillTarget())).packets, BASE);
  for (const [property, check] of Object.entries(properties)) {
    it(property, () => {
      for (const [template, bodies] of samples) {
        for (const body of bodies) {
          const sample = packetOf(body);
          try {
            check(sample, wireOf(before, sample, after));
          } catch (failure) {
            if (failure instanceof Error) failure.message = `${template}, ${JSON.stringify(body)}: ${failure.message}`;
            throw failure;
          }
        }
      }
    });
  }
});

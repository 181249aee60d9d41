/** Random bytes for a stub: packets, packets that are almost right, nonsense, and wires that damage all of these. */
import { encodePacket } from '../../gdbstub/framing.ts';
import { Random } from '../differential/random.ts';

/** Numbers at which something ends, as packets write them. */
const EDGES = ['0', '1', '2', '7f', '80', 'ff', '100', 'ffff', '10000', '7fffffff', '80000000', 'fffffffc', 'ffffffff'];
const BEYOND = ['100000000', 'ffffffffff', '7fffffffffffffff', 'ffffffffffffffff', '1ffffffffffffffff', '-1', '', 'zz'];
const LETTERS = Array.from(';:,.=+-p0123456789abcdefxX#$}*\x00\x03\x7f\xff gGmMcCsSvVqQzZHTDkR?!');
const LONGEST_REPEAT = 20_000;

export class Storm {
  readonly #random: Random;
  readonly #samples: readonly string[];

  /** Mutates `samples`, which are bodies of packets; the same seed gives the same storm. */
  constructor(seed: string, samples: readonly string[]) {
    this.#random = new Random(seed);
    this.#samples = samples;
  }

  /** What follows on the wire: one packet, whole or not. */
  next(): Uint8Array {
    const random = this.#random;
    const kind = random.below(100);
    const body = kind < 25 ? this.#sample() : kind < 90 ? this.#mutated() : this.#nonsense();
    const bytes = encodePacket(body);
    return random.percent(12) ? this.#damaged(bytes) : bytes;
  }

  #sample(): string {
    return this.#random.pick(this.#samples);
  }

  #nonsense(): string {
    const random = this.#random;
    return Array.from({ length: random.below(40) }, () => random.pick(LETTERS)).join('');
  }

  #mutated(): string {
    let body = this.#sample();
    for (let times = 1 + this.#random.below(3); times > 0; times--) body = this.#mutate(body);
    return body;
  }

  #mutate(body: string): string {
    const random = this.#random;
    const at = random.below(body.length + 1);
    switch (random.below(7)) {
      case 0: {
        const numbers = [...body.slice(1).matchAll(/[0-9a-f]+/g)];
        if (numbers.length === 0) return body + random.pick(EDGES);
        const { index, 0: digits } = random.pick(numbers);
        return body.slice(0, index + 1) + random.pick([...EDGES, ...BEYOND]) + body.slice(index + 1 + digits.length);
      }
      case 1:
        return body.slice(0, at) + random.pick(LETTERS) + body.slice(at + 1);
      case 2:
        return body.slice(0, at) + random.pick(LETTERS) + body.slice(at);
      case 3:
        return body.slice(0, at);
      case 4:
        return body.slice(0, at) + body.slice(at + 1);
      case 5:
        return body.slice(0, at) + this.#sample().slice(random.below(4));
      default: {
        const tail = body.slice(at);
        // Seldom longer than a packet may be.
        const longest = random.below(50) === 0 ? LONGEST_REPEAT : 200;
        return body + tail.repeat(random.below(Math.ceil(longest / (tail.length + 1))));
      }
    }
  }

  #damaged(bytes: Uint8Array): Uint8Array {
    const random = this.#random;
    const at = random.below(bytes.length);
    const stray = Buffer.from(
      random.pick(['+', '-', '\x03', '\x03', '$', '#', '}', '\r\n', 'GET / HTTP/1.1\r\n', '\x00'.repeat(20)]),
    );
    switch (random.below(5)) {
      case 0:
        return Buffer.concat([bytes.subarray(0, -1), Buffer.from('g')]);
      case 1:
        return bytes.subarray(0, at);
      case 2:
        return bytes.subarray(at);
      case 3:
        return Buffer.concat([bytes.subarray(0, at), stray, bytes.subarray(at)]);
      default:
        return Buffer.concat([stray, bytes]);
    }
  }
}

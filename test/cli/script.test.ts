/** Patterns over console bytes: --until, --fail-on, --send. */
import { expect } from 'chai';
import fc from 'fast-check';
import { pattern, send } from '../../bin/arguments.ts';
import { Script, type ScriptOptions } from '../../bin/script.ts';

/** The bytes up to the one that decides, or all of them, and what the guest received at which byte. */
function play(options: ScriptOptions, text: string): { verdict: string; at: number; received: string } {
  const script = new Script(options);
  let verdict = 'none';
  let at = 0;
  let received = '';
  script.onVerdict = ({ kind }) => (verdict = kind);
  const watch = script.watch((byte) => (received += `${at}${String.fromCharCode(byte)} `));
  for (; at < text.length && verdict === 'none'; at++) watch(text.charCodeAt(at));
  return { verdict, at, received: received.trim() };
}

const until = (regex: string, untilCount = 1): ScriptOptions => ({ until: pattern(regex), untilCount });

describe('patterns over the console', () => {
  const rows: [title: string, options: ScriptOptions, text: string, verdict: string, at: number][] = [
    ['decides at the byte that completes the match', until('done'), 'all done, bye\n', 'until', 8],
    ['matches a prompt that no line end follows', until('login: $'), 'host login: ', 'until', 12],
    ['matches the last line though others came before', until('^b'), 'a\nb', 'until', 3],
    ['takes a carriage return for the end of a line', until('^b'), 'a\rb', 'until', 3],
    ['does not match across lines', until('a.*b'), 'a\nb', 'none', 3],
    ['does not see line ends', until('a\\s'), 'a\r\n', 'none', 3],
    ['begins a line after an empty one', until('^x$'), '\n\nx', 'until', 3],
    ['counts matches in one line', until('tick', 3), 'tick tick tick tick', 'until', 14],
    ['counts matches over lines', until('tick', 3), 'tick\ntick\ntick\n', 'until', 14],
    ['counts ^ once for each line', until('^t', 2), 'ttt\nt', 'until', 5],
    ['does not count the same bytes again', until('aa', 2), 'aaa', 'none', 3],
    ['counts a match by looking behind once', until('(?<=a)', 2), 'ab', 'none', 2],
    ['matches bytes of a UTF-8 character', until('ü'), Buffer.from('für').toString('latin1'), 'until', 3],
    ['ends by --fail-on', { ...until('done'), failOn: [/x/g, /panic/g] }, 'panic done', 'failOn', 5],
    ['prefers --fail-on at the same byte', { ...until('c'), failOn: [/bc/g] }, 'abc', 'failOn', 3],
  ];
  for (const [title, options, text, verdict, at] of rows)
    it(title, () => expect(play(options, text)).to.include({ verdict, at }));

  it('finds what ends a line of many thousand bytes, and keeps a bounded part of it', () => {
    expect(play(until('b$'), `${'a'.repeat(100_000)}b`)).to.include({ verdict: 'until', at: 100_001 });
  });

  it('tells which pattern of --fail-on matched', () => {
    const script = new Script({ failOn: [/a/g, /b/g] });
    let found;
    script.onVerdict = (verdict) => (found = verdict);
    script.watch(() => {})(0x62);
    expect(found).to.deep.equal({ kind: 'failOn', pattern: 'b' });
  });

  it('answers right at the byte that completes the match', () => {
    expect(play({ sends: [send('login: =>a\\n')] }, 'login: x').received).to.equal('6a 6');
  });

  it('answers in the order given, each once, and looks on behind the last answer', () => {
    const sends = [send('# =>a'), send('# =>b'), send('c=>d')];
    expect(play({ sends }, 'c # # # c c').received).to.equal('3a 5b 8d');
  });

  it('does not take an old line for the next prompt', () => {
    expect(play({ sends: [send('#=>a'), send('#=>b')] }, '#\n\n').received).to.equal('0a');
  });

  it('counts over several UARTs, each with a line of its own, and answers on the one that asked', () => {
    const script = new Script({ until: /ab/g, untilCount: 2, sends: [send('b=>x')] });
    let verdicts = 0;
    script.onVerdict = () => verdicts++;
    const received: string[] = [];
    const one = script.watch(() => received.push('one'));
    const two = script.watch((byte) => received.push(`two ${byte}`));
    one(0x61);
    two(0x62);
    expect(received).to.deep.equal(['two 120']);
    one(0x62);
    two(0x61);
    expect(verdicts).to.equal(0);
    two(0x62);
    expect(verdicts).to.equal(1);
  });

  it('finds a plain word in any console text exactly where it first ends within a line', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', '\n', 'x'), { maxLength: 60 }), (letters) => {
        const text = letters.join('');
        const found = text.indexOf('ab');
        expect(play(until('ab'), text).at).to.equal(found < 0 ? text.length : found + 2);
      }),
      { numRuns: 200 },
    );
  });
});

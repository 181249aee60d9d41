/** Virtual time: the order of events, and what the running CPU is ahead. */
import { expect } from 'chai';
import { Clock } from '../../lib/clock/clock.ts';

describe('the clock', () => {
  const record = (clock: Clock, log: string[], name: string) =>
    clock.event(name, () => void log.push(`${name}@${clock.now()}`));

  it('runs what is due in order of time, then of creation, each at its own time', () => {
    const clock = new Clock();
    const log: string[] = [];
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => record(clock, log, name));
    c!.schedule(20);
    b!.schedule(10);
    a!.schedule(20);
    d!.schedule(31);
    clock.advance(30);
    expect(log).to.deep.equal(['b@10', 'a@20', 'c@20']);
    expect([clock.now(), clock.nextDue()]).to.deep.equal([30, 31]);
  });

  it('runs an event again that arms itself inside the step', () => {
    const clock = new Clock();
    let runs = 0;
    const tick = clock.event('tick', () => {
      runs++;
      tick.schedule(clock.now() + 10);
    });
    tick.schedule(10);
    clock.advance(45);
    expect([runs, tick.dueNs]).to.deep.equal([4, 50]);
  });

  it('moves an event that is scheduled again, and forgets a cancelled one', () => {
    const clock = new Clock();
    const log: string[] = [];
    const [a, b] = [record(clock, log, 'a'), record(clock, log, 'b')];
    a.schedule(10);
    a.schedule(30);
    b.schedule(20);
    b.cancel();
    expect(clock.pending()).to.deep.equal([{ name: 'a', dueNs: 30 }]);
    clock.advance(100);
    expect(log).to.deep.equal(['a@30']);
  });

  it('adds what the running CPU is ahead, and tells it of an earlier event', () => {
    const clock = new Clock();
    let told = 0;
    clock.elapsed = () => 7;
    clock.onEarlier = () => {
      told++;
    };
    clock.advance(100);
    expect(clock.now()).to.equal(107);
    const [late, early] = [clock.event('late', () => {}), clock.event('early', () => {})];
    late.schedule(300);
    early.schedule(200);
    late.schedule(400);
    expect(told).to.equal(2);
  });

  it('runs an event that was due in the past at the present, not before', () => {
    const clock = new Clock();
    const log: string[] = [];
    clock.advance(100);
    record(clock, log, 'late').schedule(50);
    clock.advance(100);
    expect(log).to.deep.equal(['late@100']);
  });

  it('refuses to go back', () => {
    const clock = new Clock();
    clock.advance(10);
    expect(() => clock.advance(9)).to.throw(RangeError);
  });

  it('forgets events and time at reset', () => {
    const clock = new Clock();
    clock.event('a', () => {}).schedule(5);
    clock.advance(2);
    clock.reset();
    expect([clock.now(), clock.nextDue()]).to.deep.equal([0, Infinity]);
  });
});

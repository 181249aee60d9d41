/** Running, stepping and stopping, for one client and for several. GDB manual, Appendix E.2 and E.3. */
import { expect } from 'chai';
import { Hub } from '../../gdbstub/index.ts';
import { OFFERS, TestClient } from './client.ts';
import { branch, COUNT, NOP, TinyTarget } from './tiny-target.ts';

/** A loop of four instructions at 0x8000. */
const PROGRAM = [NOP, COUNT, NOP, branch(-3)];

function machine(): { target: TinyTarget; hub: Hub; client: (port?: number, offers?: string) => TestClient } {
  const target = new TinyTarget([[1, 2], [3]]);
  target.load(0x8000, PROGRAM);
  const hub = new Hub(target);
  return {
    target,
    hub,
    client: (port = 1234, offers = OFFERS) => {
      const client = new TestClient(hub, { label: `port ${port}` });
      client.ask(offers);
      client.ask('?');
      return client;
    },
  };
}

/** A stop reply without the registers. */
const stopOf = (reply: string): string => reply.replace(/0f:.*$/, '');
const pcOf = (reply: string): number => Buffer.from(/0f:(\w+);/.exec(reply)![1]!, 'hex').readUInt32LE();

describe('resuming with RSP', () => {
  it('continues to a breakpoint, which is reported to the client that set it', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('Z0,800c,4');
    expect(gdb.ask('vCont;c:p1.-1')).to.equal('');
    expect(target.running).to.equal(true);
    target.slice(100);
    expect(gdb.taken()).to.equal('T05swbreak:;thread:p1.1;0f:0c800000;19:d3010000;');
    expect(gdb.ask('p0')).to.equal('01000000');
  });

  for (const [packet, reason] of [
    ['Z0,800c,4', 'swbreak:;'],
    ['Z1,800c,4', 'hwbreak:;'],
  ] as const) {
    it(`says ${reason} for ${packet}, only to a client that knows the word`, () => {
      for (const [offers, said] of [
        [OFFERS, `${reason}thread:p1.1;`],
        ['qSupported', 'thread:1;'],
      ] as const) {
        const { target, client } = machine();
        const gdb = client(1234, offers);
        gdb.ask(packet);
        gdb.ask('c');
        target.slice(100);
        expect(stopOf(gdb.taken())).to.equal(`T05${said}`);
      }
    });
  }

  it('steps the thread that vCont names while the others run', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('vCont;s:p1.2;c:p1.-1');
    target.slice(100);
    const reply = gdb.taken();
    expect(stopOf(reply)).to.equal('T05thread:p1.2;');
    expect(pcOf(reply)).to.equal(0x8004);
    expect(target.cpu(1).pc).to.equal(0x8004);
  });

  it('takes the leftmost action for each thread', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('vCont;c:p1.1;s:p1.-1');
    target.slice(100);
    expect(stopOf(gdb.taken())).to.equal('T05thread:p1.2;');
  });

  it('steps over a range', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('vCont;r8000,800c:p1.1;c');
    target.slice(100);
    expect(pcOf(gdb.taken())).to.equal(0x800c);
  });

  const plain: [packet: string, pc: number][] = [
    ['s', 0x8004],
    ['s8008', 0x800c],
    ['S05', 0x8004],
    ['S05;8008', 0x800c],
    ['vCont;S05:1', 0x8004],
  ];
  for (const [packet, pc] of plain) {
    it(`steps by ${packet}`, () => {
      const { target, client } = machine();
      const gdb = client(1234, 'qSupported');
      gdb.ask(packet);
      target.slice(100);
      expect(pcOf(gdb.taken())).to.equal(pc);
    });
  }

  for (const packet of ['c', 'c8008', 'C05', 'C05;8008', 'vCont;c', 'vCont;C05:-1']) {
    it(`continues by ${packet}`, () => {
      const { target, client } = machine();
      const gdb = client(1234, 'qSupported');
      gdb.ask('Z0,800c,4');
      gdb.ask(packet);
      target.slice(100);
      expect(pcOf(gdb.taken())).to.equal(0x800c);
    });
  }

  it('steps the thread of Hc', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('Hcp1.2');
    gdb.ask('s');
    target.slice(100);
    expect(stopOf(gdb.taken())).to.equal('T05thread:p1.2;');
  });

  it('Ctrl-C stops and names the thread that this client resumed last', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('vCont;c:p1.2;c');
    target.slice(10);
    expect(gdb.interrupt()).to.equal('');
    target.slice(10);
    expect(stopOf(gdb.taken())).to.equal('T02thread:p1.2;');
    expect(gdb.ask('qC')).to.equal('QCp1.2');
    expect(gdb.interrupt()).to.equal('');
    expect(target.running).to.equal(false);
  });

  it('the thread of a stop reply is the general thread from then on', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('Hgp1.1');
    gdb.ask('vCont;s:p2.3;c');
    target.slice(10);
    gdb.taken();
    expect(gdb.ask('qC')).to.equal('QCp2.3');
  });

  it('a watchpoint is reported by the kind that the client set', () => {
    const rows: [set: string, write: boolean, reply: string][] = [
      ['Z2,9000,4', true, 'T05watch:9002;thread:p1.1;'],
      ['Z3,9000,4', false, 'T05rwatch:9002;thread:p1.1;'],
      ['Z4,9000,4', true, 'T05awatch:9002;thread:p1.1;'],
      ['Z4,9000,4', false, 'T05awatch:9002;thread:p1.1;'],
    ];
    for (const [set, write, reply] of rows) {
      const { target, client } = machine();
      const gdb = client();
      gdb.ask(set);
      gdb.ask('c');
      target.stop({ kind: 'watchpoint', thread: { process: 1, thread: 1 }, address: 0x9002, write });
      expect(stopOf(gdb.taken())).to.equal(reply);
    }
  });

  it('other stops come with a line of console output that says why', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('c');
    target.stop({ kind: 'signal', signal: 5, thread: { process: 1, thread: 2 }, message: 'exit from guest 1' });
    expect(stopOf(gdb.taken())).to.equal('"exit from guest 1" T05thread:p1.2;');
  });

  it('a stop that several have asked for is told to each in its own words, and to nobody else', () => {
    const { target, hub } = machine();
    const [one, other, third] = [1, 2, 3].map((port) => new TestClient(hub, { label: `port ${port}` }));
    const owners: object[] = [];
    const { join } = hub;
    hub.join = (client) => {
      owners.push(client);
      join.call(hub, client);
    };
    for (const each of [one!, other!, third!]) {
      each.ask(OFFERS);
      each.ask('?');
    }
    for (const each of [one!, other!, third!]) each.ask('c');
    const stop = { kind: 'signal', signal: 5, thread: { process: 1, thread: 1 } } as const;
    target.stop({
      ...{ ...stop, message: 'catch 1', client: owners[0]! },
      also: [{ ...stop, thread: { process: 1, thread: 2 }, message: 'catch 2', client: owners[1]! }],
    });
    expect(stopOf(one!.taken())).to.equal('"catch 1" T05thread:p1.1;');
    expect(stopOf(other!.taken())).to.equal('"catch 2" T05thread:p1.2;');
    expect(third!.taken()).to.equal('');
  });

  it('power off is told as an exit, and again to whoever resumes', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('c');
    target.stop({ kind: 'exited', status: 0 });
    expect(gdb.taken()).to.equal('W00;process:1');
    expect(gdb.ask('c')).to.equal('W00;process:1');
    expect(target.running).to.equal(false);
    expect(stopOf(gdb.ask('vRun;'))).to.equal('T05thread:p1.1;');
    expect(gdb.ask('c')).to.equal('');
    expect(target.running).to.equal(true);
  });
});

describe('several RSP clients', () => {
  it('the first packet of a client halts a running machine, a connection alone does not', () => {
    const { target, hub } = machine();
    target.resume([]);
    const gdb = new TestClient(hub);
    target.slice(5);
    expect(target.running).to.equal(true);
    gdb.ask(OFFERS);
    expect(gdb.ask('?')).to.equal('');
    target.slice(5);
    expect(target.running).to.equal(false);
    expect(stopOf(gdb.taken())).to.equal('T05thread:p1.1;');
  });

  it('the machine runs when no client holds it', () => {
    const { target, client } = machine();
    const [one, two] = [client(1234), client(1235)];
    expect(one.ask('vCont;c')).to.equal('"waiting for the debugger on port 1235"');
    expect(target.running).to.equal(false);
    expect(two.ask('vCont;c')).to.equal('');
    expect(target.running).to.equal(true);
  });

  it('a stop goes to the owner of the breakpoint, to each that set it', () => {
    const { target, client } = machine();
    const [one, two, three] = [client(1), client(2), client(3)];
    one.ask('Z0,8008,4');
    two.ask('Z1,8008,4');
    three.ask('Z0,800c,4');
    expect(target.inserted).to.deep.equal(['+1:8008', '+1:800c']);
    for (const each of [one, two, three]) each.ask('vCont;c');
    for (const each of [one, two, three]) each.taken();
    target.slice(100);
    expect(stopOf(one.taken())).to.equal('T05swbreak:;thread:p1.1;');
    expect(stopOf(two.taken())).to.equal('T05hwbreak:;thread:p1.1;');
    expect(three.taken()).to.equal('');
    one.ask('z0,8008,4');
    expect(target.inserted).to.have.length(2);
    two.ask('z1,8008,4');
    expect(target.inserted.at(-1)).to.equal('-1:8008');
  });

  it('a breakpoint in one process does not stop another', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('Hgp2.3');
    gdb.ask('Z0,8008,4');
    gdb.ask('vCont;c');
    target.slice(100);
    expect(stopOf(gdb.taken())).to.equal('T05swbreak:;thread:p2.3;');
  });

  it('a step goes on when another client stopped the machine meanwhile', () => {
    const { target, client } = machine();
    const [one, two] = [client(1), client(2)];
    two.ask('Z0,8008,4');
    two.ask('vCont;c');
    one.ask('vCont;r8000,9000:p1.2;c');
    two.taken();
    target.slice(100);
    expect(one.taken()).to.equal('');
    expect(stopOf(two.taken())).to.equal('T05swbreak:;thread:p1.1;');
    two.ask('z0,8008,4');
    target.cpu(2).pc = 0x8ffc;
    two.ask('vCont;c');
    target.slice(1);
    expect(stopOf(one.taken())).to.equal('T05thread:p1.2;');
  });

  it('Ctrl-C stops for the client that pressed it, at once if the machine stands still', () => {
    const { target, client } = machine();
    const [one, two] = [client(1), client(2)];
    one.ask('vCont;c');
    expect(stopOf(one.interrupt())).to.equal('T02thread:p1.1;');
    one.ask('vCont;c');
    two.ask('vCont;c');
    one.interrupt();
    target.slice(1);
    expect(stopOf(one.taken())).to.equal('T02thread:p1.1;');
    expect(two.taken()).to.equal('');
  });

  it('reset is told to all', () => {
    const { client } = machine();
    const [one, two] = [client(1), client(2)];
    one.ask('vCont;c');
    expect(stopOf(two.ask('vRun;'))).to.equal('T05thread:p1.1;');
    expect(stopOf(one.taken())).to.equal('T05thread:p1.1;');
  });

  it('a client that has gone takes its breakpoints and its hold with it', () => {
    const { target, client } = machine();
    const [one, two] = [client(1), client(2)];
    one.ask('Z0,8008,4');
    one.ask('Z2,9000,4');
    two.ask('vCont;c');
    expect(target.running).to.equal(false);
    one.session.end();
    one.session.end();
    expect(target.inserted.slice(2)).to.deep.equal(['-1:8008', '-1:write:9000:4']);
    expect(target.running).to.equal(true);
    expect(one.session.receive(Buffer.from('$g#67'))).to.equal(false);
  });

  it('D of one process keeps the hold, D of the last lets the machine run', () => {
    for (const [first, last] of [
      ['D;1', 'D;2'],
      ['vKill;2', 'vKill;1'],
    ] as const) {
      const { target, client } = machine();
      const gdb = client();
      gdb.ask('Hgp2.3');
      gdb.ask('Z0,8008,4');
      expect(gdb.ask(first)).to.equal('OK');
      expect(target.running).to.equal(false);
      expect(gdb.ask(last)).to.equal('OK');
      expect(target.running).to.equal(true);
      expect(target.inserted.at(-1)).to.equal('-2:8008');
      gdb.interrupt();
      target.slice(10);
      expect(gdb.taken()).to.equal('');
      expect(target.running).to.equal(true);
      expect(gdb.ask('vAttach;2')).to.equal('');
      target.slice(10);
      expect(stopOf(gdb.taken())).to.equal('T05thread:p2.3;');
    }
  });

  for (const packet of ['D', 'k']) {
    it(`${packet} lets everything go`, () => {
      const { target, client } = machine();
      const gdb = client();
      gdb.ask('Z0,8008,4');
      gdb.ask(packet);
      expect(target.running).to.equal(true);
      expect(target.inserted).to.deep.equal(['+1:8008', '-1:8008']);
    });
  }

  it('a machine that was asked to stop runs on when the client that asked has gone', () => {
    const { target, client } = machine();
    const [one, two] = [client(1), client(2)];
    one.ask('vCont;c');
    two.ask('vCont;c');
    one.interrupt();
    one.session.end();
    target.slice(10);
    expect(two.taken()).to.equal('');
    expect(target.running).to.equal(true);
  });

  it('a target that stops by itself is told to all', () => {
    const { target, client } = machine();
    const gdb = client();
    gdb.ask('vCont;c');
    target.stop({ kind: 'interrupt' });
    expect(stopOf(gdb.taken())).to.equal('T02thread:p1.1;');
  });
});

/** Every packet but the resuming ones, over a tiny target. GDB manual, Appendix E.2 and E.4. */
import { expect } from 'chai';
import { Hub, type Target } from '../../gdbstub/index.ts';
import { packet } from '../../gdbstub/packet.ts';
import { OFFERS, TestClient } from './client.ts';
import { branch, COUNT, NOP, TinyTarget } from './tiny-target.ts';

const hex = (text: string): string => Buffer.from(text).toString('hex');
const word = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
};
const PROGRAM = [NOP, COUNT, NOP, branch(-3)];
const zeros = (words: number): string => '00000000'.repeat(words);
const at = (pc: number): string => `0f:${word(pc)};19:d3010000;`;

/** Two contexts: p1 with threads 1 and 2, p2 with thread 3. */
function connect(offers = OFFERS): { target: TinyTarget; client: TestClient; hub: Hub } {
  const target = new TinyTarget([[1, 2], [3]]);
  target.load(0x8000, PROGRAM);
  const hub = new Hub(target);
  const client = new TestClient(hub);
  client.ask(offers);
  return { target, client, hub };
}

/** Each row is one connection: packets and their replies in turn. */
const rows: [title: string, ...exchange: [packet: string, reply: string][]][] = [
  ['an unknown packet gets the empty reply', ['vMustReplyEmpty', ''], ['qTStatus', ''], ['', '']],
  ['a packet of a known kind with the wrong form gets the empty reply', ['m8000', ''], ['Z0', ''], ['g1', '']],

  ['? names a thread', ['?', `T05thread:p1.1;${at(0x8000)}`]],
  ['qC names the current thread', ['qC', 'QCp1.1']],
  ['qfThreadInfo lists the threads of all processes', ['qfThreadInfo', 'mp1.1,p1.2,p2.3'], ['qsThreadInfo', 'l']],
  ['qThreadExtraInfo describes a thread', ['qThreadExtraInfo,p1.2', hex('cpu1 svc')]],
  ['T asks whether a thread is alive', ['Tp1.2', 'OK'], ['Tp1.3', 'E03'], ['Tp2.3', 'OK']],
  ['H selects', ['Hgp1.2', 'OK'], ['qC', 'QCp1.2'], ['Hgp2.0', 'OK'], ['qC', 'QCp2.3']],
  ['H refuses a thread that is not there', ['Hgp3.0', 'E03'], ['Hgp1.7', 'E03'], ['Hcp9.9', 'E03']],
  [
    'Hgp0.0 and Hg0 mean the thread that is current',
    ['Hgp1.2', 'OK'],
    ['Hgp0.0', 'OK'],
    ['Hg0', 'OK'],
    ['qC', 'QCp1.2'],
  ],
  ['Hg with another process does not keep the thread', ['Hgp1.2', 'OK'], ['Hgp2.-1', 'OK'], ['qC', 'QCp2.3']],
  ['qAttached is 1', ['qAttached', '1'], ['qAttached:1', '1']],

  ['g has the legacy layout until the description is read', ['g', `${zeros(15)}00800000${zeros(25)}d3010000`]],
  [
    'G takes the legacy layout',
    ['G' + `${word(7)}${zeros(14)}00900000${zeros(25)}10000000`, 'OK'],
    ['p0', word(7)],
    ['pf', '00900000'],
    ['p19', '10000000'],
    ['G00', 'E16'],
  ],
  [
    'G leaves registers given as x alone',
    ['P1=11223344', 'OK'],
    ['G' + `${word(7)}xxxxxxxx${zeros(13)}00900000${zeros(25)}10000000`, 'OK'],
    ['p1', '11223344'],
  ],
  ['p and P take one register', ['P2=78563412', 'OK'], ['p2', '78563412'], ['P2=00', 'E16'], ['P2=0', 'E16']],
  [
    'system registers are numbered from 26',
    ['P1a=01000000', 'OK'],
    ['p1a', '01000000'],
    ['p4d', 'E16'],
    ['p10', 'E16'],
  ],
  ['an unavailable register reads as x', ['p1b', 'xxxxxxxxxxxxxxxx'], ['P1b=0000000000000000', 'E16']],
  [
    'registers are those of the selected thread',
    ['Hgp2.3', 'OK'],
    ['P0=05000000', 'OK'],
    ['Hgp1.1', 'OK'],
    ['p0', zeros(1)],
  ],

  ['m reads memory', ['m8000,4', '0000a0e1'], ['m8003,1', 'e1'], ['m8000,0', '']],
  ['m reads up to the first fault', ['m17ffe,8', '0000'], ['m18000,4', 'E0e'], ['m7fff,4', 'E0e']],
  ['m stays inside 32 bits', ['mffffffff,4', 'E0e'], ['m100000000,1', 'E0e'], ['mffffffffffffffff,1', 'E0e']],
  ['M writes memory', ['M9000,2:abcd', 'OK'], ['m9000,4', 'abcd0000'], ['M9000,2:ab', 'E16'], ['M17fff,2:abcd', 'E0e']],
  ['X writes memory', ['X9000,0:', 'OK'], ['X9000,3:#*}', 'OK'], ['m9000,4', '232a7d00'], ['X9000,4:#', 'E16']],
  ['x reads memory in binary', ['X9000,3:#*}', 'OK'], ['x9000,4', 'b#*}\0'], ['x18000,4', 'E0e'], ['x9000,0', 'b']],
  [
    'qCRC computes the checksum of compare-sections',
    ['M9000,9:313233343536373839', 'OK'],
    ['qCRC:9000,9', 'C376e6e7'],
    ['qCRC:7000,9', 'E0e'],
  ],
  [
    'qSearch finds bytes',
    ['X9000,4:a;b,', 'OK'],
    ['qSearch:memory:8000;8000;;b', '1,9001'],
    ['qSearch:memory:9002;100;;b', '0'],
    ['qSearch:memory:9002;10000;;b', 'E0e'],
    ['qSearch:memory:9002;100;', 'E16'],
  ],

  [
    'Z and z for every kind',
    ...[0, 1, 2, 3, 4].flatMap((n): [string, string][] => [
      [`Z${n},8004,4`, 'OK'],
      [`z${n},8004,4`, 'OK'],
    ]),
  ],
  [
    'Z with a kind or a condition that is not supported gets the empty reply',
    ['Z5,8004,4', ''],
    ['Z0,8004,4;X1,22', ''],
  ],
  ['Z passes on what the target refuses', ['Z0,8001,4', 'E16'], ['Z0,100000000,4', 'E0e']],
  ['z for a breakpoint that is not there changes nothing', ['z0,8004,4', 'OK']],

  ['vCont? lists c C s S, or gdb would not use them', ['vCont?', 'vCont;c;C;s;S;r']],
  [
    'vCont refuses what it does not know',
    ['vCont;t', 'E16'],
    ['vCont;s:px', 'E16'],
    ['vCont;s:p9.1', 'E03'],
    ['vCont', 'E16'],
  ],

  ['qRcmd prints', ['Hgp1.2', 'OK'], [`qRcmd,${hex('where')}`, '"thread 1.2" OK']],
  ['qRcmd reports a mistake', [`qRcmd,${hex('who')}`, '"no command "who"" E16'], ['qRcmd,1', 'E16']],

  [
    'qXfer:exec-file names the program of each context',
    ['qXfer:exec-file:read:1:0,100', 'l/srv/tiny.elf'],
    ['qXfer:exec-file:read::0,100', 'l/srv/tiny.elf'],
    ['qXfer:exec-file:read:2:0,100', 'E00'],
  ],
  [
    'qXfer reads in pieces',
    ['qXfer:exec-file:read:1:0,4', 'm/srv'],
    ['qXfer:exec-file:read:1:4,100', 'l/tiny.elf'],
    ['qXfer:exec-file:read:1:400,4', 'l'],
  ],
  ['qXfer:memory-map is empty for guests', ['Hgp2.0', 'OK'], ['qXfer:memory-map:read::0,1000', 'l']],
  [
    'qXfer with an unknown annex or object',
    ['qXfer:features:read:foo.xml:0,100', 'E00'],
    ['qXfer:osdata:read:foo:0,100', 'E00'],
    ['qXfer:auxv:read::0,100', ''],
  ],

  ['! keeps the connection', ['!', 'OK']],
  ['R resets and has no reply', ['Pf=00900000', 'OK'], ['R00', ''], ['pf', '00800000']],
  ['vRun resets and replies with a stop', ['Pf=00900000', 'OK'], ['vRun;', `T05thread:p1.1;${at(0x8000)}`]],
  [
    'vAttach halts and makes the process current',
    ['vAttach;2', `T05thread:p2.3;${at(0x8000)}`],
    ['qC', 'QCp2.3'],
    ['vAttach;9', 'E03'],
  ],
  ['D and vKill of a process that is not there', ['D;9', 'E03'], ['vKill;9', 'E03']],
  [
    'a process that was let go is not listed until it is attached again',
    ['D;1', 'OK'],
    ['qfThreadInfo', 'mp2.3'],
    ['Hgp1.1', 'E03'],
    ['D;1', 'E03'],
    ['vAttach;1', `T05thread:p1.1;${at(0x8000)}`],
    ['qfThreadInfo', 'mp1.1,p1.2,p2.3'],
  ],
  ['k has no reply', ['k', '']],
];

describe('RSP packets', () => {
  for (const [title, ...exchange] of rows) {
    it(title, () => {
      const { client } = connect();
      for (const [sent, reply] of exchange) expect(client.ask(sent), sent).to.equal(reply);
    });
  }

  it('a misspelt field or kind in a template does not compile', () => {
    // @ts-expect-error -- there is no field `len`
    packet('m{address:hex},{length:hex}', '', (_, { len }) => String(len));
    // @ts-expect-error -- there is no kind `heks`
    const misspelt = (): unknown => packet('m{address:heks}', '', () => '');
    expect(misspelt).to.be.a('function');
  });

  it('qSupported lists what works, and what the client can use', () => {
    const { client } = connect();
    expect(client.ask('qSupported')).to.equal(
      'PacketSize=4000;QStartNoAckMode+;binary-upload+;vContSupported+;qXfer:features:read+;qXfer:threads:read+;' +
        'qXfer:osdata:read+;qXfer:memory-map:read+;qXfer:exec-file:read+',
    );
    expect(client.ask('qSupported:multiprocess+;swbreak+;xmlRegisters=i386;error-message+')).to.include(
      ';multiprocess+;error-message+;binary-upload+;vContSupported+;swbreak+;',
    );
  });

  it('a target without optional members has their packets neither advertised nor answered', () => {
    const { contexts } = new TinyTarget();
    const target: Target = { contexts, running: false, resume() {}, interrupt() {}, onStop() {} };
    const client = new TestClient(new Hub(target));
    expect(client.ask('qSupported:swbreak+;hwbreak+')).to.equal(
      'PacketSize=4000;QStartNoAckMode+;binary-upload+;vContSupported+;qXfer:features:read+;qXfer:threads:read+;' +
        'qXfer:osdata:read+',
    );
    for (const packet of ['Z0,8000,4', 'Z2,8000,4', 'qRcmd,00', 'R00', 'vRun;', 'qXfer:memory-map:read::0,100']) {
      expect(client.ask(packet), packet).to.equal('');
    }
  });

  it('without the multiprocess extension only the first context is there', () => {
    const { client } = connect('qSupported:swbreak+');
    expect(client.ask('?')).to.equal(`T05thread:1;${at(0x8000)}`);
    expect(client.ask('qfThreadInfo')).to.equal('m1,2');
    expect(client.ask('Hg2')).to.equal('OK');
    expect(client.ask('qC')).to.equal('QC2');
    expect(client.ask('Hg3')).to.equal('E03');
  });

  it('a client may be shown one context only', () => {
    const { hub } = connect();
    const guest = new TestClient(hub, { shows: ({ id }) => id === 2 });
    expect(guest.ask('?')).to.equal(`T05thread:3;${at(0x8000)}`);
    expect(guest.ask('qfThreadInfo')).to.equal('m3');
  });

  it('a client may be shown a context that is not there yet', () => {
    const { hub } = connect();
    const guest = new TestClient(hub, { shows: ({ id }) => id === 5 });
    guest.ask(OFFERS);
    for (const packet of ['?', 'g', 'qC', 'm8000,4']) expect(guest.ask(packet)).to.equal('E03');
    expect(guest.ask('qfThreadInfo')).to.equal('l');
  });

  it('g follows the description once this client has read it, for that process, until D', () => {
    const { client } = connect();
    const described = `${zeros(15)}00800000d3010000`;
    const legacy = `${zeros(15)}00800000${zeros(25)}d3010000`;
    client.ask('qXfer:features:read:target.xml:0,4000');
    expect(client.ask('g')).to.equal(described);
    expect(client.ask(`G${described}`)).to.equal('OK');
    client.ask('Hgp2.0');
    expect(client.ask('g')).to.equal(legacy);
    client.ask('D;1');
    client.ask('vAttach;1');
    expect(client.ask('g')).to.equal(legacy);
  });

  it('the description has features, flags with fields, and the numbers of p', () => {
    const { client } = connect();
    const xml = client.ask('qXfer:features:read:target.xml:0,4000');
    expect(xml).to.match(/^l<\?xml/);
    expect(xml).to.include('<architecture>arm</architecture>');
    expect(xml).to.include('<feature name="org.gnu.gdb.arm.core">');
    expect(xml).to.include(
      '<flags id="psr" size="4"><field name="M" start="0" end="4" type="uint32"/><field name="T" start="5" end="5" type="bool"/>',
    );
    expect(xml).to.include('<reg name="cpsr" bitsize="32" type="psr" regnum="25"/>');
    expect(xml).to.include('<reg name="vttbr" bitsize="64" type="uint64" regnum="27" group="system"/>');
  });

  it('the thread list, the memory map and the tables are XML', () => {
    const { client } = connect();
    expect(client.ask('qXfer:threads:read::0,1000')).to.include('<thread id="p1.2" core="1" name="cpu1">svc</thread>');
    expect(client.ask('qXfer:memory-map:read::0,1000')).to.include(
      '<memory type="flash" start="0xffff0000" length="0x10000"><property name="blocksize">0x1000</property></memory>',
    );
    expect(client.ask('qXfer:osdata:read::0,1000')).to.include('<column name="Type">stage2</column>');
    expect(client.ask('qXfer:osdata:read:stage2:0,1000')).to.include(
      '<column name="base">0x&#60;80000000&#62;</column>',
    );
    expect(client.ask('qXfer:osdata:read:processes:0,1000')).to.include('<column name="command">guest 1</column>');
  });

  it('errors have a text for a client that takes it', () => {
    const { client } = connect(`${OFFERS};error-message+`);
    expect(client.ask('m0,4')).to.equal('E.nothing mapped');
    expect(client.ask(`qRcmd,${hex('who')}`)).to.equal('"no command "who"" E16');
  });

  it('replies keep to the packet size', () => {
    const { hub } = connect();
    const client = new TestClient(hub, { packetSize: 256 });
    expect(client.ask('qSupported')).to.match(/^PacketSize=100;/);
    for (const packet of ['m8000,1000', 'x8000,1000', 'qXfer:features:read:target.xml:0,1000']) {
      expect(client.ask(packet).length, packet).to.be.within(100, 256);
    }
  });

  it('a list of threads takes as many replies as it needs', () => {
    const target = new TinyTarget([Array.from({ length: 100 }, (_, n) => n + 1)]);
    const client = new TestClient(new Hub(target), { packetSize: 256 });
    client.ask(OFFERS);
    let names = client.ask('qfThreadInfo').slice(1).split(',');
    for (let reply = client.ask('qsThreadInfo'); reply !== 'l'; reply = client.ask('qsThreadInfo')) {
      names = [...names, ...reply.slice(1).split(',')];
    }
    expect(names).to.have.length(100);
    expect(names.at(-1)).to.equal('p1.64');
  });
});

/** The small languages of the options. */
import { expect } from 'chai';
import * as read from '../../bin/arguments.ts';

const wrong = (parse: (text: string) => unknown, ...texts: string[]): void => {
  for (const text of texts) expect(() => parse(text), text).to.throw(/\.$/);
};

describe('the arguments of options', () => {
  it('reads sizes, counts and seconds', () => {
    expect(read.size('512MiB')).to.equal(512 * 2 ** 20);
    expect(read.size('0x8000_0000')).to.equal(2 ** 31);
    expect(read.count('4')).to.equal(4);
    expect(read.count('1_000_000')).to.equal(1_000_000);
    expect(read.seconds('0.5')).to.equal(0.5);
    wrong(read.size, '2GB', 'much', '-1', '');
    wrong(read.count, '0', '-1', '1.5', 'x', '');
    wrong(read.seconds, '0', '-1', '1e3', 'x', '', '.');
  });

  it('refuses patterns that are wrong or match nothing', () => {
    expect(read.pattern('a|b').flags).to.equal('g');
    wrong(read.pattern, '');
    for (const text of ['a*', '^', '$', 'a|', '(', '[']) expect(() => read.pattern(text), text).to.throw();
  });

  it('reads what to send', () => {
    const { after, bytes } = read.send('login: $=>root\\r\\x1b\\\\ü\\0=>\\e');
    expect(after.source).to.equal('login: $');
    expect(Buffer.from(bytes).toString('latin1')).to.equal('root\r\x1b\\\xc3\xbc\0=>\x1b');
    expect(read.send('a=>').bytes).to.have.length(0);
    wrong(read.send, 'a', '=>b', 'a=>\\q', 'a=>b\\', '*=>b', 'a=>\\x1');
  });

  it('reads files to load, an address behind the last @', () => {
    expect(read.load('a.elf')).to.deep.equal({ file: 'a.elf' });
    expect(read.load('a.bin@0x8000_0000')).to.deep.equal({ file: 'a.bin', address: 0x80000000 });
    expect(read.load('a@b@16')).to.deep.equal({ file: 'a@b', address: 16 });
    expect(read.load('a@b')).to.deep.equal({ file: 'a@b' });
    wrong(read.load, 'a@0xfg', 'a@12q');
  });

  it('reads end points, on this machine alone unless another address is named', () => {
    expect(read.endPoint('1234')).to.deep.equal({ host: '127.0.0.1', port: 1234 });
    expect(read.endPoint(':1234')).to.deep.equal({ host: '127.0.0.1', port: 1234 });
    expect(read.endPoint('0.0.0.0:0')).to.deep.equal({ host: '0.0.0.0', port: 0 });
    expect(read.endPoint('[::1]:1234')).to.deep.equal({ host: '::1', port: 1234 });
    expect(read.showEndPoint({ host: '::1', port: 1234 })).to.equal('[::1]:1234');
    expect(read.showEndPoint({ host: 'localhost', port: 1 })).to.equal('localhost:1');
    wrong(read.endPoint, '', ':', 'x', '-1', '65536', '123456', '1:2:3', 'localhost:', '::1:1234', 'a b');
  });

  it('reads which guest a port is for', () => {
    const host = '127.0.0.1';
    expect(read.guestEndPoint('5')).to.deep.equal({ host, port: 5, guest: { ordinal: 1 } });
    expect(read.guestEndPoint('64@5')).to.deep.equal({ host, port: 5, guest: { ordinal: 64 } });
    expect(read.guestEndPoint('vmid:255@5')).to.deep.equal({ host, port: 5, guest: { vmid: 255 } });
    expect(read.guestEndPoint('2@[::1]:5')).to.deep.equal({ host: '::1', port: 5, guest: { ordinal: 2 } });
    wrong(read.guestEndPoint, '', '@5', '0@5', '65@5', 'vmid:256@5', '2@', '2@x', '1@2@3');
  });

  it('reads which port leads to which of the guest', () => {
    expect(read.forward('2222:22')).to.deep.equal({ port: 2222, guestPort: 22 });
    expect(read.forward('0:65535')).to.deep.equal({ port: 0, guestPort: 65535 });
    wrong(read.forward, '', '22', ':22', '22:', '22:0', '65536:1', '1:65536', '0.0.0.0:1:2', 'a:b');
  });

  it('reads what a UART is connected to', () => {
    expect(read.uart('0=stdio')).to.deep.equal({ index: 0, connection: { kind: 'stdio' } });
    expect(read.uart('uart1=null')).to.deep.equal({ index: 1, connection: { kind: 'null' } });
    expect(read.uart('2=file:a=b:c')).to.deep.equal({ index: 2, connection: { kind: 'file', path: 'a=b:c' } });
    expect(read.uart('3=tcp:5000')).to.deep.equal({
      index: 3,
      connection: { kind: 'tcp', host: '127.0.0.1', port: 5000 },
    });
    expect(read.uart('1=telnet:1').connection).to.include({ kind: 'telnet', port: 1 });
    wrong(read.uart, 'stdio', '=null', '1=', '1=file:', '1=tcp:', '1=tcp:x', 'x=null', '1=pty');
  });

  it('reads the time of the real-time clock; a date without a zone is UTC', () => {
    expect(read.rtcSeconds('host', 12_999)).to.equal(12);
    expect(read.rtcSeconds('2000-01-01')).to.equal(946_684_800);
    expect(read.rtcSeconds('2000-01-01T00:00:01')).to.equal(946_684_801);
    expect(read.rtcSeconds('2000-01-01T01:00+01:00')).to.equal(946_684_800);
    wrong(read.rtcSeconds, '1', 'now', '1969-12-31', '2107-01-01', '2000-13-01', '01/02/2000', '');
  });
});

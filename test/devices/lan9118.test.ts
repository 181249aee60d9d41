/** SMSC LAN9118 Ethernet controller, by its datasheet (revision 1.5). */
import { expect } from 'chai';
import { lan9118 } from '../../lib/devices/lan9118.ts';
import { benchFor } from './bench.ts';

const MAC = { control: 1, addressHigh: 2, addressLow: 3, miiAccess: 6, miiData: 7 };
const RECEIVE = 1 << 2;
const TRANSMIT = 1 << 3;
const RSFL = 1 << 3;
const RXSTOP = 1 << 24;
const BROADCAST = [255, 255, 255, 255, 255, 255];
const OURS = [0x52, 0x54, 0, 0x12, 0x34, 0x56];

const frameTo = (destination: number[], length = 60): Uint8Array => {
  const frame = Uint8Array.from({ length }, (_, n) => n);
  frame.set(destination);
  return frame;
};

describe('LAN9118', () => {
  const enabled = () => {
    const bench = benchFor(lan9118);
    const { read, write } = bench;
    const readMac = (register: number) => {
      write('MAC_CSR_CMD', (0xc000_0000 | register) >>> 0);
      return read('MAC_CSR_DATA');
    };
    const writeMac = (register: number, value: number) => {
      write('MAC_CSR_DATA', value);
      write('MAC_CSR_CMD', (0x8000_0000 | register) >>> 0);
    };
    const readPhy = (register: number) => {
      writeMac(MAC.miiAccess, (1 << 11) | (register << 6) | 1);
      return readMac(MAC.miiData);
    };
    const writePhy = (register: number, value: number) => {
      writeMac(MAC.miiData, value);
      writeMac(MAC.miiAccess, (1 << 11) | (register << 6) | 3);
    };
    writeMac(MAC.control, RECEIVE | TRANSMIT);
    write('TX_CFG', 2);
    write('FIFO_INT', 0);
    write('IRQ_CFG', 1 << 8);
    const send = (frame: Uint8Array) => {
      write('TX_DATA_FIFO', (1 << 13) | (1 << 12) | frame.length);
      write('TX_DATA_FIFO', 0x1234_0000 | frame.length);
      const words = new Uint8Array(Math.ceil(frame.length / 4) * 4);
      words.set(frame);
      for (const word of new Uint32Array(words.buffer)) write('TX_DATA_FIFO', word);
    };
    /** The next frame, by its status. */
    const receive = () => {
      const length = (read('RX_STATUS_FIFO') >>> 16) & 0x3fff;
      const words = Uint32Array.from({ length: Math.ceil(length / 4) }, () => read('RX_DATA_FIFO'));
      return new Uint8Array(words.buffer).slice(0, length - 4);
    };
    return { ...bench, readMac, writeMac, readPhy, writePhy, send, receive };
  };

  it('says how it is wired, and which chip it is', () => {
    const { read } = enabled();
    expect([read('BYTE_TEST'), read('ID_REV') >>> 16]).to.deep.equal([0x8765_4321, 0x0118]);
  });

  it('has the address that the description gives it', () => {
    const { readMac } = enabled();
    expect([readMac(MAC.addressLow), readMac(MAC.addressHigh)]).to.deep.equal([0x1200_5452, 0x5634]);
  });

  it('sends a frame of any alignment, and its status carries the tag', () => {
    const { send, frames, read, write } = enabled();
    send(frameTo(BROADCAST, 61));
    expect(frames[0]).to.deep.equal(frameTo(BROADCAST, 61));
    expect([read('TX_FIFO_INF') >>> 16, read('TX_STATUS_FIFO')]).to.deep.equal([1, 0x1234_0000]);
    // Two bytes of offset: the data start at the third byte of the first word.
    write('TX_DATA_FIFO', (2 << 16) | (1 << 13) | (1 << 12) | 2);
    write('TX_DATA_FIFO', 2);
    write('TX_DATA_FIFO', 0xbbaa_0000);
    expect([...frames[1]!]).to.deep.equal([0xaa, 0xbb]);
  });

  it('gathers a frame from several buffers', () => {
    const { write, frames } = enabled();
    write('TX_DATA_FIFO', (1 << 13) | 4);
    write('TX_DATA_FIFO', 6);
    write('TX_DATA_FIFO', 0x0403_0201);
    expect(frames.length).to.equal(0);
    write('TX_DATA_FIFO', (1 << 12) | 2);
    write('TX_DATA_FIFO', 6);
    write('TX_DATA_FIFO', 0x0605);
    expect([...frames[0]!]).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('receives what is addressed to it or to all, and interrupts while statuses wait', () => {
    const { arrive, receive, write, level, read } = enabled();
    write('INT_EN', RSFL);
    arrive(frameTo([2, 0, 0, 0, 0, 9]));
    expect(level('IRQ')).to.equal(false);
    arrive(frameTo(OURS));
    arrive(frameTo(BROADCAST, 64));
    expect([level('IRQ'), read('RX_FIFO_INF') >>> 16]).to.deep.equal([true, 2]);
    expect(receive()).to.deep.equal(frameTo(OURS));
    expect(receive()).to.deep.equal(frameTo(BROADCAST, 64));
    write('INT_STS', RSFL);
    expect(level('IRQ')).to.equal(false);
  });

  it('drops the rest of a frame on RX_FFWD', () => {
    const { arrive, receive, read, write } = enabled();
    arrive(frameTo(OURS));
    arrive(frameTo(OURS, 64));
    read('RX_STATUS_FIFO');
    read('RX_DATA_FIFO');
    write('RX_DP_CTL', 0x8000_0000);
    expect(receive()).to.deep.equal(frameTo(OURS, 64));
  });

  it('counts what it has no room for', () => {
    const { arrive, read } = enabled();
    for (let n = 0; n < 8; n++) arrive(frameTo(OURS, 1514));
    expect([read('RX_FIFO_INF') >>> 16, read('RX_DROP'), read('RX_DROP')]).to.deep.equal([6, 2, 0]);
  });

  it('tells when the receiver has stopped, and receives nothing then', () => {
    const { writeMac, read, arrive } = enabled();
    writeMac(MAC.control, TRANSMIT);
    expect(read('INT_STS') & RXSTOP).to.equal(RXSTOP);
    arrive(frameTo(OURS));
    expect(read('RX_FIFO_INF') >>> 16).to.equal(0);
  });

  it('its transceiver has a link, and loops back when told to', () => {
    const { readPhy, writePhy, send, frames, receive } = enabled();
    expect(readPhy(1) & 0x24).to.equal(0x24);
    writePhy(0, 0x4100);
    send(frameTo(BROADCAST));
    expect(frames.length).to.equal(0);
    expect(receive()).to.deep.equal(frameTo(BROADCAST));
  });

  it('interrupts at once for software that asks (SW_INT)', () => {
    const { write, level } = enabled();
    write('INT_EN', 0x8000_0000);
    expect(level('IRQ')).to.equal(true);
  });
});

/** PL180 multimedia card interface (ARM DDI 0172A) with an SD card (Physical Layer Simplified Specification 2.00). */
import { expect } from 'chai';
import { pl180 } from '../../lib/devices/pl180.ts';
import { benchFor, NO_FILE } from './bench.ts';

const ENABLE = 1 << 10;
const RESPONSE = 1 << 6;
const LONG = 1 << 7;
const FROM_CARD = 1 << 1;
const BLOCKS_OF_512 = 9 << 4;
const STATUS = { cmdTimeOut: 1 << 2, dataTimeOut: 1 << 3, cmdRespEnd: 1 << 6, cmdSent: 1 << 7, dataEnd: 1 << 8 };

describe('PL180', () => {
  const inserted = (properties = {}) => {
    const bench = benchFor(pl180, { file: 'card', ...properties });
    const { write, read } = bench;
    const command = (index: number, argument = 0, kind = RESPONSE) => {
      write('MCIClear', 0x7ff);
      write('MCIArgument', argument);
      write('MCICommand', ENABLE | kind | index);
      return read('MCIResponse');
    };
    /** Brings the card into the transfer state (4.2, 4.3). */
    const identify = () => {
      command(0, 0, 0);
      command(8, 0x1aa);
      command(55);
      command(41, 0x0030_0000);
      command(2, 0, RESPONSE | LONG);
      const address = command(3) & 0xffff_0000;
      command(7, address);
      return address;
    };
    return { ...bench, command, identify };
  };

  it('sends a command without response, and says so', () => {
    const { command, read } = inserted();
    command(0, 0, 0);
    expect(read('MCIStatus')).to.equal(STATUS.cmdSent);
  });

  it('an empty slot does not answer', () => {
    const { command, read, level } = inserted({ file: NO_FILE });
    command(5);
    expect(read('MCIStatus')).to.equal(STATUS.cmdTimeOut);
    expect(level('MCIINTR0')).to.equal(false);
  });

  it('raises an interrupt for what MCIMask0 selects, until MCIClear', () => {
    const { command, write, level } = inserted();
    write('MCIMask0', STATUS.cmdRespEnd);
    command(8, 0x1aa);
    expect(level('MCIINTR0')).to.equal(true);
    write('MCIClear', STATUS.cmdRespEnd);
    expect(level('MCIINTR0')).to.equal(false);
  });

  it('identifies a standard card of 512 KiB: CSD version 1, two units of 256 KiB', () => {
    const { identify, command, read } = inserted();
    const address = identify();
    command(7, 0);
    expect(command(9, address, RESPONSE | LONG) >>> 30).to.equal(0);
    const cSize = ((read('MCIResponse', 1) & 0x3ff) << 2) | (read('MCIResponse', 2) >>> 30);
    expect(cSize + 1).to.equal(2);
  });

  it('reads a block through the FIFO, word by word, and ends it', () => {
    const { identify, command, read, write, store } = inserted();
    identify();
    store.set(
      Uint8Array.from({ length: 512 }, (_, n) => n * 7),
      1024,
    );
    write('MCIDataTimer', 100_000);
    write('MCIDataLength', 512);
    write('MCIDataCtrl', 1 | FROM_CARD | BLOCKS_OF_512);
    command(17, 1024);
    const words = Uint32Array.from({ length: 128 }, () => read('MCIFIFO'));
    expect(new Uint8Array(words.buffer)).to.deep.equal(store.slice(1024, 1536));
    expect(read('MCIStatus') & STATUS.dataEnd).to.equal(STATUS.dataEnd);
    expect(read('MCIDataCnt')).to.equal(0);
  });

  it('writes blocks until CMD12, whatever part of the FIFO a write fills', () => {
    const { identify, command, read, write, store } = inserted();
    identify();
    command(25, 2048);
    write('MCIDataLength', 1024);
    write('MCIDataCtrl', 1 | BLOCKS_OF_512);
    for (let n = 0; n < 256; n++) write('MCIFIFO', n * 0x01010101);
    expect(read('MCIStatus') & STATUS.dataEnd).to.equal(STATUS.dataEnd);
    command(12);
    expect(store.slice(2048, 2056)).to.deep.equal(Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1));
    expect(store.slice(3068, 3072)).to.deep.equal(Uint8Array.of(255, 255, 255, 255));
    // CURRENT_STATE is the transfer state again.
    expect((command(13, 0x4567_0000) >>> 9) & 15).to.equal(4);
  });

  it('a card that sends nothing lets MCIDataTimer run out', () => {
    const { identify, read, write, wait } = inserted();
    identify();
    write('MCIDataTimer', 24);
    write('MCIDataLength', 512);
    write('MCIDataCtrl', 1 | FROM_CARD | BLOCKS_OF_512);
    wait(999);
    expect(read('MCIStatus') & STATUS.dataTimeOut).to.equal(0);
    wait(1);
    expect(read('MCIStatus') & STATUS.dataTimeOut).to.equal(STATUS.dataTimeOut);
  });

  it('refuses an address beyond the card (OUT_OF_RANGE), and tells it once', () => {
    const { identify, command } = inserted();
    identify();
    expect(command(17, 0x10_0000) >>> 31).to.equal(1);
    expect(command(13, 0x4567_0000) >>> 31).to.equal(0);
  });

  it('erases from the first to the last block (CMD32, CMD33, CMD38)', () => {
    const { identify, command, store } = inserted();
    identify();
    store.fill(0x55);
    command(32, 512);
    command(33, 1024);
    command(38);
    expect([store[511], store[512], store[1535], store[1536]]).to.deep.equal([0x55, 0, 0, 0x55]);
  });
});

/** NOR flash by the commands of Intel's J3 data sheet (308551) and JEDEC's CFI, on two chips side by side. */
import { expect } from 'chai';
import { NorFlash, SECTOR_BYTES } from '../../lib/devices/flash/nor-flash.ts';

const SIZE = 4 * SECTOR_BYTES;

function build({ stored = 0, given = 0 } = {}) {
  const bytes = new Uint8Array(SIZE);
  const file = new Uint8Array(SIZE);
  const writes: string[] = [];
  const store = {
    ...{ sizeBytes: stored, writable: true, read: () => new Uint8Array(0) },
    write: (offset: number, part: Uint8Array) => {
      writes.push(`${offset.toString(16)}+${part.length.toString(16)}`);
      file.set(part, offset);
    },
  };
  const flash = new NorFlash({ name: 'flash', bytes, store, isGiven: (offset) => offset < given });
  const hides: boolean[] = [];
  flash.onHide = (hidden) => hides.push(hidden);
  const both = (value: number): number => ((value << 16) | value) >>> 0;
  /** The same to both chips, `offset` counting words. */
  const command = (...pairs: [offset: number, value: number][]): void => {
    for (const [offset, value] of pairs) flash.write(4 * offset, 4, both(value));
  };
  const word = (offset: number): number => flash.read(4 * offset, 4);
  return { flash, bytes, file, writes, hides, command, word, both };
}

const SECTOR = SECTOR_BYTES / 4;
const ERASED = 0xffff_ffff;

describe('NOR flash', () => {
  const rows: readonly [title: string, commands: [number, number][], reads: readonly [offset: number, value: number][]][] =
    [
      ['read array after power-up', [], [[5, ERASED]]],
      ['FF reads the array', [[0, 0x70], [0, 0xff]], [[5, ERASED]]],
      ['70 reads the status: ready', [[0, 0x70]], [[0, 0x80], [77, 0x80]]],
      ['90 reads manufacturer, device, lock of the sector', [[0, 0x90]], [[0, 0x89], [1, 0x1d], [2, 0]]],
      ['98 reads the query string', [[0x55, 0x98]], [[0x10, 0x51], [0x11, 0x52], [0x12, 0x59], [0x13, 1], [0x14, 0]]],
      ['98: size, width, buffer of 32 bytes', [[0, 0x98]], [[0x27, 19], [0x28, 1], [0x29, 0], [0x2a, 5], [0x2b, 0]]],
      ['98: four sectors of 128 KB', [[0, 0x98]], [[0x2c, 1], [0x2d, 3], [0x2e, 0], [0x2f, 0], [0x30, 2]]],
      ["98: Intel's extended table", [[0, 0x98]], [[0x15, 0x31], [0x31, 0x50], [0x32, 0x52], [0x33, 0x49], [0x36, 8]]],
      ['40 programs a word, then shows the status', [[5, 0x40], [5, 0x1234]], [[5, 0x80]]],
      ['10 is the same', [[5, 0x10], [5, 0x1234], [0, 0xff]], [[5, 0x1234], [6, 0xffff]]],
      ['programming clears bits only', [[5, 0x40], [5, 0x0ff0], [5, 0x40], [5, 0xff00], [0, 0xff]], [[5, 0x0f00]]],
      ['20 D0 erases a sector', [[5, 0x40], [5, 0], [5, 0x20], [5, 0xd0], [0, 0xff]], [[5, ERASED]]],
      ['20 FF is a sequence error', [[5, 0x20], [5, 0xff], [0, 0x70]], [[0, 0xb0]]],
      ['errors stay until 50', [[5, 0x20], [5, 0xff], [0, 0x50], [0, 0x70]], [[0, 0x80]]],
      ['E8 shows whether there is a buffer', [[8, 0xe8]], [[8, 0x80]]],
      [
        'E8 N-1 data D0 programs a buffer',
        [[8, 0xe8], [8, 1], [8, 0x1111], [9, 0x2222], [8, 0xd0], [0, 0xff]],
        [[8, 0x1111], [9, 0x2222], [10, ERASED]],
      ],
      ['nothing is programmed before D0', [[8, 0xe8], [8, 0], [8, 0x1111], [8, 0xff], [0, 0xff]], [[8, ERASED]]],
      ['a buffer without D0 is an error', [[8, 0xe8], [8, 0], [8, 0x1111], [8, 0xff]], [[8, 0xb0]]],
      ['more than the buffer is an error', [[8, 0xe8], [8, 16]], [[8, 0xb0]]],
      ['a buffer over two sectors is one', [[8, 0xe8], [8, 0], [SECTOR, 0], [8, 0xd0], [0, 0x70]], [[8, 0xb0]]],
      ['60 01 locks a sector', [[SECTOR, 0x60], [SECTOR, 1], [0, 0x90]], [[SECTOR + 2, 1], [2, 0]]],
      ['60 D0 unlocks all', [[SECTOR, 0x60], [SECTOR, 1], [0, 0x60], [0, 0xd0], [0, 0x90]], [[SECTOR + 2, 0]]],
      ['a locked sector is not erased', [[0, 0x60], [0, 1], [0, 0x20], [0, 0xd0]], [[0, 0xa2]]],
      ['nor programmed', [[0, 0x60], [0, 1], [3, 0x40], [3, 0]], [[0, 0x92]]],
      ["other makes' reset shows the array", [[0, 0x70], [0, 0xf0]], [[0, ERASED]]],
    ]; // prettier-ignore
  for (const [title, commands, reads] of rows)
    it(title, () => {
      const { command, word, both } = build();
      // The first command finds a flash that nobody filled: erased.
      command([0, 0xff], ...commands);
      for (const [offset, value] of reads) {
        const expected = value === ERASED ? ERASED : both(value);
        expect(word(offset).toString(16), `word ${offset}`).to.equal(expected.toString(16));
      }
    });

  it('the chips take commands of 16 bits by themselves', () => {
    const { flash, hides } = build();
    flash.write(2, 2, 0x70);
    expect([flash.read(0, 4), flash.read(0, 2), flash.read(2, 2), flash.read(2, 1)]).to.deep.equal([
      ...[0x80_ffff, 0xffff, 0x80, 0x80],
    ]);
    flash.write(0, 4, 0x00ff_0070);
    expect(flash.read(0, 4)).to.equal(0xffff_0080);
    flash.write(0, 1, 0xff);
    expect(hides).to.deep.equal([true, false]);
  });

  it('what somebody gave stays, whatever it is; the rest is erased', () => {
    const { command, bytes } = build({ given: 4096 });
    command([0, 0xff]);
    expect([bytes[0], bytes[4095], bytes[4096], bytes[SIZE - 1]]).to.deep.equal([0, 0, 255, 255]);
  });

  it('a store gets what changes, and grows by what lies before', () => {
    const { command, file, writes } = build({ stored: 0x10 });
    command([5, 0x40], [5, 0x1234], [2, 0x40], [2, 0]);
    expect(writes).to.deep.equal(['10+6', '16+2', '8+2', 'a+2']);
    expect([...file.subarray(0x12, 0x18)]).to.deep.equal([0xff, 0xff, 0x34, 0x12, 0x34, 0x12]);
  });

  it('a snapshot has the state of the chips; a reset shows the array', () => {
    const { flash, command, word, bytes } = build();
    command([0, 0x60], [0, 1], [5, 0x20]);
    const snapshot = flash.save();
    flash.reset();
    expect([word(0), bytes[0]]).to.deep.equal([ERASED, 0xff]);
    flash.restore(snapshot);
    flash.settle();
    command([5, 0xd0]);
    expect(word(0)).to.equal(0x00a2_00a2);
    expect(flash.describe()[0]).to.equal('chip 0 shows status, awaits command, status 0xa2, locked sectors 0');
  });
});

/** The initramfs archive, by the fields of its header. */
import { expect } from 'chai';
import { writeNewc } from './newc.ts';

describe('a newc archive', () => {
  const archive = writeNewc([
    { path: 'init', kind: 'file', bytes: Buffer.from('hello') },
    { path: 'bin', kind: 'folder' },
  ]);
  const field = (at: number, index: number) =>
    parseInt(archive.toString('latin1', at + 6 + 8 * index, at + 14 + 8 * index), 16);

  it('holds its entries in the order of their paths, each with the magic 070701', () => {
    expect(archive.toString('latin1', 0, 6)).to.equal('070701');
    expect(archive.toString('latin1', 110, 114)).to.equal('bin\0');
    expect(archive.toString('latin1', 116 - 2 + 2, 122)).to.equal('070701');
  });

  it('gives mode, size of the file and size of the name with its final zero', () => {
    expect(field(0, 1)).to.equal(0o040755);
    expect(field(116, 1)).to.equal(0o100755);
    expect(field(116, 6)).to.equal(5);
    expect(field(116, 11)).to.equal('init'.length + 1);
  });

  it('starts headers and data at multiples of four bytes', () => {
    expect(archive.length % 4).to.equal(0);
    expect(archive.toString('latin1', 116 + 116, 116 + 121)).to.equal('hello');
    expect(archive.toString('latin1', 116 + 116 + 8, 116 + 116 + 14)).to.equal('070701');
  });

  it('ends with an entry of the name TRAILER!!!', () => {
    expect(archive.toString('latin1')).to.match(/TRAILER!!!\0+$/);
  });
});

/** Every mistake in a description is found, on one line, with file, line, column, path, and what would be right. */
import { expect } from 'chai';
import fc from 'fast-check';
import { MachineError, machineSchema, readDescription } from '../../../lib/machine/description/index.ts';
import { checkAgainstSchema } from '../../../lib/machine/description/schema-check.ts';
import { parseTree } from '../../../lib/machine/description/tree.ts';
import { BOARD, complaints, readFiles, tinyCatalogue } from './tiny-catalogue.ts';

/** The board with one text replaced. */
const changed = (from: string, to: string): string => {
  expect(BOARD).to.include(from);
  return BOARD.replace(from, to);
};

describe('mistakes in a description', () => {
  const rows: [title: string, from: string, to: string, line: string][] = [
    [
      'an unknown section',
      'memory:',
      'memroy:',
      'board.yaml:9:1: memroy: there is no such section; did you mean memory?',
    ],
    ['an unknown key', 'security: true', 'secure: true', 'board.yaml:4:3: cluster.secure: there is no such key here'],
    [
      'a misspelt key',
      'clockHz',
      'clokHz',
      'board.yaml:18:5: timer0.clokHz: there is no such key here; did you mean clockHz?',
    ],
    [
      'an unknown device',
      "'test,uart'",
      "'test,uaart'",
      'board.yaml:13:24: uart0.compatible: there is no device "test,uaart"; did you mean test,uart?',
    ],
    [
      'no kind',
      "compatible: 'test,uart', ",
      '',
      'board.yaml:13:10: uart0.compatible: this is missing; say what kind of device it is',
    ],
    [
      'a missing value',
      '  cbar: 0x2c000000\n',
      '',
      'board.yaml:3:3: cluster.cbar: this is missing; write cbar: (PERIPHBASE)',
    ],
    [
      'overlapping windows',
      'at: 0x1c110000',
      'at: 0x1c090f00',
      'board.yaml:16:9: timer0.at: 0x1c09_0f00 to 0x1c09_1eff overlaps uart0.at (0x1c09_0000 to 0x1c09_0fff, board.yaml:13:41); move one of them',
    ],
    [
      'an alias upon a device',
      'size: 64KiB',
      'size: 64KiB, aliases: [0x1c090000]',
      'board.yaml:10:50: sram.aliases[0]: 0x1c09_0000 to 0x1c09_ffff overlaps uart0.at',
    ],
    [
      'an SPI that two have',
      'spis: [2, 3]',
      'spis: [2, 5]',
      'board.yaml:17:15: timer0.spis[1]: SPI 5 is already that of uart0; give TIMINT2 another number',
    ],
    [
      'an SPI that is not there',
      'spi: 5',
      'spi: 64',
      'board.yaml:13:58: uart0.spi: there is no SPI 64; SPIs are 0 to 63',
    ],
    [
      'too many SPIs',
      'spi: 5',
      'spis: [5, 6]',
      'board.yaml:13:59: uart0.spis: test,uart has 1 interrupts; its outputs are INTR',
    ],
    [
      'spi and spis',
      'spi: 5',
      'spi: 5, spis: [5]',
      'board.yaml:13:67: uart0.spis: there is an spi too; give one of them',
    ],
    [
      'a size that does not fit',
      '64KiB }',
      '1000 }',
      'board.yaml:10:33: sram.size: 1000 is too small; it is from 4KiB to 1TiB',
    ],
    [
      'a size of half a page',
      '64KiB }',
      '66000 }',
      'board.yaml:10:33: sram.size: 66000 does not fit; it is a multiple of 4KiB',
    ],
    [
      'a flash in parts of sectors',
      '64KiB }',
      '64KiB, kind: flash }',
      'board.yaml:10:33: sram.size: 64KiB are no whole sectors; a multiple of 256KiB',
    ],
    [
      'a flash of half a page',
      '64KiB }',
      '66000, kind: flash }',
      'board.yaml:10:33: sram.size: 66000 does not fit; it is a multiple of 4KiB',
    ],
    [
      'a memory that is written to a file and is no flash',
      '64KiB }',
      '64KiB, writable: true }',
      'board.yaml:10:50: sram.writable: this is no flash; leave it out, or use kind: flash',
    ],
    [
      'a flash that is written to no file',
      '64KiB }',
      '256KiB, kind: flash, writable: true }',
      'board.yaml:10:64: sram.writable: there is no file to write; name one with file',
    ],
    [
      'an address beyond 40 bits',
      'at: 0x1c090000',
      "at: '0x100_0000_0000'",
      'board.yaml:13:41: uart0.at: 0x100_0000_0000 is too large; it is from 0x0 to 0xff_ffff_ffff',
    ],
    ['a number in place of a text', 'ram: dram', 'ram: 5', 'board.yaml:19:14: boot.ram: 5 is no text; write a text'],
    [
      'a text in place of a number',
      '62.5MHz',
      'fast',
      'board.yaml:6:14: cluster.counterHz: "fast" is no frequency; write a number of hertz',
    ],
    [
      'a text in place of a boolean',
      'security: true',
      'security: yes',
      'board.yaml:4:13: cluster.security: "yes" is no boolean; write true or false',
    ],
    ['a list in place of a value', '62.5MHz', '[1]', 'board.yaml:6:14: cluster.counterHz: a list has no meaning here'],
    [
      'a value in place of a list',
      'spis: [2, 3]',
      'spis: 2',
      'board.yaml:17:11: timer0.spis: 2 is no list; write [1, 2]',
    ],
    [
      'no mapping',
      "{ at: '0x8000_0000', size: 512MiB }",
      '1GiB',
      'board.yaml:11:9: dram: "1GiB" is no mapping; write dram: { at: ADDRESS',
    ],
    [
      'a RAM that is not there',
      'ram: dram',
      'ram: drum',
      'board.yaml:19:14: boot.ram: there is no memory of kind ram drum; did you mean dram?',
    ],
    [
      'a console that is not there',
      'ram: dram',
      'ram: dram, console: uart1',
      'board.yaml:19:29: boot.console: there is no device uart1; did you mean uart0?',
    ],
    [
      'an alias of nothing',
      ': uart0.echo',
      ': uart0.eco',
      'board.yaml:21:22: aliases.board.uart_0.echo: "uart0.eco" is no parameter of this machine',
    ],
    [
      'a name that two have',
      'sram:',
      'uart0:',
      'board.yaml:13:10: uart0: a memory has this name too; give one of them another name',
    ],
    ['a name with a dot', 'sram:', 's.ram:', 'board.yaml:10:3: s.ram: this cannot be a name; a name has letters'],
    [
      'another processor',
      'arm,cortex-a15',
      'arm,cortex-a9',
      'board.yaml:3:15: cluster.compatible: "arm,cortex-a9" is no choice here; did you mean arm,cortex-a15?',
    ],
    [
      'a key twice',
      '  cbar:',
      '  security: true\n  cbar:',
      'board.yaml:7:3: this is not YAML 1.2: Map keys must be unique',
    ],
    ['a tag', '62.5MHz', '!hz 5', 'board.yaml:6:14: this is not YAML 1.2: Unresolved tag: !hz'],
    [
      'no summary',
      'summary: a board',
      '',
      'board.yaml:2:1: summary: this is missing; say in one line what machine it is',
    ],
  ];
  for (const [title, from, to, line] of rows) {
    it(`${title}: ${line}`, async () => {
      const lines = await complaints(readFiles({ 'board.yaml': changed(from, to) }));
      expect(
        lines.some((it) => it.startsWith(line)),
        lines.join('\n'),
      ).to.equal(true);
    });
  }

  it('are all reported, not the first alone', async () => {
    const text = BOARD.replace('spi: 5', 'spi: 2').replace('64KiB }', '2GB }').replace('cbar: ', 'cbra: ');
    const lines = await complaints(readFiles({ 'board.yaml': text }));
    expect(lines.map((it) => it.replace(/^(\S+ \S+).*/, '$1'))).to.deep.equal([
      'board.yaml:7:3: cluster.cbra:',
      'board.yaml:3:3: cluster.cbar:',
      'board.yaml:10:33: sram.size:',
      'board.yaml:17:12: timer0.spis[0]:',
    ]);
  });
});

describe('mistakes in the chain of files', () => {
  const extending = (name: string): string => `summary: x\nextends: ${name}\n`;

  it('name the line that extends a missing file', async () => {
    expect(await complaints(readFiles({ 'board.yaml': extending('./bord.yaml') }))).to.deep.equal([
      'board.yaml:2:10: ./bord.yaml: there is no such file; write the path of a description',
    ]);
  });

  it('suggest a bundled machine', async () => {
    expect(await complaints(readFiles({ 'board.yaml': extending('ve-rs2') }))).to.deep.equal([
      'board.yaml:2:10: ve-rs2: there is no bundled machine of this name; did you mean ve-rs1?',
    ]);
    const reading = readDescription('vexpres-a15', { catalogue: tinyCatalogue });
    expect(await complaints(reading)).to.deep.equal([
      'vexpres-a15: there is no bundled machine of this name; did you mean vexpress-a15?',
    ]);
  });

  it('find a file that extends itself, also through others', async () => {
    const files = { 'board.yaml': extending('./b.yaml'), 'b.yaml': extending('./board.yaml') };
    expect(await complaints(readFiles(files))).to.deep.equal([
      'b.yaml:2:10: extends: this extends itself; end the chain of files somewhere',
    ]);
  });

  it('place an error in the file that has it', async () => {
    const files = { 'base.yaml': changed('62.5MHz', 'fast'), 'board.yaml': extending('./base.yaml') };
    expect((await complaints(readFiles(files)))[0]).to.match(/^base\.yaml:6:14: cluster\.counterHz: /);
  });

  it('tell a part of machines from a machine', async () => {
    expect((await complaints(readFiles({ 'board.yaml': `part: true\n${BOARD}` })))[0]).to.match(
      /^board\.yaml: this is a part of machines, not a machine; choose one that extends it: .*vexpress-a15/,
    );
  });

  it('bound what anchors can multiply', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let step = 1; step < 8; step++) {
      const [name, of] = ['abcdefgh'[step], 'abcdefgh'[step - 1]];
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`);
    }
    const lines = await complaints(readFiles({ 'board.yaml': bomb.join('\n') }));
    expect(lines.join('\n')).to.match(/too large or nested too deep/);
    expect(lines.length).to.be.lessThan(20);
  });
});

describe('the JSON Schema', () => {
  it('takes whole descriptions and parts of them, and refuses unknown keys, kinds and quantities', async () => {
    const { Ajv } = await import('ajv');
    const validate = new Ajv({ allowUnionTypes: true }).compile(machineSchema(tinyCatalogue));
    const { parse } = await import('yaml');
    expect(validate(parse(BOARD))).to.equal(true);
    expect(validate({ ...parse(BOARD), cpu: 1 })).to.equal(false);
    expect(validate({ devices: { uart0: { compatible: 'test,uart', clockHz: 1 } } })).to.equal(false);
    expect(validate({ devices: { uart0: { compatible: 'test,uart', echo: true } } })).to.equal(true);
    expect(validate({ memory: { dram: { size: '2GB' } } })).to.equal(false);
    expect(validate({ memory: { dram: { size: '2GiB' }, sram: null } })).to.equal(true);
    expect(validate({ memory: { dram: { size: 'much' } } })).to.equal(false);
  });
});

describe('the second opinion of the JSON Schema on a file', () => {
  it('names the place of what it refuses', async () => {
    const tree = parseTree(BOARD.replace('spi: 5', 'spi: -5').replace('clockHz', 'clokHz'), 'board.yaml', '/', []);
    const problems = await checkAgainstSchema([{ path: '/board.yaml', bundled: false, tree }], tinyCatalogue);
    expect(problems.map(({ place, path, wrong }) => `${place}: ${path}: ${wrong}`)).to.deep.equal([
      'board.yaml:13:58: devices.uart0.spi: this must be >= 0',
      'board.yaml:15:5: devices.timer0: this must NOT have additional properties (clokHz)',
    ]);
  });

  it('has nothing against a file that is right', async () => {
    const tree = parseTree(BOARD, 'board.yaml', '/', []);
    expect(await checkAgainstSchema([{ path: '/board.yaml', bundled: false, tree }], tinyCatalogue)).to.deep.equal([]);
  });
});

describe('damaged descriptions', () => {
  it('give a machine or a MachineError of lines that each name a place', async () => {
    const edit = fc.tuple(
      fc.nat(BOARD.length),
      fc.nat(6),
      fc.constantFrom('', ' ', '\n', ': ', '{', '[', '&a ', '*a', '-', '"', '!', '0', '\0'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let text = BOARD;
        for (const [at, length, put] of edits) text = text.slice(0, at) + put + text.slice(at + length);
        try {
          await readFiles({ 'board.yaml': text }, { schemaCheck: false });
        } catch (error) {
          if (!(error instanceof MachineError)) throw error;
          for (const line of error.message.split('\n')) expect(line).to.match(/^[\w.-]+\.yaml:\d+:\d+: .+; .+$/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

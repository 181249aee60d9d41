/** Tests of what a description becomes: extends, merging, conversion, options. */
import { resolve } from 'node:path';
import { expect } from 'chai';
import { listParameters } from '../../../lib/machine/description/index.ts';
import { BOARD, complaints, readFiles, tinyCatalogue } from './tiny-catalogue.ts';

describe('reading a description', () => {
  it('converts every value and fills in the defaults', async () => {
    const machine = await readFiles({ 'board.yaml': BOARD });
    expect(machine.cluster).to.include({ cpus: 1, counterHz: 62_500_000, cbar: 0x2c00_0000, security: true });
    expect(machine.memory).to.deep.equal([
      { name: 'sram', at: 0x2e00_0000, sizeBytes: 0x1_0000, kind: 'ram', writable: false, aliases: [] },
      { name: 'dram', at: 0x8000_0000, sizeBytes: 0x2000_0000, kind: 'ram', writable: false, aliases: [] },
    ]);
    const [uart, timer] = machine.devices;
    expect(uart).to.deep.equal({
      name: 'uart0',
      compatible: 'test,uart',
      model: tinyCatalogue['test,uart'],
      at: 0x1c09_0000,
      sizeBytes: 0x1000,
      spis: [5],
      properties: { echo: false, label: 'tty' },
    });
    expect(timer?.spis).to.deep.equal([2, 3]);
    expect(machine.boot).to.include({ ram: 'dram', machineType: 0x8e0, zImageOffset: 0x1_0000, linuxEntry: 'highest' });
    expect(machine).not.to.have.property('secondaries');
  });

  it('gives a device property that is named like a value of the cluster that value, unless it is set', async () => {
    const cpusOf = async (...overrides: string[]): Promise<unknown> =>
      (await readFiles({ 'board.yaml': BOARD }, { overrides })).devices[1]?.properties.cpus;
    expect(await cpusOf()).to.equal(1);
    expect(await cpusOf('cluster.cpus=3')).to.equal(3);
    expect(await cpusOf('cluster.cpus=3', 'timer0.cpus=2')).to.equal(2);
  });

  it('lays a file over the one that it extends: values replace, null removes', async () => {
    const machine = await readFiles({
      'base.yaml': BOARD,
      'board.yaml': `
summary: another board
extends: ./base.yaml
memory: { dram: { size: 1GiB }, sram: null }
devices:
  uart0: { echo: true, spi: null }
  timer1: { compatible: 'test,timer', at: 0x1c120000 }
`,
    });
    expect(machine.summary).to.equal('another board');
    expect(machine.memory.map(({ name, sizeBytes }) => [name, sizeBytes])).to.deep.equal([['dram', 2 ** 30]]);
    expect(machine.devices.map(({ name }) => name)).to.deep.equal(['uart0', 'timer0', 'timer1']);
    expect(machine.devices[0]).to.deep.include({ spis: [], properties: { echo: true, label: 'tty' } });
    expect(machine.files.map((path) => path.replace(/.*\//, ''))).to.deep.equal(['base.yaml', 'board.yaml']);
  });

  it('lets a device of another kind take nothing over from the one that had its name', async () => {
    const board = "summary: x\nextends: ./base.yaml\ndevices: { timer0: { compatible: 'test,rom', at: 0x1c110000 } }";
    const machine = await readFiles({ 'base.yaml': BOARD, 'board.yaml': board });
    expect(machine.devices[1]).to.deep.include({ compatible: 'test,rom', spis: [], properties: { windowBytes: 4096 } });
  });

  it('takes files relative to the description that names them, and to the working directory in -C', async () => {
    const base = BOARD.replace('size: 64KiB', 'size: 64KiB, file: rom.bin');
    const [sram] = (await readFiles({ 'board.yaml': base })).memory;
    expect(sram?.file).to.match(/^\/.*armhyp-description-.*\/rom\.bin$/);
    const [other] = (await readFiles({ 'board.yaml': base }, { overrides: ['sram.file=a.bin'] })).memory;
    expect(other?.file).to.equal(resolve('a.bin'));
  });

  it('follows anchors', async () => {
    const board = BOARD.replace('size: 64KiB', 'size: &s 64KiB').replace('size: 512MiB', 'size: *s');
    expect((await readFiles({ 'board.yaml': board })).memory.map(({ sizeBytes }) => sizeBytes)).to.deep.equal([
      65536, 65536,
    ]);
  });
});

describe('-C, --memory, --cpus', () => {
  const read = (options: Parameters<typeof readFiles>[1]): ReturnType<typeof readFiles> =>
    readFiles({ 'board.yaml': BOARD }, options);

  it('set values by their path without `devices.` or `memory.`, or with it', async () => {
    const overrides = ['dram.size=1GiB', 'memory.sram.at=0x2f00_0000', 'uart0.label=a=b', 'devices.uart0.spi=0x10'];
    const machine = await read({ overrides });
    expect(machine.memory.map(({ at, sizeBytes }) => [at, sizeBytes])).to.deep.equal([
      [0x2f00_0000, 0x1_0000],
      [0x8000_0000, 0x4000_0000],
    ]);
    expect(machine.devices[0]).to.deep.include({ spis: [16], properties: { echo: false, label: 'a=b' } });
  });

  it('know the names that Fast Models give, and take 1 and 0 for true and false', async () => {
    const machine = await read({ overrides: ['board.uart_0.echo=1', 'cluster.security=0'] });
    expect(machine.devices[0]?.properties.echo).to.equal(true);
    expect(machine.cluster.security).to.equal(false);
  });

  it('set lists', async () => {
    const machine = await read({ overrides: ['timer0.spis=8,9', 'dram.aliases=[0x8_0000_0000]'] });
    expect(machine.devices[1]?.spis).to.deep.equal([8, 9]);
    expect(machine.memory[1]?.aliases).to.deep.equal([0x8_0000_0000]);
  });

  it('set the memory that images are loaded into, and the number of CPUs', async () => {
    const machine = await read({ memory: '2G', cpus: '2' });
    expect(machine.memory[1]?.sizeBytes).to.equal(2 ** 31);
    expect(machine.cluster.cpus).to.equal(2);
  });

  const wrong: [options: Parameters<typeof readFiles>[1], line: string][] = [
    [{ overrides: ['dram.size'] }, '-C dram.size: this sets nothing; write -C PATH=VALUE'],
    [
      { overrides: ['uart9.spi=1'] },
      '-C uart9.spi=1: uart9.spi: this machine has no such parameter; did you mean uart0?',
    ],
    [{ overrides: ['uart0.ech=1'] }, '-C uart0.ech=1: uart0.ech: there is no such key here; did you mean echo?'],
    [
      { overrides: ['board.uart0.echo=1'] },
      '-C board.uart0.echo=1: board.uart0.echo: this machine has no such parameter; did you mean board.uart_0.echo?',
    ],
    [{ overrides: ['uart0=1'] }, '-C uart0=1: uart0: this is no single value; write uart0.NAME=VALUE'],
    [{ overrides: ['uart0.echo=2'] }, '-C uart0.echo=2: uart0.echo: "2" is no boolean; write true or false'],
    [{ overrides: ['uart0.at.x=2'] }, '-C uart0.at.x=2: uart0.at.x: at is a single value (470351872); leave out .x'],
    [
      { overrides: ['uart0.spi=2'] },
      '-C uart0.spi=2: uart0.spi: SPI 2 is already that of timer0; give INTR another number',
    ],
    [{ cpus: '9' }, '--cpus 9: cluster.cpus: 9 is too large; it is from 1 to 4'],
    [{ memory: '512' }, '--memory 512: dram.size: 512 is too small; it is from 4KiB to 1TiB'],
    [
      { memory: '1TiB' },
      '--memory 1TiB: dram.size: 1TiB from 0x8000_0000 end beyond the 40-bit physical address space; it ends at 0xff_ffff_ffff',
    ],
  ];
  for (const [options, line] of wrong)
    it(`say "${line}"`, async () => expect(await complaints(read(options))).to.deep.equal([line]));
});

describe('the list of parameters', () => {
  it('has path, type, value, default, meaning and other names of each', async () => {
    const machine = await readFiles({ 'board.yaml': BOARD }, { overrides: ['timer0.clockHz=32.768kHz'] });
    const parameters = new Map(listParameters(machine).map((it) => [it.path, it]));
    expect(parameters.get('timer0.clockHz')).to.deep.equal({
      path: 'timer0.clockHz',
      type: 'frequency',
      value: '32768Hz',
      default: '1MHz',
      summary: 'its clock',
      aliases: [],
    });
    expect(parameters.get('uart0.echo'))
      .to.include({ value: 'false' })
      .and.have.deep.property('aliases', ['board.uart_0.echo']);
    expect(parameters.get('dram.size')).to.include({ value: '512MiB', default: undefined });
    expect(parameters.get('timer0.spis')).to.include({ value: '2,3' });
    expect(parameters.get('cluster.cbar')).to.include({ value: '0x2c00_0000', type: 'address' });
  });

  it('gives values that can be set as they are', async () => {
    const machine = await readFiles({ 'board.yaml': BOARD });
    const set = listParameters(machine).filter(({ value }) => value !== undefined);
    const overrides = set.map(({ path, value }) => `${path}=${value}`);
    expect({ ...(await readFiles({ 'board.yaml': BOARD }, { overrides })), name: '', files: [] }).to.deep.equal({
      ...machine,
      name: '',
      files: [],
    });
  });
});

/** Every MMU fault as a program sees it: vector, DFSR, DFAR, IFSR, IFAR, in both formats (DDI 0406C, B3.12, B3.13), and PAR's. */
import { expect } from 'chai';
import { readRegister, writeRegister } from '../../../lib/cpu/system/coprocessor.ts';
import { registerNamed } from '../../../lib/cpu/system/registers.ts';
import { Bare, CODE, RAM } from './bare.ts';

const LDR = 0xe5920000; // ldr r0, [r2]
const STR = 0xe5820000;
const LDREX = 0xe1920f9f; // ldrex r0, [r2]
const BX = 0xe12fff12; // bx r2
const PREFETCH_ABORT = 0x0c,
  DATA_ABORT = 0x10;
const WNR = 1 << 11;
const FIRST = RAM + 0x8000,
  SECOND = RAM + 0xc000,
  THIRD = RAM + 0xd000;
/** Where nothing is. */
const NOWHERE = 0x7000_0000;
const M = 1,
  AFE = 1 << 29,
  EAE = 0x8000_0000;

interface Row {
  readonly title: string;
  /** Descriptors of the first level and on, of which the last one faults. */
  readonly descriptors: readonly number[];
  /** FS of the Short-descriptor format with the domain above it, or STATUS of the other. */
  readonly status: number;
  readonly access?: 'user' | 'write' | 'execute';
  readonly sctlr?: number;
  readonly dacr?: number;
}
const TABLE_D3 = SECOND | (3 << 5) | 1;
/** Sections and small pages: B3.5.1; the domain is 2 or, behind a table, 3. FS: Table B3-23. */
const SHORT: readonly Row[] = [
  { title: 'Translation fault, first level', descriptors: [0], status: 0b00101 },
  { title: 'Translation fault, second level', descriptors: [TABLE_D3, 0], status: 0x30 | 0b00111 },
  { title: 'Access flag fault, first level', descriptors: [RAM | 0x842], status: 0x20 | 0b00011, sctlr: AFE },
  { title: 'Access flag fault, second level', descriptors: [TABLE_D3, RAM | 0x22], status: 0x30 | 0b00110, sctlr: AFE },
  { title: 'Domain fault, first level', descriptors: [RAM | 0xc42], status: 0x20 | 0b01001, dacr: 1 },
  { title: 'Domain fault, second level', descriptors: [TABLE_D3, RAM | 0x32], status: 0x30 | 0b01011, dacr: 1 },
  { title: 'Permission fault, first level', descriptors: [RAM | 0x442], status: 0x20 | 0b01101, access: 'user' },
  {
    title: 'Permission fault, second level',
    descriptors: [TABLE_D3, RAM | 0x12],
    status: 0x30 | 0b01111,
    access: 'user',
  },
  {
    title: 'Permission fault of a read-only section',
    descriptors: [RAM | 0x8c42],
    status: 0x20 | 0b01101,
    access: 'write',
  },
  {
    title: 'Permission fault of an XN page',
    descriptors: [TABLE_D3, RAM | 0x33],
    status: 0x30 | 0b01111,
    access: 'execute',
  },
  { title: 'Permission fault of a PXN section', descriptors: [RAM | 0xc43], status: 0x20 | 0b01101, access: 'execute' },
  { title: 'external abort on the second level', descriptors: [NOWHERE | (3 << 5) | 1], status: 0x30 | 0b01110 },
];
/** Blocks and pages: B3.6.1. STATUS: Table B3-24. */
const LONG: readonly Row[] = [
  { title: 'Translation fault, level 1', descriptors: [0], status: 0b000101 },
  { title: 'Translation fault, level 2', descriptors: [SECOND | 3, 0], status: 0b000110 },
  { title: 'Translation fault, level 3', descriptors: [SECOND | 3, THIRD | 3, 0], status: 0b000111 },
  { title: 'Access flag fault, level 1', descriptors: [RAM | 0x41], status: 0b001001 },
  { title: 'Access flag fault, level 2', descriptors: [SECOND | 3, RAM | 0x41], status: 0b001010 },
  { title: 'Access flag fault, level 3', descriptors: [SECOND | 3, THIRD | 3, RAM | 0x43], status: 0b001011 },
  { title: 'Permission fault, level 1', descriptors: [RAM | 0x401], status: 0b001101, access: 'user' },
  { title: 'Permission fault, level 2', descriptors: [SECOND | 3, RAM | 0x4c1], status: 0b001110, access: 'write' },
  {
    title: 'Permission fault, level 3',
    descriptors: [SECOND | 3, THIRD | 3, RAM | 0x403],
    status: 0b001111,
    access: 'user',
  },
  { title: 'external abort on level 2', descriptors: [NOWHERE | 3], status: 0b010110 },
  { title: 'external abort on level 3', descriptors: [SECOND | 3, NOWHERE | 3], status: 0b010111 },
];

describe('faults of the MMU', () => {
  let bare: Bare;
  before(async () => {
    bare = await Bare.start();
  });
  const write = (name: string, value: number): void => writeRegister(bare.cpu, registerNamed(name), value | 0, 0);
  const address = (long: boolean): number => (long ? 0x10 : 0x1000_0010);

  /** Maps memory as it is, and the address under test by the row's descriptors; the MMU is on then. */
  function map(long: boolean, { descriptors, sctlr = 0, dacr = 0x5555_5555 }: Partial<Row>): void {
    bare.reset();
    const [first, second, third] = descriptors ?? [];
    for (const table of [FIRST, SECOND, THIRD]) bare.write(table, ...Array<number>(1024).fill(0));
    if (long) {
      bare.write(FIRST, first ?? 0, 0, 0, 0, RAM | 0x741, 0);
      bare.write(SECOND, second ?? 0, 0);
      bare.write(THIRD, third ?? 0, 0);
    } else {
      bare.write(FIRST + 4 * (RAM >>> 20), RAM | 0xc02);
      bare.write(FIRST + 4 * 0x100, first ?? 0);
      bare.write(SECOND, second ?? 0);
    }
    write('TTBR0', FIRST);
    if (long) write('TTBCR', EAE);
    write('DACR', dacr);
    write('SCTLR', bare.get('SCTLR') | M | sctlr);
    bare.cpu.words[2] = address(long);
  }

  for (const [format, long, rows] of [
    ['Short', false, SHORT],
    ['Long', true, LONG],
  ] as const)
    for (const row of rows) {
      const { title, status, access } = row;
      const lpae = long ? 1 << 9 : 0;
      it(`${format}-descriptor format: ${title}`, () => {
        for (const [instruction, wnr] of [
          [LDR, 0],
          [STR, WNR],
        ] as const) {
          if (access === 'execute' || (access === 'write' && instruction === LDR)) continue;
          map(long, row);
          bare.enter({ mode: access === 'user' ? 'usr' : 'svc' });
          bare.execute(instruction);
          expect([bare.vector, bare.get('DFSR'), bare.get('DFAR')]).to.deep.equal([
            DATA_ABORT,
            status | wnr | lpae,
            address(long),
          ]);
        }
        if (access === 'write') return;
        map(long, row);
        bare.enter({ mode: access === 'user' ? 'usr' : 'svc' });
        bare.write(CODE, BX);
        bare.run(CODE);
        const ifsr = long ? status | lpae : status & 0xf;
        expect([bare.vector, bare.get('IFSR'), bare.get('IFAR')]).to.deep.equal([PREFETCH_ABORT, ifsr, address(long)]);
      });
      if (access !== 'execute')
        it(`${format}-descriptor format: ${title}, in PAR`, () => {
          map(long, row);
          const operation = access === 'user' ? 'ATS1CUR' : access === 'write' ? 'ATS1CPW' : 'ATS1CPR';
          write(operation, address(long));
          const par = readRegister(bare.cpu, registerNamed('PAR')) >>> 0;
          // F, FS or STATUS from bit 1 on, and in the Long-descriptor format bit 11 (B4.1.112).
          expect(par & 0x87f).to.equal(1 | ((long ? status : status & 0xf) << 1) | (long ? 1 << 11 : 0));
        });
    }

  for (const [format, long, status] of [
    ['Short', false, 0b00001],
    ['Long', true, 0x200 | 0b100001],
  ] as const)
    it(`${format}-descriptor format: Alignment fault`, () => {
      map(long, {});
      bare.cpu.words[2] = RAM + 0x101;
      bare.execute(LDREX);
      expect([bare.vector, bare.get('DFSR'), bare.get('DFAR')]).to.deep.equal([DATA_ABORT, status, RAM + 0x101]);
    });

  it('PAR has the address and attributes of what is mapped, in both formats', () => {
    map(false, { descriptors: [RAM | 0xc4e] });
    write('ATS1CPR', address(false));
    expect(readRegister(bare.cpu, registerNamed('PAR')) >>> 0).to.equal((RAM | (7 << 4) | (3 << 2)) >>> 0);
    map(true, { descriptors: [RAM | 0x741] });
    write('PRRR', 0xff);
    write('ATS1CPR', address(true));
    expect(readRegister(bare.cpu, registerNamed('PAR')) >>> 0).to.equal((RAM | (1 << 11) | (3 << 7)) >>> 0);
    expect(bare.cpu.high >>> 0).to.equal(0xff00_0000);
  });
  it('a manager of the domain is not checked, and supersections have 40 bits (B3.5.1, B3.12.3)', () => {
    map(false, { descriptors: [RAM | 0x442], dacr: 0xffff_ffff });
    bare.enter({ mode: 'usr' });
    bare.execute(LDR);
    expect(bare.vector).to.equal(undefined);
    // Sixteen entries alike: RAM again at 0x8_8000_0000, which this board does not have.
    map(false, { descriptors: [0x8084_0c02] });
    write('ATS1CPR', address(false));
    expect(readRegister(bare.cpu, registerNamed('PAR')) & 1).to.equal(0);
  });
});

/** Arm registers as gdb numbers and describes them. GDB manual, G.5.3 (ARM Features). */
import { expect } from 'chai';
import { armLayout, numberRegisters } from '../../gdbstub/arch/arm.ts';
import type { RegisterDescription, Registers } from '../../gdbstub/index.ts';
import { TinyTarget } from './tiny-target.ts';

const { registers } = new TinyTarget().cpu(1);
const { description } = registers;
const numberOf = (name: string): number | undefined =>
  numberRegisters(description)[description.findIndex((register) => register.name === name)];

describe('Arm registers in RSP', () => {
  // GDB manual, G.5.3: the numbers that gdb has always given to the core registers.
  const rows: [name: string, number: number][] = [
    ['r0', 0],
    ['r12', 12],
    ['sp', 13],
    ['lr', 14],
    ['pc', 15],
    ['cpsr', 25],
    ['hcr', 26],
    ['vttbr', 27],
    ['d0', 28],
    ['fpscr', 60],
    ['q15', 76],
  ];
  for (const [name, number] of rows) {
    it(`${name} is number ${number}`, () => {
      expect(numberOf(name)).to.equal(number);
      expect(description[armLayout(registers).indexOf(number)!]!.name).to.equal(name);
    });
  }

  it('the numbers of the FPA name nothing', () => {
    for (let number = 16; number < 25; number++) expect(armLayout(registers).indexOf(number)).to.equal(undefined);
  });

  it('numbers do not depend on the order of a description', () => {
    const turned = [...description].reverse();
    const numbers = numberRegisters(turned);
    expect(numbers[turned.findIndex(({ name }) => name === 'cpsr')]).to.equal(25);
    const layout = armLayout({ ...registers, description: turned });
    expect(layout.general.map((index) => turned[index]!.name)).to.deep.equal([
      ...Array.from({ length: 13 }, (_, n) => `r${n}`),
      'sp',
      'lr',
      'pc',
      'cpsr',
    ]);
  });

  it('an incomplete core is refused', () => {
    const set: Registers = { ...registers, description: description.slice(1) };
    expect(() => armLayout(set)).to.throw(RangeError, 'no core register number 0');
  });

  it('a feature without registers of its own is named', () => {
    const bare = { ...registers, description: [...description], features: ['org.gnu.gdb.arm.tls'] };
    expect(armLayout(bare).targetXml).to.include('<feature name="org.gnu.gdb.arm.tls">\n</feature>');
  });

  it('a vector register is a union of vectors', () => {
    expect(armLayout(registers).targetXml).to.include(
      '<feature name="org.gnu.gdb.arm.neon">\n' +
        '<vector id="quad_u8" type="uint8" count="16"/><vector id="quad_f64" type="ieee_double" count="2"/>' +
        '<union id="quad"><field name="u8" type="quad_u8"/><field name="f64" type="quad_f64"/></union>\n' +
        '<reg name="q0" bitsize="128" type="quad" regnum="61" group="vector"/>',
    );
  });

  it('names are escaped, and a flag type used twice is described once', () => {
    const type = { id: 'a<b', fields: [{ name: '"x"', low: 0, high: 0 }] };
    const extra = (name: string): RegisterDescription => ({ name, bits: 64, type, feature: 'more' });
    const { targetXml } = armLayout({ ...registers, description: [...description, extra('one'), extra('two')] });
    expect(targetXml).to.include(
      '<flags id="a&#60;b" size="8"><field name="&#34;x&#34;" start="0" end="0" type="bool"/></flags>\n' +
        '<reg name="one" bitsize="64" type="a&#60;b" regnum="77"/>\n<reg name="two"',
    );
  });
});

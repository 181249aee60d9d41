/** The Tarmac trace: line by line, and that nothing else is different for it. */
import { expect } from 'chai';
import { loadMachine } from '../../../lib/machine/load.ts';
import type { TraceWindow } from '../../../lib/machine/tarmac/tarmac.ts';
import { registerNamed } from '../../../lib/cpu/system/registers.ts';

/** Index of a register's Non-secure copy. */
const ns = (name: string): number => {
  const { index, stride } = registerNamed(name);
  return index + stride;
};
const START = 0x8000_0000;
// prettier-ignore
const PROGRAM = Uint32Array.of(
  0xe28f_c058, 0xee0c_cf10, 0xe3a0_0001, 0xe59f_1040, 0xe1b0_20a0, 0x03a0_3007,
  0x13a0_3008, 0xe28f_dc02, 0xe92d_4803, 0xe1dd_40ba, 0xe4cd_4004, 0xec41_0b10,
  0xe3a0_560f, 0xee01_5f50, 0xe3a0_5101, 0xeee8_5a10, 0xec41_0b10, 0xf102_0012,
  0xe1a0_d000, 0xe190_6f9f, 0xfa00_0007, 0x1234_5678, 0xe320_f000, 0xe320_f000,
  0xeaff_fffe, 0xe1b0_f00e, 0xe1b0_f00e, 0xeaff_fffe, 0xe25e_f004, 0xbf18_3001,
  0xf8dd_3801, 0xdf03_500f, 0xbf00_e7fe,
);
/** What it does, in Non-secure Supervisor mode: the assembler's text of these words stands in the lines. */
const LINES = `
0 clk E 80000000:000080000000_NS 00000001 CoreEvent_Reset
1 clk IT (1) 80000000:000080000000_NS e28fc058 A svc_n : ADR      r12,{pc}+0x60 ; 0x80000060
1 clk R r12 80000060
2 clk IT (2) 80000004:000080000004_NS ee0ccf10 A svc_n : MCR      p15,#0,r12,c12,c0,#0
2 clk R VBAR_NS 80000060
3 clk IT (3) 80000008:000080000008_NS e3a00001 A svc_n : MOV      r0,#1
3 clk R r0 00000001
4 clk IT (4) 8000000c:00008000000c_NS e59f1040 A svc_n : LDR      r1,{pc}+0x48 ; 0x80000054
4 clk MR4 80000054:000080000054_NS 12345678
4 clk R r1 12345678
5 clk IT (5) 80000010:000080000010_NS e1b020a0 A svc_n : LSRS     r2,r0,#1
5 clk R cpsr 600001d3
6 clk IT (6) 80000014:000080000014_NS 03a03007 A svc_n : MOVEQ    r3,#7
6 clk R r3 00000007
7 clk IS (7) 80000018:000080000018_NS 13a03008 A svc_n : MOVNE    r3,#8
8 clk IT (8) 8000001c:00008000001c_NS e28fdc02 A svc_n : ADR      sp,{pc}+0x208 ; 0x80000224
8 clk R r13_svc 80000224
9 clk IT (9) 80000020:000080000020_NS e92d4803 A svc_n : PUSH     {r0,r1,r11,lr}
9 clk MW4 80000214:000080000214_NS 00000001
9 clk MW4 80000218:000080000218_NS 12345678
9 clk MW4 8000021c:00008000021c_NS 00000000
9 clk MW4 80000220:000080000220_NS 00000000
9 clk R r13_svc 80000214
10 clk IT (10) 80000024:000080000024_NS e1dd40ba A svc_n : LDRH     r4,[sp,#10]
10 clk MR2 8000021e:00008000021e_NS 0000
11 clk IT (11) 80000028:000080000028_NS e4cd4004 A svc_n : STRB     r4,[sp],#4
11 clk MW1 80000214:000080000214_NS 00
11 clk R r13_svc 80000218
12 clk IT (12) 8000002c:00008000002c_NS ec410b10 A svc_n : VMOV     d0,r0,r1
12 clk E 80000064:000080000064_NS 00000002 CoreEvent_UndefinedInstr
12 clk R r14_und 80000030
12 clk R spsr_und 600001d3
12 clk R cpsr 600001db
13 clk IT (13) 80000064:000080000064_NS e1b0f00e A und_n : MOVS     pc,lr
13 clk R cpsr 600001d3
14 clk IT (14) 80000030:000080000030_NS e3a0560f A svc_n : MOV      r5,#15728640
14 clk R r5 00f00000
15 clk IT (15) 80000034:000080000034_NS ee015f50 A svc_n : MCR      p15,#0,r5,c1,c0,#2
15 clk R CPACR 00f00000
16 clk IT (16) 80000038:000080000038_NS e3a05101 A svc_n : MOV      r5,#1073741824
16 clk R r5 40000000
17 clk IT (17) 8000003c:00008000003c_NS eee85a10 A svc_n : VMSR     fpexc,r5
17 clk R fpexc 40000000
18 clk IT (18) 80000040:000080000040_NS ec410b10 A svc_n : VMOV     d0,r0,r1
18 clk R d0 1234567800000001
19 clk IT (19) 80000044:000080000044_NS f1020012 A svc_n : CPS      #18
19 clk R cpsr 600001d2
20 clk IT (20) 80000048:000080000048_NS e1a0d000 A irq_n : MOV      sp,r0
20 clk R r13_irq 00000001
21 clk IT (21) 8000004c:00008000004c_NS e1906f9f A irq_n : LDREX    r6,[r0]
21 clk E 80000070:000080000070_NS 00000005 CoreEvent_DataAbort
21 clk R r14_abt 80000054
21 clk R spsr_abt 600001d2
21 clk R DFSR_NS 00000001
21 clk R DFAR_NS 00000001
21 clk R cpsr 600001d7
22 clk IT (22) 80000070:000080000070_NS e25ef004 A abt_n : SUBS     pc,lr,#4
22 clk R cpsr 600001d2
23 clk IT (23) 80000050:000080000050_NS fa000007 A irq_n : BLX      {pc}+0x24 ; 0x80000074
23 clk R r14_irq 80000054
23 clk R cpsr 600001f2
24 clk IT (24) 80000074:000080000074_NS 3001 T irq_n : ADDS     r0,r0,#1
24 clk R r0 00000002
24 clk R cpsr 000001f2
25 clk IT (25) 80000076:000080000076_NS bf18 T irq_n : IT       ne
25 clk R cpsr 000019f2
26 clk IT (26) 80000078:000080000078_NS 3801 T irq_n : SUBNE    r0,r0,#1
26 clk R r0 00000001
26 clk R cpsr 000001f2
27 clk IT (27) 8000007a:00008000007a_NS,00008000007c_NS f8dd500f T irq_n : LDR.W    r5,[sp,#15]
27 clk MR4 00000010:000000000010_NS 00000000
27 clk R r5 00000000
28 clk IT (28) 8000007e:00008000007e_NS df03 T irq_n : SVC      #0x3
28 clk E 80000068:000080000068_NS 00000003 CoreEvent_SWI
28 clk R r14_svc 80000080
28 clk R spsr_svc 000001f2
28 clk R cpsr 000001d3
29 clk IT (29) 80000068:000080000068_NS e1b0f00e A svc_n : MOVS     pc,lr
29 clk R cpsr 000001f2
30 clk IT (30) 80000080:000080000080_NS e7fe T irq_n : B        {pc}+0x0 ; 0x80000080
`.trim();

async function machineWith(program: Uint32Array) {
  const machine = await loadMachine('vexpress-a15', { memory: '16MiB' });
  machine.bus.loadBytes(START, new Uint8Array(program.buffer));
  const cpu = machine.cluster.cpus[0]!;
  cpu.enterNonSecure(0x13);
  cpu.pc = START;
  return { machine, cpu };
}
async function traced(window?: TraceWindow): Promise<string[]> {
  const { machine } = await machineWith(PROGRAM);
  let text = '';
  machine.traceInstructions((more) => (text += more), window);
  machine.run({ instructions: 30 });
  return text.trimEnd().split('\n');
}
const numbersOf = (lines: readonly string[]): number[] => [...new Set(lines.map((line) => parseInt(line)))];

describe('the Tarmac trace', function () {
  this.timeout(20_000);

  it('has a line for each instruction, then those for memory, exceptions and registers', async () => {
    expect(await traced()).to.deep.equal(LINES.split('\n'));
  });
  it('can be limited by the count of instructions, by address and by world', async () => {
    expect(numbersOf(await traced({ from: 12, to: 14 }))).to.deep.equal([12, 13, 14]);
    expect(numbersOf(await traced({ lowest: 0x8000_0064, highest: 0x8000_0068 }))).to.deep.equal([0, 13, 29]);
    expect(numbersOf(await traced({ world: 'guest' }))).to.deep.equal([0]);
    expect(numbersOf(await traced({ world: 'host', from: 29 }))).to.deep.equal([29, 30]);
  });
  it('names physical addresses, which differ from the virtual ones where the MMU says so', async () => {
    const { machine, cpu } = await machineWith(Uint32Array.of(0xe591_0000)); // ldr r0, [r1]
    const table = Uint32Array.from({ length: 4096 }, (_, i) => ((i === 0x900 ? 0x800 : i) << 20) | 0xc02);
    machine.bus.loadBytes(0x8000_4000, new Uint8Array(table.buffer));
    cpu.words[ns('TTBR0')] = 0x8000_4000;
    cpu.words[ns('DACR')] = 1;
    cpu.words[ns('SCTLR')] = cpu.words[ns('SCTLR')]! | 1;
    cpu.securityChanged();
    cpu.controlChanged();
    cpu.words[1] = 0x9000_0004;
    cpu.pc = 0x9000_0000;
    let text = '';
    machine.traceInstructions((more) => (text += more));
    machine.run({ instructions: 1 });
    expect(text).to.match(/\n1 clk IT \(1\) 90000000:000080000000_NS e5910000 A svc_n : LDR {6}r0,\[r1\]\n/);
    expect(text).to.contain('1 clk MR4 90000004:000080000004_NS 00000000\n');
  });
  it('has a line for an exception that comes instead of an instruction', async () => {
    const { machine, cpu } = await machineWith(Uint32Array.of(0xe320_f000));
    cpu.words[ns('SCTLR')] = cpu.words[ns('SCTLR')]! | 1;
    cpu.securityChanged();
    cpu.controlChanged();
    let text = '';
    machine.traceInstructions((more) => (text += more), { to: 1 });
    machine.run({ instructions: 1 });
    expect(text).to.match(/\n1 clk E 0000000c 00000004 CoreEvent_PrefetchAbort\n/);
    expect(text).not.to.match(/ I[TS] /);
  });

  for (const engine of ['interpreter', 'stress'] as const) {
    it(`leaves everything as it is without one (${engine})`, async () => {
      const run = async (tracing: boolean): Promise<unknown> => {
        const machine = await loadMachine('vexpress-a15', { memory: '16MiB', engine });
        machine.bus.loadBytes(START, new Uint8Array(PROGRAM.buffer));
        const cpu = machine.cluster.cpus[0]!;
        cpu.enterNonSecure(0x13);
        cpu.pc = START;
        let lines = 0;
        if (tracing) machine.traceInstructions(() => lines++, { from: 5, to: 3000 });
        machine.run({ instructions: 10_000 });
        expect(lines > 0).to.equal(tracing);
        const memory = machine.bus.readBytes(START, 4096);
        return [machine.instructions, machine.virtualNs, [...cpu.words.subarray(0, 27)], [...memory], cpu.counts];
      };
      expect(await run(true)).to.deep.equal(await run(false));
    });
  }
});

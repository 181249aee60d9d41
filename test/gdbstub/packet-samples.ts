/**
 * Well-formed bodies of every packet there is, by its template; a packet without samples fails the tests that ask for them.
 * GDB manual, Appendix E.2 (Packets) and E.4 (General Query Packets).
 */
import type { Packet } from '../../gdbstub/packet.ts';

/** Bodies by template, those with addresses about memory that can be written at `base`. */
function samplesAt(base: number): Readonly<Record<string, readonly string[]>> {
  const [at, data] = [base.toString(16), (base + 0x800).toString(16)];
  const point = [`${at},4`, `${data},2`];
  const xfer = ['0,fff', '10,20', 'ffff,1'];
  return {
    qSupported: ['qSupported'],
    'qSupported:{offers:text}': [
      'qSupported:multiprocess+;swbreak+;hwbreak+;error-message+;qRelocInsn-',
      'qSupported:xmlRegisters=i386,arm',
    ],
    QStartNoAckMode: ['QStartNoAckMode'],
    g: ['g'],
    'G{values:text}': [`G${'01000000'.repeat(16)}${'xx'.repeat(100)}d3010000`, 'Gxx'],
    'p{number:hex}': ['p0', 'pf', 'p19', 'p2a'],
    'P{number:hex}={value:bytes}': ['P1=78563412', `Pf=${wordText(base)}`, 'P19=d3010000', 'P20=0000000000000840'],
    'm{address:hex},{length:hex}': [`m${at},4`, `m${data},1000`, 'mfffffffc,4'],
    'x{address:hex},{length:hex}': [`x${at},4`, `x${data},7`],
    'M{address:hex},{length:hex}:{data:bytes}': [`M${data},4:efbeadde`, `M${data},0:`],
    'X{address:hex},{length:hex}:{data:binary}': [`X${data},4:#$}*`, `X${data},2:\x03+`, `X${data},0:`],
    'qCRC:{address:hex},{length:hex}': [`qCRC:${at},100`],
    'qSearch:memory:{address:hex};{length:hex};{pattern:binary}': [`qSearch:memory:${at};900;\xef\xbe`],
    '?': ['?'],
    'vCont?': ['vCont?'],
    'vCont{actions:text}': ['vCont;c', 'vCont;s:1;c', 'vCont;s:p1.1;c:p1.-1', `vCont;r${at},${data}:1`, 'vCont;S05:1'],
    c: ['c'],
    'c{address:hex}': [`c${at}`],
    'C{signal:hex}': ['C05'],
    'C{signal:hex};{address:hex}': [`C05;${at}`],
    s: ['s'],
    's{address:hex}': [`s${at}`],
    'S{signal:hex}': ['S05'],
    'S{signal:hex};{address:hex}': [`S05;${at}`],
    'Hg{thread:thread}': ['Hg1', 'Hg0', 'Hgp1.1', 'Hgp0.0'],
    'Hc{thread:thread}': ['Hc1', 'Hc-1'],
    'T{thread:thread}': ['T1', 'Tp1.1'],
    qC: ['qC'],
    qfThreadInfo: ['qfThreadInfo'],
    qsThreadInfo: ['qsThreadInfo'],
    'qThreadExtraInfo,{thread:thread}': ['qThreadExtraInfo,1'],
    qAttached: ['qAttached'],
    'qAttached:{process:hex}': ['qAttached:1'],
    D: ['D'],
    'D;{process:hex}': ['D;1'],
    'vKill;{process:hex}': ['vKill;1'],
    k: ['k'],
    '!': ['!'],
    'vAttach;{process:hex}': ['vAttach;1'],
    'R{ignored:text}': ['R00'],
    'vRun;{ignored:text}': ['vRun;'],
    ...Object.fromEntries(
      ['0', '1', '2', '3', '4'].flatMap((type) => [
        [`Z${type},{address:hex},{length:hex}`, point.map((where) => `Z${type},${where}`)],
        [`z${type},{address:hex},{length:hex}`, point.map((where) => `z${type},${where}`)],
      ]),
    ),
    'qXfer:features:read:{annex:word}:{offset:hex},{length:hex}': xfer.map(
      (part) => `qXfer:features:read:target.xml:${part}`,
    ),
    'qXfer:threads:read:{annex:word}:{offset:hex},{length:hex}': xfer.map((part) => `qXfer:threads:read::${part}`),
    'qXfer:osdata:read:{annex:word}:{offset:hex},{length:hex}': ['', 'processes', 'none'].map(
      (annex) => `qXfer:osdata:read:${annex}:0,fff`,
    ),
    'qXfer:memory-map:read:{annex:word}:{offset:hex},{length:hex}': xfer.map(
      (part) => `qXfer:memory-map:read::${part}`,
    ),
    'qXfer:exec-file:read:{annex:word}:{offset:hex},{length:hex}': ['qXfer:exec-file:read:1:0,fff'],
    'qRcmd,{command:bytes}': [`qRcmd,${textHex('where')}`, `qRcmd,${textHex('no such command')}`],
  };
}

/** The samples of these packets, by template. Throws an Error for a packet that has none. */
export function samplesOf(packets: readonly Packet[], base: number): readonly (readonly [string, readonly string[]])[] {
  const samples = samplesAt(base);
  return packets.map(({ template }) => {
    const bodies = samples[template];
    if (bodies === undefined) throw new Error(`no samples of the packet ${template}: add them to packet-samples.ts`);
    return [template, bodies];
  });
}

/** Text as hexadecimal digits. */
export const textHex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

function wordText(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
}

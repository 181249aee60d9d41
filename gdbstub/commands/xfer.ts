/**
 * Objects that gdb reads in pieces. GDB manual, Appendix E.4 (`qXfer`), E.12 (Thread List), E.14 (Memory Map),
 * 20.3 (osdata), G (Target Descriptions).
 */
import { armLayout } from '../arch/arm.ts';
import { packet, type Commands, type Packet, type Request } from '../packet.ts';
import { TargetFault, type Context, type MemoryRegion, type OsTable, type Target } from '../target.ts';
import { attributes, escapeXml } from '../xml.ts';

/** The errno that the protocol gives to an annex that is not there. */
const NO_SUCH_ANNEX = 0;

interface XferObject {
  readonly name: string;
  /** The whole object as text. Throws TargetFault. */
  content(request: Request, annex: string): string;
}

/** The objects that this target has. */
export function xfer(target: Target): Commands {
  const objects: XferObject[] = [{ name: 'features', content: description }];
  objects.push({ name: 'threads', content: threadList }, { name: 'osdata', content: osdata });
  if (target.memoryMap) objects.push({ name: 'memory-map', content: memoryMap });
  if (target.executable) objects.push({ name: 'exec-file', content: executable });
  return {
    features: objects.map(({ name }) => `qXfer:${name}:read+`),
    packets: objects.map(reading),
  };
}

const reading = ({ name, content }: XferObject): Packet =>
  packet(
    `qXfer:${name}:read:{annex:word}:{offset:hex},{length:hex}`,
    `read ${name}`,
    (request, { annex, offset, length }) => {
      const whole = `${name}:${annex}`;
      // Later pieces must fit the first, and are not worth making the object again.
      if (offset === 0 || request.reading?.name !== whole)
        request.reading = { name: whole, bytes: Buffer.from(content(request, annex), 'utf8') };
      const { bytes } = request.reading;
      // Every byte of the reply may have to be escaped.
      const end = offset + Math.min(length, Math.floor((request.packetSize - 1) / 2));
      if (end >= bytes.length) request.reading = undefined;
      return `${end < bytes.length ? 'm' : 'l'}${bytes.subarray(offset, end).toString('latin1')}`;
    },
  );

function description({ view, described }: Request, annex: string): string {
  if (annex !== 'target.xml') noSuchAnnex();
  const { context, thread } = view.general;
  described.add(context.id);
  return armLayout(thread.registers).targetXml;
}

function threadList({ view }: Request): string {
  const rows = view.threads().map((at) => {
    const { core, name } = at.thread;
    const text = escapeXml(at.thread.describe?.() ?? '');
    return `<thread${attributes({ id: view.format(at), core, name })}>${text}</thread>`;
  });
  return `<?xml version="1.0"?>\n<threads>\n${rows.join('\n')}\n</threads>\n`;
}

function memoryMap({ target, view }: Request): string {
  const regions = target.memoryMap?.(view.general.context) ?? [];
  if (regions.length === 0) return '';
  return `<?xml version="1.0"?>\n<memory-map>\n${regions.map(region).join('\n')}\n</memory-map>\n`;
}

function region({ type, at, sizeBytes, blockBytes }: MemoryRegion): string {
  const open = `<memory${attributes({ type, start: hex(at), length: hex(sizeBytes) })}`;
  return blockBytes === undefined
    ? `${open}/>`
    : `${open}><property name="blocksize">${hex(blockBytes)}</property></memory>`;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function executable({ target, view }: Request, annex: string): string {
  const context =
    annex === '' ? view.general.context : view.contexts().find(({ id }) => id === Number.parseInt(annex, 16));
  return (context && target.executable?.(context)) ?? noSuchAnnex();
}

function osdata({ target, view }: Request, annex: string): string {
  const tables = [processTable(view.all()), ...(target.tables ?? [])];
  if (annex === '') {
    return table(
      'types',
      tables.map(({ type, summary }) => ({ Type: type, Description: summary, Title: type })),
    );
  }
  const found = tables.find(({ type }) => type === annex) ?? noSuchAnnex();
  return table(found.type, found.rows());
}

const processTable = (contexts: readonly Context[]): OsTable => ({
  type: 'processes',
  summary: 'Contexts to attach to',
  rows: () =>
    contexts.map(({ id, name, threads }) => ({
      pid: String(id),
      command: name,
      threads: String(threads.length),
      cores: threads.flatMap(({ core }) => core ?? []).join(','),
    })),
});

function table(type: string, rows: ReturnType<OsTable['rows']>): string {
  const items = rows.map((row) => {
    const columns = Object.entries(row).map(
      ([name, value]) => `<column${attributes({ name })}>${escapeXml(value)}</column>`,
    );
    return `<item>${columns.join('')}</item>`;
  });
  return `<?xml version="1.0"?>\n<!DOCTYPE osdata SYSTEM "osdata.dtd">\n<osdata${attributes({ type })}>\n${items.join('\n')}\n</osdata>\n`;
}

function noSuchAnnex(): never {
  throw new TargetFault(NO_SUCH_ANNEX, 'no such annex');
}

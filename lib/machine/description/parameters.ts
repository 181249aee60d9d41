/** What can be set with `-C`: every value of a description by its path, with kind, default and other names. */
import { show } from './check-values.ts';
import { fieldsOfDevice } from './check.ts';
import type { MachineDescription } from './description.ts';
import { type Field, type Fields, memoryFields, type SectionName, sections } from './shape.ts';

export interface Parameter {
  readonly path: string;
  readonly type: string;
  /** As it would be written; undefined if there is no value. */
  readonly value: string | undefined;
  /** What it is where no file says otherwise. */
  readonly default: string | undefined;
  readonly summary: string;
  readonly aliases: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;

/** Lists all parameters: the sections, then memories and devices in their order. */
export function listParameters(machine: MachineDescription): Parameter[] {
  const aliases = new Map<string, string[]>();
  for (const [alias, path] of Object.entries(machine.aliases)) {
    const full = path.replace(/^(devices|memory)\./, '');
    aliases.set(full, [...(aliases.get(full) ?? []), alias]);
  }
  const list = (name: string, fields: Fields, values: Values): Parameter[] =>
    Object.entries(fields).map(([key, field]) => ({
      path: `${name}.${key}`,
      type: field.choices ? field.choices.join('|') : field.type,
      value: written(values[key], field),
      default: written(field.default, field),
      summary: field.summary,
      aliases: aliases.get(`${name}.${key}`) ?? [],
    }));
  const parameters: Parameter[] = [];
  for (const name of Object.keys(sections) as SectionName[])
    parameters.push(...list(name, sections[name], machine[name] ?? {}));
  for (const { name, sizeBytes, ...values } of machine.memory)
    parameters.push(...list(name, memoryFields, { ...values, size: sizeBytes }));
  for (const { name, compatible, model, module, at, spis, properties } of machine.devices) {
    const values = { compatible, module, at, ...(spis.length === 1 ? { spi: spis[0] } : { spis }), ...properties };
    parameters.push(...list(name, fieldsOfDevice(model.properties), values));
  }
  return parameters;
}

function written(value: unknown, { type }: Field): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return String(value);
    case 'number':
      return type === 'address' || type === 'size' || type === 'frequency' ? show(value, type) : String(value);
    default: {
      const each = type === 'addresses' ? 'address' : 'integer';
      const items: readonly (number | string)[] = Array.isArray(value) ? value : [];
      const list = items
        .map((item) => (typeof item === 'number' ? show(item, each) : item))
        .join(type === 'strings' ? ' ' : ',');
      return list === '' ? undefined : list;
    }
  }
}

/** From a merged tree to a description: every key, kind and reference is checked, every value converted. */
import type { DescribedCatalogue, DescribedModel } from './catalogue.ts';
import { checkFields, mappingAt, reportInto, type Reporter, type Value } from './check-values.ts';
import { checkLayout } from './check-layout.ts';
import type { AbsentDescription, DeviceDescription, MachineDescription, MemoryDescription } from './description.ts';
import { MachineError, type Problem } from './machine-error.ts';
import { keysOf } from './overrides.ts';
import {
  absentFields,
  deviceFields,
  type Fields,
  memoryFields,
  NAME_PATTERN,
  optionalSections,
  type SectionName,
  sections,
  topKeys,
} from './shape.ts';
import { didYouMean } from './suggest.ts';
import { type Mapping, plain, scalarOf } from './tree.ts';

/** Returns the description; throws a MachineError that carries `earlier` problems and all that are found. */
export function check(
  tree: Mapping,
  catalogue: DescribedCatalogue,
  name: string,
  files: readonly string[],
  earlier: readonly Problem[],
): MachineDescription {
  const problems = [...earlier];
  const reporter = reportInto(problems);
  for (const [key, entry] of tree.entries)
    if (!topKeys.includes(key)) {
      const right = didYouMean(key, topKeys, `there are ${topKeys.join(', ')}`);
      reporter.report({ ...entry.tree, place: entry.keyPlace }, key, 'there is no such section', right);
    }
  const read: Partial<Record<SectionName, Record<string, Value>>> = {};
  for (const key of Object.keys(sections) as SectionName[]) {
    const section = mappingAt(tree, key, reporter);
    if (section) read[key] = checkFields(section, sections[key], key, reporter);
    else if (!tree.entries.has(key) && !optionalSections.has(key))
      reporter.report(tree, key, 'this section is missing', `write ${key}: and its values below`);
  }
  const memory = checkMemory(tree, reporter);
  const devices = checkDevices(tree, catalogue, read.cluster ?? {}, reporter);
  // Values that were reported above are missing now; nothing reads further than they allow.
  const description = {
    name,
    summary: checkSummary(tree, reporter),
    files,
    ...read,
    memory,
    devices,
    absent: checkAbsent(tree, reporter),
    aliases: checkAliases(tree, catalogue, reporter),
  } as unknown as MachineDescription;
  checkLayout(description, tree, reporter);
  if (problems.length > 0) throw new MachineError(problems);
  return description;
}

function checkSummary(tree: Mapping, reporter: Reporter): string {
  const summary = scalarOf(tree, 'summary');
  if (typeof summary === 'string') return summary;
  reporter.report(
    tree.entries.get('summary')?.tree ?? tree,
    'summary',
    'this is missing',
    'say in one line what machine it is',
  );
  return '';
}

/** Each named mapping below a group, with its name checked. */
function* named(tree: Mapping, group: string, reporter: Reporter): Generator<[name: string, mapping: Mapping]> {
  for (const [name, { tree: it, keyPlace }] of mappingAt(tree, group, reporter)?.entries ?? []) {
    if (!new RegExp(NAME_PATTERN).test(name) || topKeys.includes(name)) {
      const right = 'a name has letters, digits, _ and -, opens with a letter and is no section';
      reporter.report({ ...it, place: keyPlace }, name, 'this cannot be a name', right);
    } else if (it.kind === 'mapping') yield [name, it];
    else
      reporter.report(
        it,
        name,
        `${JSON.stringify(plain(it))} is no mapping`,
        `write ${name}: { at: ADDRESS, ... }, or null to remove it`,
      );
  }
}

function checkMemory(tree: Mapping, reporter: Reporter): MemoryDescription[] {
  return Array.from(named(tree, 'memory', reporter), ([name, it]) => {
    const { size, aliases = [], ...rest } = checkFields(it, memoryFields, name, reporter);
    return { name, sizeBytes: size, aliases, ...rest } as unknown as MemoryDescription;
  });
}

function checkAbsent(tree: Mapping, reporter: Reporter): AbsentDescription[] {
  return Array.from(named(tree, 'absent', reporter), ([name, it]) => {
    const { size, ...rest } = checkFields(it, absentFields, name, reporter);
    return { name, sizeBytes: size, ...rest } as unknown as AbsentDescription;
  });
}

/** The keys that a device of this kind may have; no property can take the place of what every device has. */
export const fieldsOfDevice = (properties: Fields): Fields => ({ ...deviceFields, ...properties, ...deviceFields });

function checkDevices(
  tree: Mapping,
  catalogue: DescribedCatalogue,
  cluster: Readonly<Record<string, Value>>,
  reporter: Reporter,
): DeviceDescription[] {
  const devices: DeviceDescription[] = [];
  for (const [name, it] of named(tree, 'devices', reporter)) {
    const compatible = scalarOf(it, 'compatible');
    const known = typeof compatible === 'string' && Object.hasOwn(catalogue, compatible);
    const model = known ? catalogue[compatible] : undefined;
    if (!model) {
      const where = it.entries.get('compatible')?.tree ?? it;
      const kinds = Object.keys(catalogue);
      if (compatible === undefined)
        reporter.report(where, `${name}.compatible`, 'this is missing', 'say what kind of device it is');
      else {
        const right = didYouMean(String(compatible), kinds, `there are ${kinds.join(', ')}`);
        reporter.report(where, `${name}.compatible`, `there is no device ${JSON.stringify(compatible)}`, right);
      }
      continue;
    }
    const { at, spi, spis, module, ...rest } = checkFields(it, fieldsOfDevice(model.properties), name, reporter);
    if (spi !== undefined && spis !== undefined)
      reporter.report(
        it.entries.get('spis')!.tree,
        `${name}.spis`,
        'there is an spi too',
        'give one of them, set the other to null',
      );
    const numbers = (spis ?? (spi === undefined ? [] : [spi])) as readonly number[];
    if (numbers.length > model.interrupts.length) {
      const count = model.interrupts.length;
      const key = spis === undefined ? 'spi' : 'spis';
      const right = count === 0 ? `leave out ${key}` : `its outputs are ${model.interrupts.join(', ')}`;
      reporter.report(it.entries.get(key)!.tree, `${name}.${key}`, `${compatible} has ${count} interrupts`, right);
    }
    devices.push({
      name,
      compatible: compatible as string,
      model,
      ...(module === undefined ? {} : { module: module as string }),
      at: at as number,
      sizeBytes: model.sizeBytes,
      spis: numbers,
      properties: propertiesOf(model, it, rest, cluster),
    });
  }
  return devices;
}

/** A property that is named like a value of the cluster (`cpus`, `security`) has that value unless it is given. */
function propertiesOf(
  model: DescribedModel,
  tree: Mapping,
  values: Readonly<Record<string, Value>>,
  cluster: Readonly<Record<string, Value>>,
): DeviceDescription['properties'] {
  const valueOf = (key: string, otherwise: Value): Value =>
    (tree.entries.has(key) ? values[key] : cluster[key]) ?? values[key] ?? otherwise;
  return Object.fromEntries(
    Object.entries(model.properties).map(([key, property]) => [key, valueOf(key, property.default)]),
  ) as DeviceDescription['properties'];
}

function checkAliases(tree: Mapping, catalogue: DescribedCatalogue, reporter: Reporter): Record<string, string> {
  const aliases: Record<string, string> = {};
  for (const [name, { tree: it }] of mappingAt(tree, 'aliases', reporter)?.entries ?? []) {
    const path = it.kind === 'scalar' ? it.value : undefined;
    if (typeof path !== 'string' || !isParameter(tree, catalogue, path)) {
      const wrong = `${JSON.stringify(plain(it))} is no parameter of this machine`;
      reporter.report(it, `aliases.${name}`, wrong, 'write a path such as uart0.at or cluster.cpus');
    } else aliases[name] = path;
  }
  return aliases;
}

function isParameter(tree: Mapping, catalogue: DescribedCatalogue, path: string): boolean {
  const [group = '', name = '', key, ...more] = keysOf(tree, path) ?? [];
  if (group in sections) return key === undefined && name in sections[group as SectionName];
  if (key === undefined || more.length > 0) return false;
  if (group === 'memory') return key in memoryFields;
  const device = mappingAt(tree, 'devices', { report: () => {} })?.entries.get(name)?.tree;
  const compatible = device?.kind === 'mapping' ? scalarOf(device, 'compatible') : undefined;
  const model =
    typeof compatible === 'string' && Object.hasOwn(catalogue, compatible) ? catalogue[compatible] : undefined;
  // Of a device that is unknown nothing can be said, and that has been reported.
  return !model || key in fieldsOfDevice(model.properties);
}

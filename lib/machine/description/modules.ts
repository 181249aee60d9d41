/**
 * Kinds of devices of the user's own: `module: ./my-device.mjs` beside a device. The module's default export is what
 * `defineDevice` gives, or a function that makes it from the vocabulary, which needs no installed package to import from.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import * as vocabulary from '../../device/vocabulary.ts';
import type { DescribedCatalogue, DescribedModel } from './catalogue.ts';
import type { Problem } from './machine-error.ts';
import { type Entry, type Mapping, type Place, scalarOf } from './tree.ts';

type OwnModel = DescribedModel & Pick<vocabulary.DeviceModel, 'compatible'>;

/** A tree whose devices all name their kind, and the kinds. */
export interface Kinds {
  readonly tree: Mapping;
  readonly catalogue: DescribedCatalogue;
}

/** Loads the modules that devices name; a device whose module fails is reported, and left out. */
export function loadModules(tree: Mapping, catalogue: DescribedCatalogue, problems: Problem[]): Kinds {
  const group = tree.entries.get('devices');
  if (group?.tree.kind !== 'mapping') return { tree, catalogue };
  const devices = new Map(group.tree.entries);
  const own: Record<string, OwnModel> = {};
  for (const [name, { tree: device, keyPlace }] of group.tree.entries) {
    const file = device.kind === 'mapping' ? device.entries.get('module')?.tree : undefined;
    if (device.kind !== 'mapping' || file?.kind !== 'scalar' || typeof file.value !== 'string') continue;
    const complain = (place: Place, key: string, wrong: string, right: string): void => {
      problems.push({ place: place.text, path: `${name}.${key}`, wrong, right });
    };
    devices.delete(name);
    let model: OwnModel;
    try {
      model = load(resolve(file.place.directory, file.value));
    } catch (error) {
      complain(file.place, 'module', `this cannot be loaded: ${reasonOf(error)}`, 'correct the module or its name');
      continue;
    }
    const { compatible } = model;
    const given = device.entries.get('compatible');
    const known = own[compatible] ?? (Object.hasOwn(catalogue, compatible) ? catalogue[compatible] : undefined);
    if (known !== undefined && known !== model)
      complain(file.place, 'module', `there is a device ${compatible} already`, 'give the kind a name of its own');
    else if (given && scalarOf(device, 'compatible') !== compatible)
      complain(given.tree.place, 'compatible', `the module defines ${compatible}`, `write ${compatible} or nothing`);
    else {
      own[compatible] = model;
      const entry: Entry = { keyPlace, tree: { kind: 'scalar', value: compatible, place: file.place } };
      devices.set(name, {
        keyPlace,
        tree: { ...device, entries: new Map([['compatible', entry], ...device.entries]) },
      });
    }
  }
  // The order of devices numbers UARTs: it stays that of the description.
  const ordered = new Map(
    [...group.tree.entries.keys()].flatMap((key) => (devices.has(key) ? [[key, devices.get(key)!] as const] : [])),
  );
  const entries = new Map(tree.entries).set('devices', { ...group, tree: { ...group.tree, entries: ordered } });
  return { tree: { ...tree, entries }, catalogue: { ...catalogue, ...own } };
}

function load(path: string): OwnModel {
  // Not by `import()`, which the command as one script has not.
  const { default: exported } = createRequire(import.meta.url)(path) as { default?: unknown };
  const model: unknown =
    typeof exported === 'function' ? (exported as (words: unknown) => unknown)(vocabulary) : exported;
  if (isModel(model)) return model;
  throw new Error('its default export is no device as defineDevice gives it');
}

function isModel(value: unknown): value is OwnModel {
  const model = value as Partial<vocabulary.DeviceModel> | null | undefined;
  return (
    typeof model === 'object' &&
    typeof model?.compatible === 'string' &&
    typeof model.sizeBytes === 'number' &&
    typeof model.build === 'function'
  );
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

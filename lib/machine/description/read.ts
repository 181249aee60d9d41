/** Reads a machine description: files, options, checks. */
import type { DescribedCatalogue } from './catalogue.ts';
import { check } from './check.ts';
import type { MachineDescription } from './description.ts';
import { readChain } from './files.ts';
import { loadModules } from './modules.ts';
import { MachineError, type Problem } from './machine-error.ts';
import { applyOverrides, type Override, parseOverride } from './overrides.ts';
import { type Mapping, scalarOf } from './tree.ts';

export interface ReadOptions {
  readonly catalogue: DescribedCatalogue;
  /** `PATH=VALUE`, in the order in which they apply. */
  readonly overrides?: readonly string[] | undefined;
  /** Size of the memory that images are loaded into, as `--memory` gives it. */
  readonly memory?: string | undefined;
  /** Number of processors, as `--cpus` gives it. */
  readonly cpus?: string | undefined;
  /** Whether files of the user's own are also held against the JSON Schema, which costs some 80 ms; true by default. */
  readonly schemaCheck?: boolean | undefined;
}

/**
 * Reads a bundled machine by name, or a description file by path (with a `/` or `.yaml`), and applies the options.
 * Throws a MachineError that carries all problems found.
 */
export async function readDescription(nameOrPath: string, options: ReadOptions): Promise<MachineDescription> {
  const { files, merged } = readChain(nameOrPath);
  const problems: Problem[] = [];
  const overrides = (options.overrides ?? []).map((text) => parseOverride(text, problems));
  const all = [...shorthands(merged, options), ...overrides].filter((override) => override !== undefined);
  const { tree, catalogue } = loadModules(applyOverrides(merged, all, problems), options.catalogue, problems);
  const paths = files.map(({ path }) => path);
  const description = check(tree, catalogue, nameOrPath, paths, problems);
  const own = files.filter(({ bundled }) => !bundled);
  if (own.length > 0 && options.schemaCheck !== false) {
    // Loaded here alone: a bundled machine starts without the validator, and tests hold its file against the schema.
    const { checkAgainstSchema } = await import('./schema-check.ts');
    const refused = await checkAgainstSchema(own, catalogue);
    if (refused.length > 0) throw new MachineError(refused);
  }
  return description;
}

/** The options that stand for one parameter of whatever machine it is. */
function shorthands(tree: Mapping, { memory, cpus }: ReadOptions): Override[] {
  const found: Override[] = [];
  if (cpus !== undefined) found.push({ option: `--cpus ${cpus}`, path: 'cluster.cpus', value: cpus });
  const boot = tree.entries.get('boot')?.tree;
  const ram = boot?.kind === 'mapping' ? scalarOf(boot, 'ram') : undefined;
  if (memory !== undefined)
    found.push({ option: `--memory ${memory}`, path: `memory.${String(ram)}.size`, value: memory });
  return found;
}

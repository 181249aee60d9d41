/** Validates files as they were written against the JSON Schema; loads the validator only when it is called. */
import type { DescribedCatalogue } from './catalogue.ts';
import type { DescriptionFile } from './files.ts';
import type { Problem } from './machine-error.ts';
import { machineSchema } from './schema.ts';
import { placeAt, plain, scalarOf } from './tree.ts';

/** Returns what the schema refuses in these files, empty if nothing. */
export async function checkAgainstSchema(
  files: readonly DescriptionFile[],
  catalogue: DescribedCatalogue,
): Promise<Problem[]> {
  const { Ajv } = await import('ajv');
  // That the schema itself is one is left to the tests.
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true, validateSchema: false }).compile(
    machineSchema(kindsIn(files, catalogue)),
  );
  const problems: Problem[] = [];
  for (const { tree } of files) {
    if (validate(plain(tree))) continue;
    for (const { instancePath, message = '', params, keyword } of validate.errors ?? []) {
      // These only repeat that something within them is wrong.
      if (keyword === 'if' || keyword === 'propertyNames') continue;
      const keys = instancePath
        .split('/')
        .slice(1)
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
      const detail = params as { additionalProperty?: string; allowedValues?: unknown[] };
      const named = detail.additionalProperty === undefined ? '' : ` (${detail.additionalProperty})`;
      problems.push({
        place: placeAt(tree, keys).text,
        path: keys.join('.'),
        wrong: `this ${message}${named}`,
        right: detail.allowedValues
          ? `choose one of ${detail.allowedValues.filter(Boolean).join(', ')}`
          : 'write what the JSON Schema of descriptions allows',
      });
    }
  }
  return problems;
}

/** Only the kinds that these files name: compiling the schema of a large catalogue takes longer than all else. */
function kindsIn(files: readonly DescriptionFile[], catalogue: DescribedCatalogue): DescribedCatalogue {
  const named = new Set<unknown>();
  for (const { tree } of files) {
    const devices = tree.entries.get('devices')?.tree;
    if (devices?.kind !== 'mapping') continue;
    for (const { tree: device } of devices.entries.values())
      if (device.kind === 'mapping') named.add(scalarOf(device, 'compatible'));
  }
  return Object.fromEntries(Object.entries(catalogue).filter(([compatible]) => named.has(compatible)));
}

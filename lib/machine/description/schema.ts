/**
 * The JSON Schema (draft 07) of description files, built from the declared shape and the catalogue of devices: for
 * editors, and as a second opinion on files of the user's own. A file may leave out what those it extends give.
 */
import type { DescribedCatalogue } from './catalogue.ts';
import { fieldsOfDevice } from './check.ts';
import { quantityPattern, type QuantityKind } from './quantity.ts';
import { absentFields, type Field, type Fields, memoryFields, NAME_PATTERN, sections } from './shape.ts';

export type Schema = Readonly<Record<string, unknown>>;

/** Builds the schema of description files for these devices. */
export function machineSchema(catalogue: DescribedCatalogue): Schema {
  const group = (each: Schema): Schema => ({
    type: ['object', 'null'],
    propertyNames: { pattern: NAME_PATTERN },
    additionalProperties: each,
  });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Machine description',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      summary: { type: 'string', description: 'What machine it is, in one line' },
      part: { type: 'boolean', description: 'Whether only other files use this one' },
      extends: { type: 'string', description: 'The file that this one is laid over: a bundled name, or a path' },
      ...Object.fromEntries(Object.entries(sections).map(([name, fields]) => [name, mapping(fields)])),
      memory: group(mapping(memoryFields)),
      devices: group(deviceSchema(catalogue)),
      absent: group(mapping(absentFields)),
      aliases: { type: ['object', 'null'], additionalProperties: { type: ['string', 'null'] } },
    },
  };
}

/** Any device has the keys of its kind; an entry without `compatible` changes one in the file that is extended. */
function deviceSchema(catalogue: DescribedCatalogue): Schema {
  const kinds = Object.entries(catalogue);
  if (kinds.length === 0) return { type: ['object', 'null'] };
  return {
    type: ['object', 'null'],
    // What an editor can offer where the kind is written in another file.
    properties: Object.fromEntries(
      Object.entries(fieldsOfDevice({})).map(([name, { summary }]) => [name, { description: summary }]),
    ),
    // A kind of the user's own is known to its module alone.
    anyOf: [
      { properties: { compatible: { enum: kinds.map(([compatible]) => compatible) } } },
      { required: ['module'] },
    ],
    allOf: kinds.map(([compatible, model]) => ({
      if: { required: ['compatible'], properties: { compatible: { const: compatible } } },
      then: { ...mapping(fieldsOfDevice(model.properties)), description: model.summary },
    })),
  };
}

const mapping = (fields: Fields): Schema => ({
  type: ['object', 'null'],
  additionalProperties: false,
  properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valueSchema(field)])),
});

function valueSchema(field: Field): Schema {
  const { summary: description, default: value } = field;
  const about = { description, ...(value === undefined ? {} : { default: value }) };
  if (field.pattern) return { type: ['string', 'null'], pattern: field.pattern.form.source, ...about };
  if (field.choices) return { enum: [...field.choices, null], ...about };
  switch (field.type) {
    case 'boolean':
      return { type: ['boolean', 'null'], ...about };
    case 'string':
    case 'path':
      return { type: ['string', 'null'], ...about };
    case 'strings':
      return { type: ['array', 'null'], items: { type: 'string' }, ...about };
    case 'integers':
      return { type: ['array', 'null'], items: quantity('integer', field), ...about };
    case 'addresses':
      return { type: ['array', 'null'], items: quantity('address', field), ...about };
    default:
      return { ...quantity(field.type, field), ...about };
  }
}

/** Bounds hold for numbers, the pattern for text: what a text stands for no schema can tell. */
const quantity = (kind: QuantityKind, { min = 0, max, multipleOf }: Field): Schema => ({
  type: ['integer', 'string', 'null'],
  minimum: min,
  ...(max === undefined ? {} : { maximum: max }),
  ...(multipleOf === undefined ? {} : { multipleOf }),
  pattern: quantityPattern[kind],
});

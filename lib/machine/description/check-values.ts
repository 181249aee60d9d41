/** Checks single values and mappings against declared fields, converts them, and reports what does not fit. */
import { resolve } from 'node:path';
import type { Problem } from './machine-error.ts';
import { quantityExample, type QuantityKind, showFrequency, showHex, showSize, toQuantity } from './quantity.ts';
import type { Field, Fields } from './shape.ts';
import { didYouMean } from './suggest.ts';
import { type List, type Mapping, plain, type Scalar, type Tree } from './tree.ts';

export type Value = number | boolean | string | readonly number[] | readonly string[];

/** Collects problems of a tree. */
export interface Reporter {
  report(tree: Tree, path: string, wrong: string, right: string): void;
}

/** Collects into a list. */
export const reportInto = (problems: Problem[]): Reporter => ({
  report: (tree, path, wrong, right) => void problems.push({ place: tree.place.text, path, wrong, right }),
});

/** Reads a mapping by its fields: fills in defaults, reports unknown, missing and unfitting ones. */
export function checkFields(tree: Mapping, fields: Fields, path: string, reporter: Reporter): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [key, { tree: value, keyPlace }] of tree.entries) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field) {
      const names = Object.keys(fields);
      const right = didYouMean(key, names, `it has ${names.join(', ')}`);
      reporter.report({ ...value, place: keyPlace }, `${path}.${key}`, 'there is no such key here', right);
      continue;
    }
    const converted = checkValue(value, field, `${path}.${key}`, reporter);
    if (converted !== undefined) values[key] = converted;
  }
  for (const [key, field] of Object.entries(fields)) {
    if (tree.entries.has(key)) continue;
    if (field.default !== undefined) values[key] = field.default;
    else if (field.required)
      reporter.report(tree, `${path}.${key}`, 'this is missing', `write ${key}: (${lower(field.summary)})`);
  }
  return values;
}

const lower = (text: string): string => (/^[A-Z][a-z]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text);

function checkValue(tree: Tree, field: Field, path: string, reporter: Reporter): Value | undefined {
  if (isListType(field.type)) return checkList(tree, field, path, reporter);
  if (tree.kind !== 'scalar') {
    reporter.report(tree, path, `a ${tree.kind} has no meaning here`, exampleOf(field));
    return undefined;
  }
  const wrong = (right = exampleOf(field)): undefined => {
    reporter.report(tree, path, `${JSON.stringify(tree.value)} is no ${nounOf(field)}`, right);
  };
  if (field.type === 'boolean') return toBoolean(tree) ?? wrong();
  if (field.type === 'string' || field.type === 'path') {
    if (typeof tree.value !== 'string') return wrong();
    if (field.choices && !field.choices.includes(tree.value))
      return wrong(didYouMean(tree.value, field.choices, exampleOf(field)));
    if (field.pattern && !field.pattern.form.test(tree.value)) return wrong(`write ${field.pattern.example}`);
    return field.type === 'path' ? resolve(tree.place.directory, tree.value) : tree.value;
  }
  const value = toQuantity(tree.value, field.type);
  return value === undefined ? wrong() : checkRange(value, field, tree, path, reporter);
}

function checkRange(value: number, field: Field, tree: Tree, path: string, reporter: Reporter): number | undefined {
  const kind = field.type as QuantityKind;
  const { min = 0, max = Number.MAX_SAFE_INTEGER, multipleOf = 1 } = field;
  if (value < min || value > max) {
    const wrong = `${show(value, kind)} is too ${value < min ? 'small' : 'large'}`;
    const right =
      max === Number.MAX_SAFE_INTEGER
        ? `it is at least ${show(min, kind)}`
        : `it is from ${show(min, kind)} to ${show(max, kind)}`;
    reporter.report(tree, path, wrong, right);
  } else if (value % multipleOf !== 0)
    reporter.report(tree, path, `${show(value, kind)} does not fit`, `it is a multiple of ${show(multipleOf, kind)}`);
  else return value;
  return undefined;
}

/** What a list is of, by its type. */
const ELEMENT = { integers: 'integer', addresses: 'address', strings: 'string' } as const;
const isListType = (type: Field['type']): type is keyof typeof ELEMENT => type in ELEMENT;

type ListValue = readonly number[] | readonly string[];

function checkList(tree: Tree, field: Field, path: string, reporter: Reporter): ListValue | undefined {
  const each: Field = { ...field, type: ELEMENT[field.type as keyof typeof ELEMENT] };
  const list = tree.kind === 'scalar' ? typedList(tree, each.type === 'string' ? ' ' : ',') : tree;
  if (list?.kind !== 'list') {
    reporter.report(
      tree,
      path,
      `${tree.kind === 'scalar' ? JSON.stringify(tree.value) : 'a mapping'} is no list`,
      exampleOf(field),
    );
    return undefined;
  }
  const values = list.items.map((item, index) => checkValue(item, each, `${path}[${index}]`, reporter));
  return values.every((value) => value !== undefined) ? (values as unknown as ListValue) : undefined;
}

/** On the command line a list is written `1,2`, and texts, which may have commas, apart. */
function typedList({ value, place, typed }: Scalar, separator: string): List | undefined {
  if (!typed || typeof value !== 'string') return undefined;
  const parts = value.replace(/^\[|\]$/g, '').split(separator);
  return { kind: 'list', place, items: parts.map((part) => ({ kind: 'scalar', value: part.trim(), place, typed })) };
}

/** Fast Models write 1 and 0 on the command line. */
function toBoolean({ value, typed }: Scalar): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (!typed) return undefined;
  return value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : undefined;
}

const nounOf = ({ type, choices, pattern }: Field): string =>
  choices
    ? 'choice here'
    : pattern
      ? 'text of the right form'
      : type === 'integer'
        ? 'whole number'
        : type === 'path'
          ? 'file name'
          : type === 'string'
            ? 'text'
            : type;

function exampleOf({ type, choices }: Field): string {
  if (choices) return choices.length === 1 ? `write ${choices[0]}` : `choose one of ${choices.join(', ')}`;
  if (type === 'boolean') return 'write true or false';
  if (type === 'string') return 'write a text, in quotes if it looks like a number';
  if (type === 'path') return 'write the name of a file';
  if (type === 'strings') return 'write [first, second]';
  return type === 'integers' || type === 'addresses' ? 'write [1, 2]' : quantityExample[type];
}

/** Shows a value as its kind is written. */
export const show = (value: number, kind: QuantityKind): string =>
  kind === 'address'
    ? showHex(value)
    : kind === 'size'
      ? showSize(value)
      : kind === 'frequency'
        ? showFrequency(value)
        : `${value}`;

/** The mapping at a key of the top; undefined if it is missing, or is something else, which is reported. */
export function mappingAt(tree: Mapping, key: string, reporter: Reporter): Mapping | undefined {
  const found = tree.entries.get(key)?.tree;
  if (!found || found.kind === 'mapping') return found;
  reporter.report(found, key, `${JSON.stringify(plain(found))} is no mapping`, 'write NAME: VALUE lines, indented');
  return undefined;
}

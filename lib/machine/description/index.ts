/** Machine descriptions: from YAML files and options to checked data. */
export type { DescribedCatalogue, DescribedModel } from './catalogue.ts';
export type * from './description.ts';
export { bundledMachines, machinesDirectory, prebuildDescriptions, summaryOf } from './files.ts';
export { MachineError, type Problem, problemLine } from './machine-error.ts';
export { listParameters, type Parameter } from './parameters.ts';
export { quantityExample, showFrequency, showHex, showSize, toQuantity, type QuantityKind } from './quantity.ts';
export { readDescription, type ReadOptions } from './read.ts';
export { machineSchema, type Schema } from './schema.ts';

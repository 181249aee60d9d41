/** The guest's device tree: made from a description, shown as source. */
export { generateDeviceTree } from './generate.ts';
export { deviceTreeSource } from './source.ts';

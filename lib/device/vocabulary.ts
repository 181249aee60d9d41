/** All that a device of the user's own is written with; the library exports the same names. */
export { rateOf } from '../clock/rate.ts';
export { itself, reference, type CompanionNode, type TreeBinding, type TreeValue } from './binding.ts';
export { defineDevice, type Behaviour, type DeviceDefinition, type Parts } from './device.ts';
export type { Access } from './mmio.ts';
export type {
  BuiltDevice,
  CharacterPort,
  DeviceModel,
  HostPorts,
  KeyboardPort,
  MemoryPort,
  NetworkPort,
  Properties,
  Property,
  SoundPort,
  StorePort,
  Values,
} from './model.ts';
export { busClock, primeCellIds, type PrimeCellIdentity } from './primecell.ts';
export { bit, bits, ro, rw, wo, type Field, type Register, type RegisterBlock } from './registers.ts';

/** What a description needs to know of the kinds of devices; the catalogue of `lib/devices` provides it. */
import type { DeviceModel } from '../../device/model.ts';

export type DescribedModel = Pick<DeviceModel, 'summary' | 'sizeBytes' | 'interrupts' | 'properties'> &
  Partial<Pick<DeviceModel, 'deviceTree' | 'registers'>>;
export type DescribedCatalogue = Readonly<Record<string, DescribedModel>>;

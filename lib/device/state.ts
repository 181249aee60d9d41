/** A device's state object: plain data, arrays and typed arrays. Hooks keep references into it, so it changes in place. */

/** Makes `target` equal to `source`; typed arrays of the same length and plain objects keep their identity. */
export function assignState(target: object, source: object): void {
  const to = target as Record<string, unknown>;
  const from = source as Record<string, unknown>;
  for (const key of Object.keys(from)) {
    const [old, value] = [to[key], from[key]];
    if (isWords(old) && isWords(value) && old.length === value.length) old.set(value);
    else if (isPlain(old) && isPlain(value)) assignState(old, value);
    else to[key] = value;
  }
}

/** Returns a deep copy. */
export const cloneState = <S>(state: S): S => structuredClone(state);

type Words = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;
const isWords = (value: unknown): value is Words => ArrayBuffer.isView(value) && !(value instanceof DataView);
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

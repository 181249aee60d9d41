/** The part of `binary-parser` used here, typed by the fields that were named (the package's ESM entry has no types). */
declare module 'binary-parser' {
  export class Parser<T extends object = object> {
    endianness(order: 'little' | 'big'): this;
    seek(bytes: number): this;
    uint8<K extends string>(name: K): Parser<T & { readonly [P in K]: number }>;
    uint16<K extends string>(name: K): Parser<T & { readonly [P in K]: number }>;
    uint32<K extends string>(name: K): Parser<T & { readonly [P in K]: number }>;
    string<K extends string>(
      name: K,
      options: { length: number; encoding: string; stripNull: boolean },
    ): Parser<T & { readonly [P in K]: string }>;
    parse(bytes: Uint8Array): T;
  }
}

/**
 * The WebAssembly opcodes this project uses, by their name in the specification (without the `i32.` prefix),
 * with what each takes and gives (WebAssembly Core Specification 2.0, 5.4).
 *
 * Opcodes behind the prefix bytes 0xfc and 0xfd are written 0xfc00 + n and 0xfd00 + n.
 */

export type WasmType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

// prettier-ignore
export const W = {
  unreachable: 0x00, block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, br: 0x0c, brIf: 0x0d, brTable: 0x0e,
  return: 0x0f, call: 0x10, callIndirect: 0x11, returnCall: 0x12, returnCallIndirect: 0x13,
  drop: 0x1a, select: 0x1b, get: 0x20, set: 0x21, tee: 0x22, globalGet: 0x23, globalSet: 0x24,
  load: 0x28, i64Load: 0x29, f32Load: 0x2a, f64Load: 0x2b, load8s: 0x2c, load8u: 0x2d, load16s: 0x2e, load16u: 0x2f,
  store: 0x36, i64Store: 0x37, f32Store: 0x38, f64Store: 0x39, store8: 0x3a, store16: 0x3b,
  const: 0x41, i64Const: 0x42, f32Const: 0x43, f64Const: 0x44,

  eqz: 0x45, eq: 0x46, ne: 0x47, ltS: 0x48, ltU: 0x49, gtS: 0x4a, gtU: 0x4b, leS: 0x4c, leU: 0x4d, geS: 0x4e, geU: 0x4f,
  i64Eqz: 0x50, i64Eq: 0x51, i64Ne: 0x52, i64LtS: 0x53, i64LtU: 0x54, i64GtS: 0x55, i64GtU: 0x56, i64LeS: 0x57,
  i64LeU: 0x58, i64GeS: 0x59, i64GeU: 0x5a,
  f32Eq: 0x5b, f32Ne: 0x5c, f32Lt: 0x5d, f32Gt: 0x5e, f32Le: 0x5f, f32Ge: 0x60,
  f64Eq: 0x61, f64Ne: 0x62, f64Lt: 0x63, f64Gt: 0x64, f64Le: 0x65, f64Ge: 0x66,
  clz: 0x67, ctz: 0x68, popcnt: 0x69, add: 0x6a, sub: 0x6b, mul: 0x6c, divS: 0x6d, divU: 0x6e, remS: 0x6f, remU: 0x70,
  and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, shrS: 0x75, shrU: 0x76, rotl: 0x77, rotr: 0x78,
  i64Clz: 0x79, i64Ctz: 0x7a, i64Popcnt: 0x7b, i64Add: 0x7c, i64Sub: 0x7d, i64Mul: 0x7e, i64DivS: 0x7f, i64DivU: 0x80,
  i64RemS: 0x81, i64RemU: 0x82, i64And: 0x83, i64Or: 0x84, i64Xor: 0x85, i64Shl: 0x86, i64ShrS: 0x87, i64ShrU: 0x88,
  i64Rotl: 0x89, i64Rotr: 0x8a,
  f32Abs: 0x8b, f32Neg: 0x8c, f32Ceil: 0x8d, f32Floor: 0x8e, f32Trunc: 0x8f, f32Nearest: 0x90, f32Sqrt: 0x91,
  f32Add: 0x92, f32Sub: 0x93, f32Mul: 0x94, f32Div: 0x95, f32Min: 0x96, f32Max: 0x97, f32Copysign: 0x98,
  f64Abs: 0x99, f64Neg: 0x9a, f64Ceil: 0x9b, f64Floor: 0x9c, f64Trunc: 0x9d, f64Nearest: 0x9e, f64Sqrt: 0x9f,
  f64Add: 0xa0, f64Sub: 0xa1, f64Mul: 0xa2, f64Div: 0xa3, f64Min: 0xa4, f64Max: 0xa5, f64Copysign: 0xa6,
  wrap: 0xa7, i64ExtendS: 0xac, i64ExtendU: 0xad,
  f32ConvertS: 0xb2, f32ConvertU: 0xb3, f32ConvertI64S: 0xb4, f32ConvertI64U: 0xb5, f32Demote: 0xb6,
  f64ConvertS: 0xb7, f64ConvertU: 0xb8, f64ConvertI64S: 0xb9, f64ConvertI64U: 0xba, f64Promote: 0xbb,
  reinterpretF32: 0xbc, i64ReinterpretF64: 0xbd, f32Reinterpret: 0xbe, f64Reinterpret: 0xbf,
  extend8: 0xc0, extend16: 0xc1, i64Extend8: 0xc2, i64Extend16: 0xc3, i64Extend32: 0xc4,
  truncSatF32S: 0xfc00, truncSatF32U: 0xfc01, truncSatF64S: 0xfc02, truncSatF64U: 0xfc03,
  i64TruncSatF32S: 0xfc04, i64TruncSatF32U: 0xfc05, i64TruncSatF64S: 0xfc06, i64TruncSatF64U: 0xfc07,

  v128Load: 0xfd00, v128Store: 0xfd0b, v128Const: 0xfd0c, shuffle: 0xfd0d, swizzle: 0xfd0e,
  i8x16Splat: 0xfd0f, i16x8Splat: 0xfd10, i32x4Splat: 0xfd11, i64x2Splat: 0xfd12, f32x4Splat: 0xfd13, f64x2Splat: 0xfd14,
  i8x16ExtractS: 0xfd15, i8x16ExtractU: 0xfd16, i8x16Replace: 0xfd17, i16x8ExtractS: 0xfd18, i16x8ExtractU: 0xfd19,
  i16x8Replace: 0xfd1a, i32x4Extract: 0xfd1b, i32x4Replace: 0xfd1c, i64x2Extract: 0xfd1d, i64x2Replace: 0xfd1e,
  f32x4Extract: 0xfd1f, f32x4Replace: 0xfd20,
  i8x16Eq: 0xfd23, i8x16Ne: 0xfd24, i8x16LtS: 0xfd25, i8x16LtU: 0xfd26, i8x16GtS: 0xfd27, i8x16GtU: 0xfd28,
  i8x16LeS: 0xfd29, i8x16LeU: 0xfd2a, i8x16GeS: 0xfd2b, i8x16GeU: 0xfd2c,
  i16x8Eq: 0xfd2d, i16x8Ne: 0xfd2e, i16x8LtS: 0xfd2f, i16x8LtU: 0xfd30, i16x8GtS: 0xfd31, i16x8GtU: 0xfd32,
  i16x8LeS: 0xfd33, i16x8LeU: 0xfd34, i16x8GeS: 0xfd35, i16x8GeU: 0xfd36,
  i32x4Eq: 0xfd37, i32x4Ne: 0xfd38, i32x4LtS: 0xfd39, i32x4LtU: 0xfd3a, i32x4GtS: 0xfd3b, i32x4GtU: 0xfd3c,
  i32x4LeS: 0xfd3d, i32x4LeU: 0xfd3e, i32x4GeS: 0xfd3f, i32x4GeU: 0xfd40,
  v128Not: 0xfd4d, v128And: 0xfd4e, v128AndNot: 0xfd4f, v128Or: 0xfd50, v128Xor: 0xfd51, v128Bitselect: 0xfd52, v128AnyTrue: 0xfd53,
  i8x16Abs: 0xfd60, i8x16Neg: 0xfd61, i8x16Popcnt: 0xfd62, i8x16AllTrue: 0xfd63, i8x16Bitmask: 0xfd64, i8x16NarrowS: 0xfd65, i8x16NarrowU: 0xfd66,
  i8x16Shl: 0xfd6b, i8x16ShrS: 0xfd6c, i8x16ShrU: 0xfd6d, i8x16Add: 0xfd6e, i8x16AddSatS: 0xfd6f, i8x16AddSatU: 0xfd70,
  i8x16Sub: 0xfd71, i8x16SubSatS: 0xfd72, i8x16SubSatU: 0xfd73, i8x16MinS: 0xfd76, i8x16MinU: 0xfd77, i8x16MaxS: 0xfd78,
  i8x16MaxU: 0xfd79, i8x16AvgrU: 0xfd7b,
  i16x8ExtaddPairwiseS: 0xfd7c, i16x8ExtaddPairwiseU: 0xfd7d, i32x4ExtaddPairwiseS: 0xfd7e, i32x4ExtaddPairwiseU: 0xfd7f,
  i16x8Abs: 0xfd80, i16x8Neg: 0xfd81, i16x8AllTrue: 0xfd83, i16x8Bitmask: 0xfd84, i16x8NarrowS: 0xfd85, i16x8NarrowU: 0xfd86,
  i16x8ExtendLowS: 0xfd87, i16x8ExtendHighS: 0xfd88, i16x8ExtendLowU: 0xfd89, i16x8ExtendHighU: 0xfd8a,
  i16x8Shl: 0xfd8b, i16x8ShrS: 0xfd8c, i16x8ShrU: 0xfd8d, i16x8Add: 0xfd8e, i16x8AddSatS: 0xfd8f, i16x8AddSatU: 0xfd90,
  i16x8Sub: 0xfd91, i16x8SubSatS: 0xfd92, i16x8SubSatU: 0xfd93, i16x8Mul: 0xfd95, i16x8MinS: 0xfd96, i16x8MinU: 0xfd97,
  i16x8MaxS: 0xfd98, i16x8MaxU: 0xfd99, i16x8AvgrU: 0xfd9b,
  i32x4Abs: 0xfda0, i32x4Neg: 0xfda1, i32x4AllTrue: 0xfda3, i32x4Bitmask: 0xfda4,
  i32x4ExtendLowS: 0xfda7, i32x4ExtendHighS: 0xfda8, i32x4ExtendLowU: 0xfda9, i32x4ExtendHighU: 0xfdaa,
  i32x4Shl: 0xfdab, i32x4ShrS: 0xfdac, i32x4ShrU: 0xfdad, i32x4Add: 0xfdae, i32x4Sub: 0xfdb1, i32x4Mul: 0xfdb5,
  i32x4MinS: 0xfdb6, i32x4MinU: 0xfdb7, i32x4MaxS: 0xfdb8, i32x4MaxU: 0xfdb9,
  i64x2Abs: 0xfdc0, i64x2Neg: 0xfdc1, i64x2AllTrue: 0xfdc3,
  i64x2ExtendLowS: 0xfdc7, i64x2ExtendHighS: 0xfdc8, i64x2ExtendLowU: 0xfdc9, i64x2ExtendHighU: 0xfdca,
  i64x2Shl: 0xfdcb, i64x2ShrS: 0xfdcc, i64x2ShrU: 0xfdcd, i64x2Add: 0xfdce, i64x2Sub: 0xfdd1, i64x2Mul: 0xfdd5,
  i64x2Eq: 0xfdd6, i64x2Ne: 0xfdd7, i64x2LtS: 0xfdd8, i64x2GtS: 0xfdd9, i64x2LeS: 0xfdda, i64x2GeS: 0xfddb,
  i16x8ExtmulLowS: 0xfd9c, i16x8ExtmulHighS: 0xfd9d, i16x8ExtmulLowU: 0xfd9e, i16x8ExtmulHighU: 0xfd9f,
  i32x4ExtmulLowS: 0xfdbc, i32x4ExtmulHighS: 0xfdbd, i32x4ExtmulLowU: 0xfdbe, i32x4ExtmulHighU: 0xfdbf,
  i64x2ExtmulLowS: 0xfddc, i64x2ExtmulHighS: 0xfddd, i64x2ExtmulLowU: 0xfdde, i64x2ExtmulHighU: 0xfddf,
} as const;

/** How many values an arithmetic opcode consumes; 0 for one that is not plain arithmetic. */
export function arity(op: number): number {
  if (op < 0x100) return ARITY[op]!;
  if (op >>> 8 === 0xfc) return 1;
  if (op >>> 8 !== 0xfd || op < 0xfd0d) return 0;
  if (op === W.v128Bitselect) return 3;
  return isUnaryVector(op) ? 1 : 2;
}

const isUnaryByte = (op: number): boolean =>
  op === W.eqz ||
  op === W.i64Eqz ||
  (op >= W.clz && op <= W.popcnt) ||
  (op >= W.i64Clz && op <= W.i64Popcnt) ||
  (op >= W.f32Abs && op <= W.f32Sqrt) ||
  (op >= W.f64Abs && op <= W.f64Sqrt) ||
  op >= W.wrap;

/** {@link arity} of the opcodes without a prefix. */
const ARITY = Uint8Array.from({ length: 0x100 }, (_, op) => {
  if (op < W.eqz || op > W.i64Extend32) return op === W.select ? 3 : 0;
  return isUnaryByte(op) ? 1 : 2;
});

const UNARY_VECTOR = new Set<number>([
  W.v128Not,
  W.v128AnyTrue,
  W.i8x16Abs,
  W.i8x16Neg,
  W.i8x16Popcnt,
  W.i8x16AllTrue,
  W.i8x16Bitmask,
  W.i16x8Abs,
  W.i16x8Neg,
  W.i16x8AllTrue,
  W.i16x8Bitmask,
  W.i32x4Abs,
  W.i32x4Neg,
  W.i32x4AllTrue,
  W.i32x4Bitmask,
  W.i64x2Abs,
  W.i64x2Neg,
  W.i64x2AllTrue,
]);
const isUnaryVector = (op: number): boolean =>
  (op >= W.i8x16Splat && op <= W.f64x2Splat) ||
  isExtract(op) ||
  UNARY_VECTOR.has(op) ||
  (op >= W.i16x8ExtaddPairwiseS && op <= W.i32x4ExtaddPairwiseU) ||
  (op >= W.i16x8ExtendLowS && op <= W.i16x8ExtendHighU) ||
  (op >= W.i32x4ExtendLowS && op <= W.i32x4ExtendHighU) ||
  (op >= W.i64x2ExtendLowS && op <= W.i64x2ExtendHighU);

const isExtract = (op: number): boolean =>
  op === W.i8x16ExtractS ||
  op === W.i8x16ExtractU ||
  op === W.i16x8ExtractS ||
  op === W.i16x8ExtractU ||
  op === W.i32x4Extract ||
  op === W.i64x2Extract ||
  op === W.f32x4Extract;

/** Whether the opcode carries a lane number behind it. */
export const hasLane = (op: number): boolean => op >= W.i8x16ExtractS && op <= W.f32x4Replace;

/** The type an arithmetic opcode leaves. `select` has the type of its operands and is not covered. */
export function resultType(op: number): WasmType {
  if (op <= 0x66) return 'i32';
  if (op <= 0x78) return 'i32';
  if (op <= 0x8a) return 'i64';
  if (op <= 0x98) return 'f32';
  if (op <= 0xa6) return 'f64';
  if (op <= 0xab) return 'i32';
  if (op <= 0xb1) return 'i64';
  if (op <= 0xb6) return 'f32';
  if (op <= 0xbb) return 'f64';
  if (op <= 0xc4) return (['i32', 'i64', 'f32', 'f64', 'i32', 'i32', 'i64', 'i64', 'i64'] as const)[op - 0xbc]!;
  if (op >>> 8 === 0xfc) return op < W.i64TruncSatF32S ? 'i32' : 'i64';
  if (op === W.i64x2Extract) return 'i64';
  if (op === W.f32x4Extract) return 'f32';
  const scalar =
    isExtract(op) ||
    op === W.v128AnyTrue ||
    op === W.i8x16AllTrue ||
    op === W.i16x8AllTrue ||
    op === W.i32x4AllTrue ||
    op === W.i64x2AllTrue ||
    op === W.i8x16Bitmask ||
    op === W.i16x8Bitmask ||
    op === W.i32x4Bitmask;
  return scalar ? 'i32' : 'v128';
}

import type { FloatType, IntegerType, Numeric, ValueType } from './numeric.ts'
import { type VectorName, vectorNumerics } from './vector-opcodes.ts'

export type { ValueType } from './numeric.ts'

/** Numeric instructions, loads and stores of WebAssembly (Core Specification §5.4). */

const comparisons = ['eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u'] as const
const unary = ['clz', 'ctz', 'popcnt'] as const
const binary = [
  ...['add', 'sub', 'mul', 'div_s', 'div_u', 'rem_s', 'rem_u'],
  ...['and', 'or', 'xor', 'shl', 'shr_s', 'shr_u', 'rotl', 'rotr'],
] as const

const floatComparisons = ['eq', 'ne', 'lt', 'gt', 'le', 'ge'] as const
const floatUnary = ['abs', 'neg', 'ceil', 'floor', 'trunc', 'nearest', 'sqrt'] as const
const floatBinary = ['add', 'sub', 'mul', 'div', 'min', 'max', 'copysign'] as const

type Comparison = (typeof comparisons)[number] | 'eqz'
type Arithmetic =
  | (typeof unary)[number]
  | ('add' | 'sub' | 'mul' | 'div_s' | 'div_u' | 'rem_s' | 'rem_u')
  | ('and' | 'or' | 'xor' | 'shl' | 'shr_s' | 'shr_u' | 'rotl' | 'rotr')

type FloatArithmetic =
  | (typeof floatComparisons)[number]
  | (typeof floatUnary)[number]
  | (typeof floatBinary)[number]

/** Between types: name, code, what it takes; what it makes is the name's first part. */
const conversions = [
  ['i32.wrap_i64', 0xa7, 'i64'],
  ['i64.extend_i32_s', 0xac, 'i32'],
  ['i64.extend_i32_u', 0xad, 'i32'],
  ['f32.convert_i32_s', 0xb2, 'i32'],
  ['f32.convert_i64_s', 0xb4, 'i64'],
  ['f32.demote_f64', 0xb6, 'f64'],
  ['f32.convert_i64_u', 0xb5, 'i64'],
  ['f64.convert_i32_s', 0xb7, 'i32'],
  ['f64.convert_i64_s', 0xb9, 'i64'],
  ['f64.convert_i64_u', 0xba, 'i64'],
  ['f64.promote_f32', 0xbb, 'f32'],
  ['i32.reinterpret_f32', 0xbc, 'f32'],
  ['i64.reinterpret_f64', 0xbd, 'f64'],
  ['f32.reinterpret_i32', 0xbe, 'i32'],
  ['f64.reinterpret_i64', 0xbf, 'i64'],
  ['i32.extend8_s', 0xc0, 'i32'],
  ['i32.extend16_s', 0xc1, 'i32'],
  ['i64.extend8_s', 0xc2, 'i64'],
  ['i64.extend16_s', 0xc3, 'i64'],
  ['i64.extend32_s', 0xc4, 'i64'],
  ['i64.trunc_sat_f32_s', 0xfc_0004, 'f32'],
  ['i64.trunc_sat_f64_s', 0xfc_0006, 'f64'],
  ['i64.trunc_sat_f64_u', 0xfc_0007, 'f64'],
] as const

export type NumericName =
  | `${IntegerType}.${Comparison | Arithmetic}`
  | `${FloatType}.${FloatArithmetic}`
  | (typeof conversions)[number][0]
  | VectorName

/** Names without their type. */
export type NameOf<Type extends ValueType> =
  Extract<NumericName, `${Type}.${string}`> extends `${Type}.${infer Name}` ? Name : never

export const numerics: ReadonlyMap<string, Numeric> = new Map<string, Numeric>([
  ...integer('i32', 0x45, 0x67),
  ...integer('i64', 0x50, 0x79),
  ...float('f32', 0x5b, 0x8b),
  ...float('f64', 0x61, 0x99),
  ...conversions.map(([name, code, from]): [string, Numeric] => [
    name,
    { code, parameters: [from], result: name.slice(0, 3) as ValueType },
  ]),
  ...vectorNumerics,
])

/** The comparisons of a type follow each other from `first`, its arithmetic from `arithmetic`. */
function integer(type: IntegerType, first: number, arithmetic: number): [string, Numeric][] {
  const two = [type, type] as const
  return [
    [`${type}.eqz`, { code: first, parameters: [type], result: 'i32' }],
    ...comparisons.map((name, index): [string, Numeric] => [
      `${type}.${name}`,
      { code: first + 1 + index, parameters: two, result: 'i32' },
    ]),
    ...unary.map((name, index): [string, Numeric] => [
      `${type}.${name}`,
      { code: arithmetic + index, parameters: [type], result: type },
    ]),
    ...binary.map((name, index): [string, Numeric] => [
      `${type}.${name}`,
      { code: arithmetic + unary.length + index, parameters: two, result: type },
    ]),
  ]
}

function float(type: FloatType, first: number, arithmetic: number): [string, Numeric][] {
  const two = [type, type] as const
  return [
    ...floatComparisons.map((name, index): [string, Numeric] => [
      `${type}.${name}`,
      { code: first + index, parameters: two, result: 'i32' },
    ]),
    ...[...floatUnary, ...floatBinary].map((name, index): [string, Numeric] => [
      `${type}.${name}`,
      { code: arithmetic + index, parameters: index < floatUnary.length ? [type] : two, result: type },
    ]),
  ]
}

export const loads = {
  'i32.load': { code: 0x28, type: 'i32' },
  'i64.load': { code: 0x29, type: 'i64' },
  'i32.load8_u': { code: 0x2d, type: 'i32' },
  'i32.load16_u': { code: 0x2f, type: 'i32' },
  'i64.load8_u': { code: 0x31, type: 'i64' },
  'i64.load16_u': { code: 0x33, type: 'i64' },
  'i64.load32_s': { code: 0x34, type: 'i64' },
  'i64.load32_u': { code: 0x35, type: 'i64' },
  'v128.load': { code: 0xfd_0000, type: 'v128' },
  'v128.load32_zero': { code: 0xfd_005c, type: 'v128' },
  'v128.load64_zero': { code: 0xfd_005d, type: 'v128' },
} as const satisfies Record<string, { code: number; type: ValueType }>

export type LoadName = keyof typeof loads

export const stores = {
  'i32.store': { code: 0x36, type: 'i32' },
  'i64.store': { code: 0x37, type: 'i64' },
  'i32.store8': { code: 0x3a, type: 'i32' },
  'i32.store16': { code: 0x3b, type: 'i32' },
  'i64.store8': { code: 0x3c, type: 'i64' },
  'i64.store16': { code: 0x3d, type: 'i64' },
  'i64.store32': { code: 0x3e, type: 'i64' },
  'v128.store': { code: 0xfd_000b, type: 'v128' },
} as const satisfies Record<string, { code: number; type: ValueType }>

export type StoreName = keyof typeof stores

/** Value types as the binary format writes them, §5.3.1. */
export const typeCodes: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
}

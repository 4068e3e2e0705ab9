/** Numeric instructions, loads and stores of WebAssembly (Core Specification §5.4), the integer half. */

export type ValueType = 'i32' | 'i64'

export interface Numeric {
  readonly code: number
  readonly parameters: readonly ValueType[]
  readonly result: ValueType
}

const comparisons = ['eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u'] as const
const unary = ['clz', 'ctz', 'popcnt'] as const
const binary = [
  ...['add', 'sub', 'mul', 'div_s', 'div_u', 'rem_s', 'rem_u'],
  ...['and', 'or', 'xor', 'shl', 'shr_s', 'shr_u', 'rotl', 'rotr'],
] as const

type Comparison = (typeof comparisons)[number] | 'eqz'
type Arithmetic =
  | (typeof unary)[number]
  | ('add' | 'sub' | 'mul' | 'div_s' | 'div_u' | 'rem_s' | 'rem_u')
  | ('and' | 'or' | 'xor' | 'shl' | 'shr_s' | 'shr_u' | 'rotl' | 'rotr')
  | ('extend8_s' | 'extend16_s')

export type NumericName =
  | `${ValueType}.${Comparison | Arithmetic}`
  | ('i32.wrap_i64' | 'i64.extend_i32_s' | 'i64.extend_i32_u' | 'i64.extend32_s')

/** Names without their type. */
export type NameOf<Type extends ValueType> =
  Extract<NumericName, `${Type}.${string}`> extends `${Type}.${infer Name}` ? Name : never

export const numerics: ReadonlyMap<string, Numeric> = new Map<string, Numeric>([
  ...integer('i32', 0x45, 0x67),
  ...integer('i64', 0x50, 0x79),
  ['i32.wrap_i64', { code: 0xa7, parameters: ['i64'], result: 'i32' }],
  ['i64.extend_i32_s', { code: 0xac, parameters: ['i32'], result: 'i64' }],
  ['i64.extend_i32_u', { code: 0xad, parameters: ['i32'], result: 'i64' }],
  ['i32.extend8_s', { code: 0xc0, parameters: ['i32'], result: 'i32' }],
  ['i32.extend16_s', { code: 0xc1, parameters: ['i32'], result: 'i32' }],
  ['i64.extend8_s', { code: 0xc2, parameters: ['i64'], result: 'i64' }],
  ['i64.extend16_s', { code: 0xc3, parameters: ['i64'], result: 'i64' }],
  ['i64.extend32_s', { code: 0xc4, parameters: ['i64'], result: 'i64' }],
])

/** The comparisons of a type follow each other from `first`, its arithmetic from `arithmetic`. */
function integer(type: ValueType, first: number, arithmetic: number): [string, Numeric][] {
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

export const loads = {
  'i32.load': { code: 0x28, type: 'i32' },
  'i64.load': { code: 0x29, type: 'i64' },
  'i32.load8_u': { code: 0x2d, type: 'i32' },
  'i32.load16_u': { code: 0x2f, type: 'i32' },
  'i64.load8_u': { code: 0x31, type: 'i64' },
  'i64.load16_u': { code: 0x33, type: 'i64' },
  'i64.load32_s': { code: 0x34, type: 'i64' },
  'i64.load32_u': { code: 0x35, type: 'i64' },
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
} as const satisfies Record<string, { code: number; type: ValueType }>

export type StoreName = keyof typeof stores

/** Value types as the binary format writes them, §5.3.1. */
export const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e }

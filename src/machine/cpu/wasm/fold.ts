import type { NumericName } from './opcodes.ts'

/** As much of an expression as folding looks at. */
interface Foldable {
  readonly known: bigint | null
}

type Fold = (a: bigint, b: bigint, bits: number) => bigint

const unsigned = (value: bigint, bits: number) => BigInt.asUintN(bits, value)
const truth = (value: boolean) => (value ? 1n : 0n)

const foldable: Readonly<Record<string, Fold>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b, bits) => a << (b & BigInt(bits - 1)),
  shr_u: (a, b, bits) => unsigned(a, bits) >> (b & BigInt(bits - 1)),
  shr_s: (a, b, bits) => a >> (b & BigInt(bits - 1)),
  eqz: (a) => truth(a === 0n),
  eq: (a, b) => truth(a === b),
  ne: (a, b) => truth(a !== b),
  lt_s: (a, b) => truth(a < b),
  lt_u: (a, b, bits) => truth(unsigned(a, bits) < unsigned(b, bits)),
  ge_u: (a, b, bits) => truth(unsigned(a, bits) >= unsigned(b, bits)),
  extend8_s: (a) => BigInt.asIntN(8, a),
  extend16_s: (a) => BigInt.asIntN(16, a),
  extend32_s: (a) => BigInt.asIntN(32, a),
  wrap_i64: (a) => a,
  extend_i32_s: (a) => a,
  extend_i32_u: (a) => unsigned(a, 32),
}

/** Operations that leave their first operand alone when the second is 0. */
const neutralZero = new Set(['add', 'sub', 'or', 'xor', 'shl', 'shr_u', 'shr_s'])

/** What an operation comes to: a number, one of its operands, or null when only running tells. */
export function fold<Value extends Foldable>(
  name: NumericName,
  values: readonly Value[],
): bigint | Value | null {
  const [a, b] = values
  const [type, operation = ''] = name.split('.')
  const bits = type === 'i32' ? 32 : 64
  if (a && b?.known === 0n && neutralZero.has(operation)) return a
  if (!a || values.some((value) => value.known === null)) return null
  return foldable[operation]?.(a.known ?? 0n, b?.known ?? 0n, bits) ?? null
}

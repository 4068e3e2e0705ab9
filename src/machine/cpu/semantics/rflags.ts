import { arithmeticFlags } from '../register-bits.ts'
import type { Expression } from '../wasm/expression.ts'
import type { Operations } from './operations.ts'

/** Where the arithmetic flags stand in RFLAGS. */
const place = { c: 0, p: 2, a: 4, z: 6, s: 7, o: 11 } as const
const alwaysSet = 2

/** RFLAGS as an i64. */
export function readRflags(b: Operations): Expression {
  const system = b.op('and', b.op('extend_i32_u', b.systemFlags()), ~arithmeticFlags >>> 0)
  return (['c', 'p', 'a', 'z', 's', 'o'] as const).reduce(
    (all, name) => b.op('or', all, b.op('shl', b.flag(name), place[name])),
    system,
  )
}

/** The six arithmetic flags of `flags`, and `system` of the others. */
export function writeRflags(b: Operations, flags: Expression, system: Expression): void {
  const bit = (name: keyof typeof place) => b.op('and', b.op('shr_u', flags, place[name]), 1)
  const high = b.op('or', b.op('shl', bit('c'), 63), b.op('shl', b.op('xor', bit('c'), bit('o')), 62))
  b.setFlagsApart(bit('s'), bit('z'), bit('p'), b.op('or', high, b.op('shl', bit('a'), 3)))
  b.setSystemFlags(b.op32('or', b.op32('and', b.op32('wrap_i64', system), ~arithmeticFlags), alwaysSet))
}

import { constant, type Expression, op } from '../wasm/expression.ts'
import type { FlagSlot } from './target.ts'

/** Condition `code` of Jcc, SETcc and CMOVcc (SDM volume 1, appendix B) as a truth value. */
export function conditionOf(code: number, flags: (slot: FlagSlot) => Expression): Expression {
  const carries = () => flags('flagCarries')
  const zero = () => op('i64.eqz', flags('flagZero'))
  const overflowSign = () => op('i64.xor', carries(), op('i64.shl', carries(), 1))
  const less = () => op('i64.lt_s', op('i64.xor', flags('flagSign'), overflowSign()), 0)
  const positive = [
    () => op('i64.lt_s', overflowSign(), 0),
    () => op('i64.lt_s', carries(), 0),
    zero,
    () => op('i32.or', op('i64.lt_s', carries(), 0), zero()),
    () => op('i64.lt_s', flags('flagSign'), 0),
    () => parity(flags('flagSign')),
    less,
    () => op('i32.or', less(), zero()),
  ]
  const condition = positive[code >> 1]?.() ?? constant('i32', 0)
  return code & 1 ? op('i32.eqz', condition) : condition
}

/** PF: an even number of ones in the low byte. */
function parity(value: Expression): Expression {
  return op('i32.eqz', op('i32.and', op('i32.wrap_i64', op('i64.popcnt', op('i64.and', value, 0xff))), 1))
}

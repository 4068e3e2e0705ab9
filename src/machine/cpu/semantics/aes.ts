import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'
import { laneOf, withLane } from './vector-lanes.ts'
import { binary, unary } from './vector-operands.ts'

/** Row r of the state is moved by r columns, to the left or to the right (FIPS 197, 5.1.2, 5.3.1). */
function shiftRows(b: Operations, state: Expression, direction: 1 | -1): Expression {
  const places = Array.from({ length: 16 }, (_, at) => (at + 4 * direction * (at & 3)) & 15)
  return b.shuffle(places, state, state)
}

const substituted = (b: Operations, state: Expression) => b.compute('substitute', shiftRows(b, state, 1))
const substitutedBack = (b: Operations, state: Expression) =>
  b.compute('inverseSubstitute', shiftRows(b, state, -1))
const withKey = (b: Operations, state: Expression, key: Expression) => b.vector('v128.xor', state, key)

/** SubWord and RotWord of two doublewords (FIPS 197, 5.2). */
const assistKey: Semantic = (b) => {
  const words = b.compute('substitute', b.source(1))
  const constant = b.source(2)
  const destination = b.operand(0, 'w')
  const odd = [1, 3].map((index) => laneOf(b, 4, index, words))
  const lanes = odd.flatMap((word) => {
    const turned = b.op('or', b.op('shr_u', word, 8), b.op('shl', word, 24))
    return [word, b.op('xor', turned, constant)]
  })
  const result = lanes.reduce((vector, word, index) => withLane(b, 4, index, vector, word), words)
  b.commit(() => b.set(destination, result))
}

export const aes: Readonly<Record<string, Semantic>> = {
  AESENC: binary((b, x, y) => withKey(b, b.compute('mixColumns', substituted(b, x)), y)),
  AESENCLAST: binary((b, x, y) => withKey(b, substituted(b, x), y)),
  AESDEC: binary((b, x, y) => withKey(b, b.compute('inverseMixColumns', substitutedBack(b, x)), y)),
  AESDECLAST: binary((b, x, y) => withKey(b, substitutedBack(b, x), y)),
  AESIMC: unary((b, y) => b.compute('inverseMixColumns', y)),
  AESKEYGENASSIST: assistKey,
}

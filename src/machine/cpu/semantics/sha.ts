import type { Expression } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'
import { binary } from './vector-operands.ts'

/** Doublewords as i32, the lowest first. */
type Words = readonly [Expression, Expression, Expression, Expression]

function wordsOf(b: Operations, vector: Expression): Words {
  const word = (index: number) => b.lane('i32x4.extract_lane', index, vector)
  return [word(0), word(1), word(2), word(3)]
}

function vectorOf(b: Operations, words: Words): Expression {
  const nothing = b.vector('i64x2.splat', 0)
  return words.reduce((vector, word, index) => b.lane('i32x4.replace_lane', index, vector, word), nothing)
}

const sum = (b: Operations, first: Expression, ...others: readonly Expression[]) =>
  others.reduce((all, one) => b.op32('add', all, one), first)
const xor = (b: Operations, x: Expression, y: Expression, z: Expression) =>
  b.op32('xor', b.op32('xor', x, y), z)

const choice = (b: Operations, x: Expression, y: Expression, z: Expression) =>
  b.op32('xor', z, b.op32('and', x, b.op32('xor', y, z)))
const majority = (b: Operations, x: Expression, y: Expression, z: Expression) =>
  b.op32('or', b.op32('and', x, y), b.op32('and', z, b.op32('or', x, y)))

/** Two rotations to the right and a third one, or a shift, of one word (FIPS 180-4, 4.1.2). */
const mixture =
  (first: number, second: number, third: number, last: 'rotr' | 'shr_u') =>
  (b: Operations, word: Expression) =>
    xor(b, b.op32('rotr', word, first), b.op32('rotr', word, second), b.op32(last, word, third))

const [stateMixture0, stateMixture1] = [mixture(2, 13, 22, 'rotr'), mixture(6, 11, 25, 'rotr')]
const [scheduleMixture0, scheduleMixture1] = [mixture(7, 18, 3, 'shr_u'), mixture(17, 19, 10, 'shr_u')]

/** What becomes of destination and source. */
const ofWords = (compute: (b: Operations, x: Words, y: Words) => Words): Semantic =>
  binary((b, x, y) => vectorOf(b, compute(b, wordsOf(b, x), wordsOf(b, y))))

const nextE = ofWords((b, [, , , a], [w3, w2, w1, w0]) => [w3, w2, w1, sum(b, w0, b.op32('rotl', a, 30))])

const sha1Message1 = ofWords((b, x, y) => [
  b.op32('xor', x[0], y[2]),
  b.op32('xor', x[1], y[3]),
  b.op32('xor', x[2], x[0]),
  b.op32('xor', x[3], x[1]),
])

/** The last word takes the first one. */
const sha1Message2 = ofWords((b, x, y) => {
  const next = (own: Expression, earlier: Expression) => b.op32('rotl', b.op32('xor', own, earlier), 1)
  const first = next(x[3], y[2])
  return [next(x[0], first), next(x[1], y[0]), next(x[2], y[1]), first]
})

/** Constants of the four times twenty rounds (FIPS 180-4, 4.2.1). */
const roundConstants = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6] as const

/** Four rounds: the words have been given, to the first with E. */
const sha1Rounds: Semantic = (b) => {
  const words = wordsOf(b, b.source(1))
  const kind = b.op32('and', b.op32('wrap_i64', b.source(2)), 3)
  const place = b.operand(0, 'rw')
  const isKind = (number: number) => b.op32('eq', kind, number)
  const added = roundConstants.reduce(
    (chosen: Expression, one, number) => b.select(isKind(number), b.op32('or', 0, one), chosen),
    kind,
  )
  let [d, c, second, a] = wordsOf(b, b.get(place))
  let e = b.op32('and', kind, 0)
  for (const word of [...words].reverse()) {
    const parity = xor(b, second, c, d)
    const others = b.select(isKind(2), majority(b, second, c, d), parity)
    const mixed = b.select(isKind(0), choice(b, second, c, d), others)
    const next = sum(b, mixed, b.op32('rotl', a, 5), word, e, added)
    ;[e, d, c, second, a] = [d, c, b.op32('rotl', second, 30), a, next]
  }
  const result = vectorOf(b, [d, c, second, a])
  b.commit(() => b.set(place, result))
}

const sha256Message1 = ofWords((b, x, y) => {
  const next = (own: Expression, following: Expression) => sum(b, own, scheduleMixture0(b, following))
  return [next(x[0], x[1]), next(x[1], x[2]), next(x[2], x[3]), next(x[3], y[0])]
})

/** The upper two take the lower two. */
const sha256Message2 = ofWords((b, x, y) => {
  const next = (own: Expression, earlier: Expression) => sum(b, own, scheduleMixture1(b, earlier))
  const [first, second] = [next(x[0], y[2]), next(x[1], y[3])]
  return [first, second, next(x[2], first), next(x[3], second)]
})

/** Two rounds: H, G, D, C of the destination, F, E, B, A of the source, two words of XMM0. */
const sha256Rounds: Semantic = (b) => {
  let [f, e, second, a] = wordsOf(b, b.source(1))
  const place = b.operand(0, 'rw')
  let [h, g, d, c] = wordsOf(b, b.get(place))
  const [first, next] = wordsOf(b, b.get(b.register(0, 16)))
  for (const word of [first, next]) {
    const one = sum(b, h, stateMixture1(b, e), choice(b, e, f, g), word)
    const two = sum(b, stateMixture0(b, a), majority(b, a, second, c))
    ;[h, g, f, e, d, c, second, a] = [g, f, e, sum(b, d, one), c, second, a, sum(b, one, two)]
  }
  const result = vectorOf(b, [f, e, second, a])
  b.commit(() => b.set(place, result))
}

export const sha: Readonly<Record<string, Semantic>> = {
  ...{ SHA1NEXTE: nextE, SHA1MSG1: sha1Message1, SHA1MSG2: sha1Message2, SHA1RNDS4: sha1Rounds },
  ...{ SHA256RNDS2: sha256Rounds, SHA256MSG1: sha256Message1, SHA256MSG2: sha256Message2 },
}

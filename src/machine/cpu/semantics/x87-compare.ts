import { x87StatusBit } from '../register-bits.ts'
import { constant, type Expression, op, select } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { Operations, Semantic } from './operations.ts'
import type { StackRegister } from './x87-operations.ts'
import { ofInteger, ofMemory, ofStack, type Source } from './x87-sources.ts'

/** As `relation` in float/compare.ts. */
const unordered = 7
const zero: Source = { width: 80, values: [constant('i64', 0), constant('i32', 0)], isEmpty: null }

interface Comparison {
  /** A quiet NaN is invalid too. */
  readonly signaling: 0 | 1
  /** How many registers go afterwards. */
  readonly pops: number
}

/** The relation of ST(0) to the source, and what is raised. */
function relate(b: Operations, { width, values, isEmpty }: Source, { signaling }: Comparison) {
  const { x87 } = b
  const top = x87.st(0)
  const { low, high } = x87.read(top)
  const [found, flags] = x87.call(x87.functions.compare[width], low, high, ...values, signaling) as [
    Local,
    Local,
  ]
  const isFault = isEmpty ? op('i32.or', top.isEmpty, isEmpty) : top.isEmpty
  const outcome = x87.outcome(flags, isFault)
  return { outcome, relation: select(isFault, constant('i32', unordered), found) }
}

function popped(b: Operations, { pops }: Comparison): StackRegister[] {
  return Array.from({ length: pops }, (_, index) => b.x87.st(index))
}

/** C0, C2 and C3 tell. */
function compare(b: Operations, source: Source, comparison: Comparison): void {
  const { x87 } = b
  const { outcome, relation } = relate(b, source, comparison)
  const goes = popped(b, comparison)
  const bit = (mask: number, shift: number) => op('i32.shl', op('i32.and', relation, mask), shift)
  // C0, C2 and C3 are bits 8, 10 and 14.
  const codes = b.op32('or', op('i32.or', bit(1, 8), bit(2, 9)), bit(4, 12))
  x87.commit(() => {
    x87.setCodes(codes)
    x87.settle(outcome, () => x87.pop(...goes))
  })
}

/** With memory, with ST(i), or with ST(1). */
const withCodes =
  (comparison: Comparison): Semantic =>
  (b) => {
    const isMemory = b.operandCount === 1
    compare(b, isMemory ? ofMemory(b, 0) : ofStack(b, second(b)), comparison)
  }

const withInteger =
  (pops: number): Semantic =>
  (b) =>
    compare(b, ofInteger(b, 0), { signaling: 1, pops })

const second = ({ operandCount, x87 }: Operations) => (operandCount === 0 ? x87.st(1) : x87.operand(1))

/** ZF, PF and CF tell, with an unmasked exception too; OF, SF and AF become 0. */
const withFlags =
  (comparison: Comparison): Semantic =>
  (b) => {
    const { x87 } = b
    const { outcome, relation } = relate(b, ofStack(b, second(b)), comparison)
    const goes = popped(b, comparison)
    const bit = (number: number) =>
      b.op('and', b.op('shr_u', b.number(b.op32('and', relation, 7)), number), 1)
    const [carry, parity, isEqual] = [bit(0), bit(1), bit(2)]
    const carries = b.op('shl', b.op('sub', 0, carry), 62)
    x87.commit(() => {
      b.setFlagsApart(b.constant(0), isEqual, parity, carries)
      x87.settle(outcome, () => x87.pop(...goes))
    })
  }

const test: Semantic = (b) => compare(b, zero, { signaling: 1, pops: 0 })

const { c0, c1, c2, c3 } = x87StatusBit
/** C3, C2 and C0 of FXAM (SDM volume 2). */
const classes = {
  ...{ unsupported: 0, nan: c0, normal: c2, infinity: c2 | c0, zero: c3, empty: c3 | c0, denormal: c3 | c2 },
} as const

/** What ST(0) holds; C1 is its sign, of an empty register too. */
const examine: Semantic = (b) => {
  const { x87 } = b
  const top = x87.st(0)
  const { low, high } = x87.read(top)
  const exponent = b.op32('and', high, 0x7fff)
  const isWhole = op('i64.lt_s', low, 0)
  const either = (when: Expression, yes: number | Expression, no: number | Expression) =>
    select(when, asCodes(yes), asCodes(no))
  const isInfinite = op('i64.eqz', op('i64.shl', low, 1))
  const largest = either(
    op('i32.eq', exponent, 0x7fff),
    either(isInfinite, classes.infinity, classes.nan),
    classes.normal,
  )
  const least = either(op('i64.eqz', low), classes.zero, classes.denormal)
  const kind = either(exponent, either(isWhole, largest, classes.unsupported), least)
  const codes = b.select(top.isEmpty, asCodes(classes.empty), kind)
  const sign = b.op32('shr_u', b.op32('and', high, 0x8000), 15 - Math.log2(c1))
  x87.commit(() => {
    x87.setCodes(codes)
    x87.raise(sign)
  })
}

const asCodes = (value: number | Expression) => (typeof value === 'number' ? constant('i32', value) : value)

const quiet = (pops: number): Comparison => ({ signaling: 0, pops })
const signaling = (pops: number): Comparison => ({ signaling: 1, pops })

export const x87Comparisons: Readonly<Record<string, Semantic>> = {
  ...{ FCOM: withCodes(signaling(0)), FCOMP: withCodes(signaling(1)), FCOMPP: withCodes(signaling(2)) },
  ...{ FUCOM: withCodes(quiet(0)), FUCOMP: withCodes(quiet(1)), FUCOMPP: withCodes(quiet(2)) },
  ...{ FICOM: withInteger(0), FICOMP: withInteger(1), FTST: test, FXAM: examine },
  ...{ FCOMI: withFlags(signaling(0)), FCOMIP: withFlags(signaling(1)) },
  ...{ FUCOMI: withFlags(quiet(0)), FUCOMIP: withFlags(quiet(1)) },
}

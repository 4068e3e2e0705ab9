import { constant, type Expression, op, select } from '../wasm/expression.ts'
import type { Operations, Semantic } from './operations.ts'
import type { Extended, StackRegister } from './x87-operations.ts'

/** Exchanged as they are; an empty one counts as indefinite. */
const exchange: Semantic = (b) => {
  const { x87 } = b
  const [first, second] = [x87.operand(0), x87.operand(1)]
  const outcome = x87.outcome(0, b.op32('or', first.isEmpty, second.isEmpty))
  const [x, y] = [filled(b, first), filled(b, second)]
  x87.commit(() =>
    x87.settle(outcome, () => {
      x87.write(first, y)
      x87.write(second, x)
    }),
  )
}

function filled(b: Operations, register: StackRegister): Extended {
  const outcome = b.x87.outcome(0, register.isEmpty)
  return b.x87.result(outcome, b.x87.read(register))
}

const free =
  (pops: boolean): Semantic =>
  (b) => {
    const { x87 } = b
    const [register, top] = [x87.operand(0), x87.st(0)]
    x87.commit(() => {
      x87.raise(0)
      x87.free(register)
      if (pops) x87.pop(top)
    })
  }

/** Moves TOP, and no tag. */
const rotate =
  (by: 1 | -1): Semantic =>
  (b) => {
    b.x87.commit(() => {
      b.x87.raise(0)
      b.x87.moveTop(by)
    })
  }

const nothing: Semantic = (b) => b.x87.commit(() => {})

/** FSTP that an empty register is no exception for: nothing is stored then. */
const storeSilently: Semantic = (b) => {
  const { x87 } = b
  const [destination, top] = [x87.operand(0), x87.st(0)]
  const value = x87.read(top)
  x87.commit(() => {
    x87.raise(0)
    b.when(op('i32.eqz', top.isEmpty), () => x87.write(destination, value))
    x87.pop(top)
  })
}

/** An empty register is an invalid operation, whether or not anything is moved. C1 is left alone else. */
const moveIf =
  (condition: (b: Operations) => Expression): Semantic =>
  (b) => {
    const { x87 } = b
    const [destination, source] = [x87.operand(0), x87.operand(1)]
    const isFault = b.op32('or', destination.isEmpty, source.isEmpty)
    const outcome = x87.outcome(0, isFault)
    const value = x87.result(outcome, x87.read(source))
    const moves = b.op32('or', b.op32('wrap_i64', condition(b)), isFault)
    x87.commit(() => {
      b.when(isFault, () => x87.raise(outcome.flags))
      b.when(b.op32('and', moves, outcome.isDone), () => x87.write(destination, value))
    })
  }

const below = (b: Operations) => b.flag('c')
const equal = (b: Operations) => b.flag('z')
const belowOrEqual = (b: Operations) => b.op('or', b.flag('c'), b.flag('z'))
const unordered = (b: Operations) => b.flag('p')
const not = (condition: (b: Operations) => Expression) => (b: Operations) => b.op('xor', condition(b), 1)

/** Of NaNs too, quiet or not. */
const changeSign =
  (change: (high: Expression) => Expression): Semantic =>
  (b) => {
    const { x87 } = b
    const top = x87.st(0)
    const { low, high } = x87.read(top)
    const outcome = x87.outcome(0, top.isEmpty)
    const result = x87.result(outcome, { low, high: change(high) })
    x87.commit(() => x87.settle(outcome, () => x87.write(top, result)))
  }

/** The significand below the exact number, how much more the nearest is, and the exponent. */
const constants = {
  FLD1: [0x8000_0000_0000_0000n, 'exact', 0x3fff],
  FLDL2T: [0xd49a_784b_cd1b_8afen, 'below', 0x4000],
  FLDL2E: [0xb8aa_3b29_5c17_f0bbn, 'above', 0x3fff],
  FLDPI: [0xc90f_daa2_2168_c234n, 'above', 0x4000],
  FLDLG2: [0x9a20_9a84_fbcf_f798n, 'above', 0x3ffd],
  FLDLN2: [0xb172_17f7_d1cf_79abn, 'above', 0x3ffe],
  FLDZ: [0n, 'exact', 0],
} as const

/** Rounded as rounding control says, and no exception of precision (SDM volume 1, 8.3.8). */
const loadConstant =
  ([low, nearest, high]: (typeof constants)[keyof typeof constants]): Semantic =>
  (b) => {
    const { x87 } = b
    const register = x87.st(-1)
    const isFull = op('i32.eqz', register.isEmpty)
    const outcome = x87.outcome(0, isFull, isFull)
    const rounding = b.op32('and', x87.control, 0xc00)
    const isUp = op('i32.eq', rounding, 0x800)
    const goesUp = nearest === 'above' ? op('i32.or', isUp, op('i32.eqz', rounding)) : isUp
    const exact = constant('i64', low)
    const significand = nearest === 'exact' ? exact : select(goesUp, constant('i64', low + 1n), exact)
    const value = x87.result(outcome, { low: significand, high: constant('i32', high) })
    x87.commit(() => x87.settle(outcome, () => x87.push(register, value)))
  }

export const x87Stack: Readonly<Record<string, Semantic>> = {
  ...{ FXCH: exchange, FFREE: free(false), FFREEP: free(true), FSTPNCE: storeSilently },
  ...{ FINCSTP: rotate(1), FDECSTP: rotate(-1), FNOP: nothing },
  ...{ FCMOVB: moveIf(below), FCMOVE: moveIf(equal), FCMOVBE: moveIf(belowOrEqual) },
  ...{ FCMOVU: moveIf(unordered), FCMOVNB: moveIf(not(below)), FCMOVNE: moveIf(not(equal)) },
  ...{ FCMOVNBE: moveIf(not(belowOrEqual)), FCMOVNU: moveIf(not(unordered)) },
  FCHS: changeSign((high) => op('i32.xor', high, 0x8000)),
  FABS: changeSign((high) => op('i32.and', high, 0x7fff)),
  ...Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, loadConstant(value)])),
}

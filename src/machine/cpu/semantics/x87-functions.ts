import { x87StatusBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import { constant, load, op, select } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { Semantic } from './operations.ts'

type Result = [low: Local, high: Local, flags: Local]

/** Of ST(0) alone. */
const unary =
  (name: 'squareRoot' | 'roundToIntegral'): Semantic =>
  (b) => {
    const { x87 } = b
    const top = x87.st(0)
    const operand = x87.read(top)
    const [low, high, flags] = x87.call(x87.functions[name], operand.low, operand.high, x87.control) as Result
    const outcome = x87.outcome(flags, top.isEmpty)
    const result = x87.result(outcome, { low, high })
    x87.commit(() => x87.settle(outcome, () => x87.write(top, result)))
  }

const scale: Semantic = (b) => {
  const { x87 } = b
  const [top, second] = [x87.st(0), x87.st(1)]
  const [x, y] = [x87.read(top), x87.read(second)]
  const [low, high, flags] = x87.call(
    x87.functions.scale,
    ...[x.low, x.high, y.low, y.high, x87.control],
  ) as Result
  const outcome = x87.outcome(flags, op('i32.or', top.isEmpty, second.isEmpty))
  const result = x87.result(outcome, { low, high })
  x87.commit(() => x87.settle(outcome, () => x87.write(top, result)))
}

/** The exponent stands where the number was; the significand is pushed. */
const extract: Semantic = (b) => {
  const { x87 } = b
  const [top, next] = [x87.st(0), x87.st(-1)]
  const operand = x87.read(top)
  const parts = x87.call(x87.functions.extract, operand.low, operand.high, x87.control)
  const [low, high, power, powerHigh, flags] = parts as [Local, Local, Local, Local, Local]
  const isFault = b.op32('or', top.isEmpty, op('i32.eqz', next.isEmpty))
  const outcome = x87.outcome(flags, isFault, op('i32.eqz', top.isEmpty))
  const exponent = x87.result(outcome, { low: power, high: powerHigh })
  const significand = x87.result(outcome, { low, high })
  x87.commit(() =>
    x87.settle(outcome, () => {
      x87.write(top, exponent)
      x87.push(next, significand)
    }),
  )
}

const { c0, c1, c2, c3 } = x87StatusBit

/**
 * One step towards the remainder. C2 says that there is more to do; else C0, C3 and C1 are bits 2, 1 and 0 of
 * the quotient. Where there is no number to tell of, C0 and C3 stay, as on hardware.
 */
const remainder =
  (nearest: 0 | 1): Semantic =>
  (b) => {
    const { x87 } = b
    const [top, second] = [x87.st(0), x87.st(1)]
    const [x, y] = [x87.read(top), x87.read(second)]
    const operands = [x.low, x.high, y.low, y.high, x87.control, nearest]
    const results = x87.call(x87.functions.remainder, ...operands)
    const [low, high, flags, quotient, partial] = results as [Local, Local, Local, Local, Local]
    const bits = b.op32('wrap_i64', quotient)
    const code = (bit: number, to: number) => b.op32('mul', op('i32.and', op('i32.shr_u', bits, bit), 1), to)
    const isFault = b.op32('or', top.isEmpty, second.isEmpty)
    const odd = select(partial, constant('i32', 0), code(0, c1))
    const outcome = x87.outcome(b.op32('or', flags, odd), isFault)
    const result = x87.result(outcome, { low, high })
    const isNan = op('i32.eq', op('i32.and', result.high, 0x7fff), 0x7fff)
    const isInvalid = b.op32('or', isNan, op('i32.eqz', outcome.isDone))
    const codes = b.select(partial, constant('i32', c2), b.op32('or', code(2, c0), code(1, c3)))
    x87.commit(() => {
      const kept = op('i32.and', load('i32.load', 0, state.x87Status), c0 | c3)
      x87.setCodes(select(isInvalid, kept, codes))
      x87.settle(outcome, () => x87.write(top, result))
    })
  }

export const x87Functions: Readonly<Record<string, Semantic>> = {
  ...{ FSQRT: unary('squareRoot'), FRNDINT: unary('roundToIntegral'), FSCALE: scale, FXTRACT: extract },
  ...{ FPREM: remainder(0), FPREM1: remainder(1) },
}

import { bias, flag, top } from '../float/formats.ts'
import type { Transcendental } from '../float/transcendental.ts'
import { x87StatusBit } from '../register-bits.ts'
import { constant, type Expression, op, select } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { Operations, Semantic } from './operations.ts'
import type { Extended, StackRegister } from './x87-operations.ts'

interface Computed {
  readonly value: Extended
  readonly flags: Expression
}

function compute(b: Operations, name: Transcendental, ...operands: readonly Extended[]): Computed {
  const { functions, control } = b.x87
  const values = operands.flatMap(({ low, high }) => [low, high])
  const callee = functions.transcendentals.operations[name]
  const [low, high, flags] = b.x87.call(callee, ...values, control) as [Local, Local, Local]
  return { value: { low, high }, flags }
}

/** Of ST(0), which the result replaces. */
const ofOne =
  (name: Transcendental): Semantic =>
  (b) => {
    const { x87 } = b
    const st0 = x87.st(0)
    const { value, flags } = compute(b, name, x87.read(st0))
    const outcome = x87.outcome(flags, st0.isEmpty)
    const result = x87.result(outcome, value)
    x87.commit(() => x87.settle(outcome, () => x87.write(st0, result)))
  }

/** Of ST(0) and ST(1), which the result replaces; ST(0) is popped. */
const ofTwo =
  (name: Transcendental): Semantic =>
  (b) => {
    const { x87 } = b
    const [st0, st1] = [x87.st(0), x87.st(1)]
    const { value, flags } = compute(b, name, x87.read(st0), x87.read(st1))
    const outcome = x87.outcome(flags, op('i32.or', st0.isEmpty, st1.isEmpty))
    const result = x87.result(outcome, value)
    x87.commit(() =>
      x87.settle(outcome, () => {
        x87.write(st1, result)
        x87.pop(st0)
      }),
    )
  }

/**
 * Of an angle in ST(0), which the result replaces and another one may follow. C2 says that the angle is too
 * large: it stays then, without any flag, but after the stack was found fit, as in Bochs and on AMD.
 */
const ofAngle =
  (work: (b: Operations, angle: Extended) => readonly [Computed, Extended | null]): Semantic =>
  (b) => {
    const { x87 } = b
    const st0 = x87.st(0)
    const angle = x87.read(st0)
    const [{ value, flags }, second] = work(b, angle)
    const pushed: StackRegister | null = second && x87.st(-1)
    const isFull = pushed && op('i32.gt_u', op('i32.eqz', pushed.isEmpty), st0.isEmpty)
    const isFault = isFull ? op('i32.or', st0.isEmpty, isFull) : st0.isEmpty
    const [isTooLarge] = x87.call(x87.functions.transcendentals.isTooLarge, angle.low, angle.high) as [Local]
    const stays = op('i32.gt_u', isTooLarge, isFault)
    const raised = select(isTooLarge, constant('i32', 0), flags)
    const outcome = x87.outcome(raised, isFault, isFull)
    const results = [value, ...(second ? [second] : [])].map((one) => x87.result(outcome, one))
    x87.commit(() => {
      x87.setCodes(select(stays, constant('i32', x87StatusBit.c2), constant('i32', 0)), x87StatusBit.c2)
      x87.settle({ ...outcome, isDone: op('i32.gt_u', outcome.isDone, stays) }, () => {
        x87.write(st0, results[0] as Extended)
        if (pushed) x87.push(pushed, results[1] as Extended)
      })
    })
  }

/** 1 follows the tangent, but a NaN is there twice. */
const tangentAndOne = ofAngle((b, angle) => {
  const tangent = compute(b, 'fptan', angle)
  const { low, high } = tangent.value
  const isNan = op('i32.eq', op('i32.and', high, 0x7fff), 0x7fff)
  return [
    tangent,
    { low: select(isNan, low, constant('i64', top)), high: select(isNan, high, constant('i32', bias)) },
  ]
})

/** C1 is that of the sine. */
const sineAndCosine = ofAngle((b, angle) => {
  const [sine, cosine] = [compute(b, 'fsin', angle), compute(b, 'fcos', angle)]
  const flags = op('i32.or', sine.flags, op('i32.and', cosine.flags, ~flag.c1))
  return [{ value: sine.value, flags }, cosine.value]
})

export const x87Transcendental: Readonly<Record<string, Semantic>> = {
  F2XM1: ofOne('f2xm1'),
  FYL2X: ofTwo('fyl2x'),
  FYL2XP1: ofTwo('fyl2xp1'),
  FPATAN: ofTwo('fpatan'),
  FSIN: ofAngle((b, angle) => [compute(b, 'fsin', angle), null]),
  FCOS: ofAngle((b, angle) => [compute(b, 'fcos', angle), null]),
  FPTAN: tangentAndOne,
  FSINCOS: sineAndCosine,
}

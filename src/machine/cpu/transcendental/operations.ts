import { flag, kind } from '../float/formats.ts'
import { type Transcendental, transcendentals } from '../float/transcendental.ts'
import { f2xm1 } from './f2xm1.ts'
import { fpatan } from './fpatan.ts'
import { fcos, fptan, fsin } from './fsin.ts'
import { fyl2x, fyl2xp1 } from './fyl2x.ts'
import type { Operand } from './operand.ts'
import type { Result } from './result.ts'

const operations: Readonly<Record<Transcendental, (st0: Operand, st1: Operand) => Result>> = {
  ...{ f2xm1, fyl2x, fyl2xp1, fptan, fpatan, fsin, fcos },
}

/** An operand's sign, exponent, significand and kind. */
type Unpacked = readonly [number, number, bigint, number]

/**
 * What the core asks for: an operation on ST(0) and ST(1), which is 0 where there is but one operand; neither
 * is a NaN, nor unsupported. IE and ZE come before DE (SDM volume 1, 4.9.2).
 */
export function transcendental(number: number, ...operands: readonly [...Unpacked, ...Unpacked]): Result {
  const [sign0, exponent0, significand0, kind0, sign1, exponent1, significand1, kind1] = operands
  const [sign, exponent, significand, extra, flags] = operations[transcendentals[number] as Transcendental](
    operandOf(sign0, exponent0, significand0, kind0),
    operandOf(sign1, exponent1, significand1, kind1),
  )
  const isDenormal =
    ((kind0 | kind1) & kind.denormal) !== 0 && (flags & (flag.invalid | flag.zeroDivide)) === 0
  return [sign, exponent, significand, extra, isDenormal ? flags | flag.denormal : flags]
}

/** i64 come signed. */
function operandOf(sign: number, exponent: number, significand: bigint, which: number): Operand {
  return { sign, exponent, significand: BigInt.asUintN(64, significand), kind: which }
}

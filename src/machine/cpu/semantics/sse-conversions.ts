import { control } from '../float/formats.ts'
import { type Expression, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import { lanesOf, vectorOf, type Width } from './float-lanes.ts'
import type { Operations, Semantic } from './operations.ts'

/** What becomes of one number: bits and flags. */
type Conversion = (b: Operations, how: Local, x: Expression) => readonly [bits: Expression, flags: Expression]

const otherFormat =
  (from: Width): Conversion =>
  (b, how, x) =>
    b.soft(from, 'convert', x, how)

const fromInteger =
  (to: Width): Conversion =>
  (b, how, x) =>
    b.soft(to, 'fromInteger', x, how)

const fromShort =
  (to: Width): Conversion =>
  (b, how, x) =>
    b.soft(to, 'fromInteger', b.signed(x, 4), how)

/** The indefinite integer has the top bit of its size alone. */
const toInteger =
  (from: Width, bytes: number, truncates: boolean): Conversion =>
  (b, how, x) => {
    const rounding = truncates ? op('i32.or', how, control.rounding) : how
    const [integer, flags] = b.soft(from, 'toInteger', x, rounding, 1n << BigInt(8 * bytes - 1))
    return [b.truncate(integer, bytes), flags]
  }

/** One number; of a register that is larger the rest stays. `convert` is told the sizes of both. */
function single(
  convert: (from: number, to: number) => Conversion,
  sourceOf: (b: Operations) => Expression = (b) => b.source(1),
  size?: Width,
): Semantic {
  return (b) => {
    const x = sourceOf(b)
    const bytes = size ? size / 8 : b.operandBytes(0)
    const destination = b.operand(0, 'w', 0, bytes)
    const mxcsr = b.mxcsr()
    const [bits, flags] = convert(b.operandBytes(1), bytes)(b, b.control(mxcsr), x)
    const raised = b.raiseNumeric(mxcsr, [flags])
    b.commit(() => {
      b.set(destination, bits)
      b.setNumericFlags(mxcsr, raised)
    })
  }
}

const widthOf = (bytes: number): Width => (bytes === 8 ? 64 : 32)
const signedSource = (b: Operations) => b.signed(b.source(1), b.operandBytes(1))

const ofInteger = (to: Width): Semantic => single(() => fromInteger(to), signedSource, to)
const ofFormat = (from: Width): Semantic =>
  single(
    () => otherFormat(from),
    (b) => b.source(1),
    from === 64 ? 32 : 64,
  )
const intoInteger = (truncates: boolean): Semantic =>
  single((from, to) => toInteger(widthOf(from), to, truncates))

/** As many numbers as both operands have room for; lanes of the destination beyond them become 0. */
function several(from: Width, to: Width, conversion: Conversion): Semantic {
  return (b) => {
    const given = sourceLanes(b, from)
    const destination = b.operand(0, 'w')
    const mxcsr = b.mxcsr()
    const how = b.control(mxcsr)
    const results = given.slice(0, 128 / to).map((x) => conversion(b, how, x))
    const raised = b.raiseNumeric(
      mxcsr,
      results.map(([, flags]) => flags),
    )
    const result = vectorOf(
      b,
      to,
      results.map(([bits]) => bits),
    )
    b.commit(() => {
      b.set(destination, result)
      b.setNumericFlags(mxcsr, raised)
    })
  }
}

/** A source of 8 bytes has two numbers of 32 bits. */
function sourceLanes(b: Operations, width: Width): readonly Expression[] {
  const source = b.source(1)
  if (source.type === 'v128') return lanesOf(b, width, source)
  return [b.truncate(source, 4), b.op('shr_u', source, 32)]
}

export const sseConversions: Readonly<Record<string, Semantic>> = {
  ...{ CVTSI2SS: ofInteger(32), CVTSI2SD: ofInteger(64) },
  ...{ CVTSS2SI: intoInteger(false), CVTSD2SI: intoInteger(false) },
  ...{ CVTTSS2SI: intoInteger(true), CVTTSD2SI: intoInteger(true) },
  ...{ CVTSS2SD: ofFormat(32), CVTSD2SS: ofFormat(64) },
  CVTPS2PD: several(32, 64, otherFormat(32)),
  CVTPD2PS: several(64, 32, otherFormat(64)),
  CVTDQ2PS: several(32, 32, fromShort(32)),
  CVTDQ2PD: several(32, 64, fromShort(64)),
  CVTPS2DQ: several(32, 32, toInteger(32, 4, false)),
  CVTTPS2DQ: several(32, 32, toInteger(32, 4, true)),
  CVTPD2DQ: several(64, 32, toInteger(64, 4, false)),
  CVTTPD2DQ: several(64, 32, toInteger(64, 4, true)),
}

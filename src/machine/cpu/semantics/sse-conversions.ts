import { control } from '../float/formats.ts'
import { type Expression, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import { lanesOf, vectorOf, type Width } from './float-lanes.ts'
import { enterMmx } from './mmx-entry.ts'
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

interface Several {
  readonly from: Width
  readonly to: Width
  readonly conversion: Conversion
  /** Of the destination, beyond which an XMM register stays. */
  readonly bytes?: 8 | 16
  /** What is an MMX register: it is entered also where #XM follows. */
  readonly mmx?: 'source' | 'destination'
}

/** As many numbers as both operands have room for; lanes of the destination beyond them become 0. */
function several({ from, to, conversion, bytes = 16, mmx }: Several): Semantic {
  return (b) => {
    const given = sourceLanes(b, from)
    const destination = b.operand(0, 'w', 0, bytes)
    const mxcsr = b.mxcsr()
    const how = b.control(mxcsr)
    const results = given.slice(0, (8 * bytes) / to).map((x) => conversion(b, how, x))
    const flags = results.map(([, raised]) => raised)
    const raised = b.raiseNumeric(mxcsr, flags, mmx ? { keeps: () => enterMmx(b, null) } : {})
    const values = results.map(([bits]) => bits)
    const result = bytes === 16 ? vectorOf(b, to, values) : pairOf(b, values)
    b.commit(() => {
      b.set(destination, result)
      b.setNumericFlags(mxcsr, raised)
      if (mmx) enterMmx(b, mmx === 'destination' ? 0 : null)
    })
  }
}

function pairOf(b: Operations, [low, high]: readonly Expression[]): Expression {
  return b.op('or', low as Expression, b.op('shl', high as Expression, 32))
}

const intoMmx = (from: Width, truncates: boolean): Semantic =>
  several({ from, to: 32, conversion: toInteger(from, 4, truncates), bytes: 8, mmx: 'destination' })

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
  CVTPS2PD: several({ from: 32, to: 64, conversion: otherFormat(32) }),
  CVTPD2PS: several({ from: 64, to: 32, conversion: otherFormat(64) }),
  CVTDQ2PS: several({ from: 32, to: 32, conversion: fromShort(32) }),
  CVTDQ2PD: several({ from: 32, to: 64, conversion: fromShort(64) }),
  CVTPS2DQ: several({ from: 32, to: 32, conversion: toInteger(32, 4, false) }),
  CVTTPS2DQ: several({ from: 32, to: 32, conversion: toInteger(32, 4, true) }),
  CVTPD2DQ: several({ from: 64, to: 32, conversion: toInteger(64, 4, false) }),
  CVTTPD2DQ: several({ from: 64, to: 32, conversion: toInteger(64, 4, true) }),
  CVTPI2PS: several({ from: 32, to: 32, conversion: fromShort(32), bytes: 8 }),
  CVTPI2PD: several({ from: 32, to: 64, conversion: fromShort(64) }),
  'CVTPI2PS Vx,Nq': several({ from: 32, to: 32, conversion: fromShort(32), bytes: 8, mmx: 'source' }),
  'CVTPI2PD Vx,Nq': several({ from: 32, to: 64, conversion: fromShort(64), mmx: 'source' }),
  'CVTPS2PI Pq,Wq': intoMmx(32, false),
  'CVTTPS2PI Pq,Wq': intoMmx(32, true),
  'CVTPD2PI Pq,Wx': intoMmx(64, false),
  'CVTTPD2PI Pq,Wx': intoMmx(64, true),
}

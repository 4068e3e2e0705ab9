import { constant, type Expression, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { FunctionBuilder, Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { flag } from './formats.ts'
import {
  exponents,
  exponentUnit,
  isNoDenormal,
  isNormal,
  magnitude,
  toBits,
  toFloat,
  type Width,
} from './host-numbers.ts'
import { controlOfMxcsr, type Sse } from './sse.ts'

/** What the host's floating-point unit can do for us. */
export type HardwareName = 'add' | 'subtract' | 'multiply' | 'divide' | 'squareRoot'

/** `(a, b, mxcsr) → bits, flags`, of a square root `(a, mxcsr) → bits, flags`. */
export type Hardware = Readonly<Record<Width, Readonly<Record<HardwareName, FunctionReference>>>>

const opcodes = { add: 'add', subtract: 'sub', multiply: 'mul', divide: 'div', squareRoot: 'sqrt' } as const

const precision = { 32: 24, 64: 53 } as const

/** Rounding control and masks of MXCSR, with all exceptions masked and rounding to nearest; PE. */
const modeBits = 0x7f80
const usualMode = 0x1f80
const inexactSeen = 0x20

/**
 * The operations of `sse` with the host's in front: rounding to nearest, all exceptions masked, the operands
 * and the result normal or zero. Whether the result is exact is found out too.
 */
export function defineHardware(module: ModuleBuilder, sse: Sse): Hardware {
  const productFits = { 32: defineProductFits(module, 32), 64: defineProductFits(module, 64) }
  const define = (width: Width, name: HardwareName) => {
    const isUnary = name === 'squareRoot'
    const types = isUnary ? (['i64', 'i32'] as const) : (['i64', 'i64', 'i32'] as const)
    return module.function(`${name}Hardware${width}`, types, ['i64', 'i32'], (f) => {
      const operands = f.parameters.slice(0, -1)
      const mxcsr = f.parameters.at(-1) as Local
      const { bits, isUsual } = compute(f, width, name, operands)
      const mayTry = op('i32.eq', op('i32.and', mxcsr, modeBits), usualMode)
      f.if(op('i32.and', mayTry, isUsual), () => {
        f.if(op('i32.and', mxcsr, inexactSeen), () => f.return(bits, 0))
        const [known, exact] = exactness(name, { f, width, operands, bits }, productFits[width])
        f.if(known, () => f.return(bits, op('i32.mul', op('i32.eqz', exact), flag.precision)))
      })
      f.return(...f.call(sse[width][name], ...operands, controlOfMxcsr(mxcsr)))
    })
  }
  const all = (width: Width) => ({
    add: define(width, 'add'),
    subtract: define(width, 'subtract'),
    multiply: define(width, 'multiply'),
    divide: define(width, 'divide'),
    squareRoot: define(width, 'squareRoot'),
  })
  return { 32: all(32), 64: all(64) }
}

/** One operation, in a function that computes it. */
interface Operation {
  readonly f: FunctionBuilder
  readonly width: Width
  readonly name: HardwareName
  readonly operands: readonly Local[]
  readonly mxcsr: Local
}

/**
 * The same without a call where nothing is left to find out: once MXCSR holds PE. Bits and flags are locals
 * of `f`.
 */
export function hardwareOrSoft(
  { f, width, name, operands, mxcsr }: Operation,
  hardware: Hardware,
): readonly [bits: Local, flags: Local] {
  const { bits, isUsual } = compute(f, width, name, operands)
  const flags = f.let(constant('i32', 0))
  const mode = op('i32.and', mxcsr, modeBits | inexactSeen)
  const isPlain = op('i32.and', op('i32.eq', mode, usualMode | inexactSeen), isUsual)
  f.if(op('i32.eqz', isPlain), () => {
    const [value, raised] = f.call(hardware[width][name], ...operands, mxcsr) as [Local, Local]
    f.set(bits, value)
    f.set(flags, raised)
  })
  return [bits, flags]
}

/**
 * The same without any call: `leave` gets what takes more. What is left has no flags that MXCSR does not
 * have.
 */
export function plainHardware(
  { f, width, name, operands, mxcsr }: Operation,
  leave: (when: Expression) => void,
): Local {
  const { bits, isUsual } = compute(f, width, name, operands)
  const mayTry = op('i32.eq', op('i32.and', mxcsr, modeBits), usualMode)
  leave(op('i32.eqz', op('i32.and', mayTry, isUsual)))
  f.if(op('i32.eqz', op('i32.and', mxcsr, inexactSeen)), () => {
    leave(op('i32.eqz', isClearlyExact(name, { f, width, operands, bits })))
  })
  return bits
}

/** What is easily seen to be exact: sums, and products of two numbers that have half the bits. */
function isClearlyExact(name: HardwareName, result: Result): Expression {
  const { f, width, operands } = result
  if (name === 'add' || name === 'subtract') {
    const [isKnown, isExact] = sumExactness(name, result)
    return op('i32.and', isKnown, isExact)
  }
  if (name !== 'multiply') return constant('i32', 0)
  const [a, b] = operands as [Local, Local]
  const low = f.let(op('i64.or', a, b))
  return op('i64.eqz', op('i64.and', low, (1n << BigInt(Math.ceil(precision[width] / 2))) - 1n))
}

interface Computed {
  readonly bits: Local
  /** No exception but PE, and no NaN: the result is what x86 would give. */
  readonly isUsual: Expression
}

function compute(f: FunctionBuilder, width: Width, name: HardwareName, operands: readonly Local[]): Computed {
  const type = width === 64 ? 'f64' : 'f32'
  const result = op(`${type}.${opcodes[name]}`, ...operands.map((one) => toFloat(width, one)))
  const bits = f.let(toBits(width, result))
  const normal = isNormal(width, bits)
  // A sum that is 0 is exact; a product or quotient may have been too small.
  const canBeZero = name === 'add' || name === 'subtract'
  const isFine = canBeZero ? op('i32.or', normal, op('i64.eqz', magnitude(width, bits))) : normal
  const isUsual = operands.reduce((sum, one) => op('i32.and', sum, isNoDenormal(width, one)), isFine)
  return { bits, isUsual }
}

interface Result {
  readonly f: FunctionBuilder
  readonly width: Width
  readonly operands: readonly Local[]
  readonly bits: Local
}

/** Whether this way can tell, and whether the result is exact. */
function exactness(
  name: HardwareName,
  result: Result,
  productFits: FunctionReference,
): readonly [known: Expression, exact: Expression] {
  const { f, width, operands, bits } = result
  const [a, b = a] = operands as [Local, Local | undefined]
  const always = constant('i32', 1)
  const fits = (x: Local, y: Local) => {
    const [truth] = f.call(productFits, x, y) as [Local]
    return truth
  }
  switch (name) {
    case 'add':
    case 'subtract':
      return sumExactness(name, result)
    case 'multiply':
      return [always, fits(a, b)]
    default: {
      // Times the divisor, or itself, it makes the operand again: which must be far from denormal for that.
      const by = name === 'divide' ? b : bits
      const type = width === 64 ? 'f64' : 'f32'
      const product = op(`${type}.mul`, toFloat(width, bits), toFloat(width, by))
      const same = op(`${type}.eq`, product, toFloat(width, a))
      return [isNormal(width, a), op('i32.and', fits(bits, by), same)]
    }
  }
}

/** By the error of the sum (Knuth, The Art of Computer Programming 4.2.2, theorem B), far from overflow. */
function sumExactness(
  name: 'add' | 'subtract',
  { f, width, operands, bits }: Result,
): readonly [Expression, Expression] {
  const type = width === 64 ? 'f64' : 'f32'
  const [a, second] = operands.map((one) => f.let(toFloat(width, one))) as [Local, Local]
  const b = name === 'add' ? second : f.let(op(`${type}.neg`, second))
  const sum = f.let(toFloat(width, bits))
  const partB = f.let(op(`${type}.sub`, sum, a))
  const partA = op(`${type}.sub`, sum, partB)
  const errors = op(`${type}.add`, op(`${type}.sub`, a, partA), op(`${type}.sub`, b, partB))
  const isFar = op('i64.lt_u', magnitude(width, bits), (exponents[width] - 3n) * exponentUnit[width])
  return [isFar, op('i64.eqz', magnitude(width, toBits(width, f.let(errors))))]
}

/** `(a, b) → 1` where the product of two normal numbers needs no more bits than the format has. */
function defineProductFits(module: ModuleBuilder, width: Width): FunctionReference {
  const most = precision[width]
  return module.function(`productFits${width}`, ['i64', 'i64'], ['i32'], (f) => {
    const [first, second] = f.parameters as [Local, Local]
    const [a, b] = [first, second].map((bits) => {
      const leading = 1n << BigInt(most - 1)
      const whole = f.let(op('i64.or', op('i64.and', bits, leading - 1n), leading))
      return f.let(op('i64.shr_u', whole, op('i64.ctz', whole)))
    }) as [Local, Local]
    const zeros = op('i64.add', op('i64.clz', a), op('i64.clz', b))
    const isShort = op('i64.ge_u', zeros, 128 - (most + 1))
    const fits = op('i64.eqz', op('i64.shr_u', op('i64.mul', a, b), most))
    f.return(select(isShort, fits, constant('i32', 0)))
  })
}

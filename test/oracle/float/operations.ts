import { defineArithmetic } from '../../../src/machine/cpu/float/arithmetic.ts'
import {
  defineHardware,
  type Hardware,
  type HardwareName,
  hardwareOrSoft,
  plainHardware,
} from '../../../src/machine/cpu/float/hardware.ts'
import { withHardware } from '../../../src/machine/cpu/float/hardware-conversions.ts'
import { controlOfMxcsr, defineSse, type Sse } from '../../../src/machine/cpu/float/sse.ts'
import { importTranscendental } from '../../../src/machine/cpu/float/transcendental.ts'
import { defineX87, type X87 } from '../../../src/machine/cpu/float/x87.ts'
import {
  constant,
  type Expression,
  load,
  type Operand,
  op,
} from '../../../src/machine/cpu/wasm/expression.ts'
import type { FunctionBuilder, Local } from '../../../src/machine/cpu/wasm/function-builder.ts'
import { ModuleBuilder } from '../../../src/machine/cpu/wasm/module-builder.ts'

export type OperandKind = 32 | 64 | 80 | 'integer' | 'decimal'

/** An operation of float-recorder.c, in its order. */
export interface FloatOperation {
  readonly name: string
  readonly unit: 'sse' | 'x87'
  readonly a: OperandKind
  readonly b: OperandKind | null
  /** Calls ours. */
  readonly run: (call: Call) => Outcome
}

/** Operands of one case as values, and what to call. */
interface Call {
  readonly f: FunctionBuilder
  readonly sse: Sse
  /** The same with the host's floats in front. */
  readonly byHost: Sse
  readonly x87: X87
  readonly hardware: Hardware
  /** MXCSR or control word; and the same as ours take it. */
  readonly word: Local
  readonly how: Local
  readonly a: Expression
  readonly aHigh: Expression
  readonly b: Expression
  readonly bHigh: Expression
}

interface Outcome {
  readonly low?: Expression
  readonly high?: Expression
  /** i32. */
  readonly more?: Expression
  readonly flags: Expression
}

const limits = { 16: 1n << 15n, 32: 1n << 31n, 64: 1n << 63n } as const
const toZero = 3 << 10

function sse(width: 32 | 64): FloatOperation[] {
  const binary = (
    name: 'add' | 'subtract' | 'multiply' | 'divide' | 'minimum' | 'maximum',
  ): FloatOperation => ({
    ...{ name: `${name} ${width}`, unit: 'sse', a: width, b: width },
    run: ({ f, sse, how, a, b }) => lowAndFlags(f.call(sse[width][name], a, b, how)),
  })
  const unary = (name: 'squareRoot' | 'roundToIntegral' | 'convert'): FloatOperation => ({
    ...{ name: `${name} ${width}`, unit: 'sse', a: width, b: null },
    run: ({ f, sse, how, a }) => lowAndFlags(f.call(sse[width][name], a, how)),
  })
  const toInteger = (name: string, bits: 32 | 64, more: number): FloatOperation => ({
    ...{ name: `${name} ${width}`, unit: 'sse', a: width, b: null },
    run: ({ f, sse, how, a }) => {
      const [low, flags] = f.call(sse[width].toInteger, a, op('i32.or', how, more), limits[bits]) as [
        Local,
        Local,
      ]
      return { low: bits === 64 ? low : op('i64.and', low, 0xffff_ffffn), flags }
    },
  })
  const compare = (name: string, signaling: number): FloatOperation => ({
    ...{ name: `${name} ${width}`, unit: 'sse', a: width, b: width },
    run: ({ f, sse, how, a, b }) => {
      const [more, flags] = f.call(sse[width].compare, a, b, how, signaling) as [Local, Local]
      return { more, flags }
    },
  })
  return [
    ...(['add', 'subtract', 'multiply', 'divide', 'minimum', 'maximum'] as const).map(binary),
    ...(['squareRoot', 'roundToIntegral', 'convert'] as const).map(unary),
    toInteger('to i32', 32, 0),
    toInteger('to i64', 64, 0),
    toInteger('truncated to i64', 64, toZero),
    {
      ...{ name: `from i64 ${width}`, unit: 'sse', a: 'integer', b: null },
      run: ({ f, sse, how, a }) => lowAndFlags(f.call(sse[width].fromInteger, a, how)),
    },
    compare('compare quiet', 0),
    compare('compare', 1),
  ]
}

type BinaryX87 = 'add' | 'subtract' | 'subtractReversed' | 'multiply' | 'divide' | 'divideReversed'

function binaryX87(name: BinaryX87): FloatOperation[] {
  return ([80, 32, 64] as const).map((width) => ({
    ...{ name: `x87 ${name} ${width}`, unit: 'x87', a: 80, b: width },
    run: ({ f, x87, how, a, aHigh, b, bHigh }) => {
      const source = width === 80 ? [b, bHigh] : [b]
      return extended(f.call(x87[name][width], a, aHigh, ...source, how))
    },
  }))
}

function compareX87(name: string, width: 32 | 64 | 80, signaling: number): FloatOperation {
  return {
    ...{ name: `x87 ${name} ${width}`, unit: 'x87', a: 80, b: width },
    run: ({ f, x87, a, aHigh, b, bHigh }) => {
      const source = width === 80 ? [b, bHigh] : [b]
      const [relation, flags] = f.call(x87.compare[width], a, aHigh, ...source, signaling) as [Local, Local]
      return { more: conditions(relation), flags }
    },
  }
}

function unaryX87(name: 'squareRoot' | 'roundToIntegral'): FloatOperation {
  return {
    ...{ name: `x87 ${name}`, unit: 'x87', a: 80, b: null },
    run: ({ f, x87, how, a, aHigh }) => extended(f.call(x87[name], a, aHigh, how)),
  }
}

function remainder(name: string, nearest: number): FloatOperation {
  return {
    ...{ name: `x87 ${name}`, unit: 'x87', a: 80, b: 80 },
    run: ({ f, x87, how, a, aHigh, b, bHigh }) => {
      const [low, high, flags, quotient, partial] = f.call(
        ...([x87.remainder, a, aHigh, b, bHigh, how, nearest] as const),
      ) as [Local, Local, Local, Local, Local]
      const bits = f.let(op('i32.wrap_i64', quotient))
      const bit = (from: number, to: number) =>
        op('i32.mul', op('i32.and', op('i32.shr_u', bits, from), 1), to)
      const done = op('i32.sub', partial, 1)
      const more = op('i32.and', op('i32.or', bit(2, 0x100), bit(1, 0x4000)), done)
      const c1 = op('i32.and', bit(0, 0x200), done)
      return {
        low,
        high,
        more: op('i32.or', more, op('i32.shl', partial, 10)),
        flags: op('i32.or', flags, c1),
      }
    },
  }
}

function movesX87(): FloatOperation[] {
  const loads = ([32, 64] as const).map(
    (width): FloatOperation => ({
      ...{ name: `x87 load ${width}`, unit: 'x87', a: width, b: null },
      run: ({ f, x87, how, a }) => extended(f.call(x87.load[width], a, how)),
    }),
  )
  const stores = ([32, 64] as const).map(
    (width): FloatOperation => ({
      ...{ name: `x87 store ${width}`, unit: 'x87', a: 80, b: null },
      run: ({ f, x87, how, a, aHigh }) => lowAndFlags(f.call(x87.store[width], a, aHigh, how)),
    }),
  )
  const toInteger = ([16, 32, 64] as const).map(
    (width): FloatOperation => ({
      ...{ name: `x87 to i${width}`, unit: 'x87', a: 80, b: null },
      run: ({ f, x87, how, a, aHigh }) => {
        const [low, flags] = f.call(x87.storeInteger, a, aHigh, how, limits[width]) as [Local, Local]
        return { low: op('i64.and', low, BigInt.asUintN(width, -1n)), flags }
      },
    }),
  )
  const none = constant('i32', 0)
  return [
    ...loads,
    ...stores,
    {
      ...{ name: 'x87 from i64', unit: 'x87', a: 'integer', b: null },
      run: ({ f, x87, a }) => extended([...f.call(x87.loadInteger, a), none]),
    },
    ...toInteger,
    {
      ...{ name: 'x87 from decimal', unit: 'x87', a: 'decimal', b: null },
      run: ({ f, x87, a, aHigh }) => extended([...f.call(x87.loadDecimal, a, aHigh), none]),
    },
    {
      ...{ name: 'x87 to decimal', unit: 'x87', a: 80, b: null },
      run: ({ f, x87, how, a, aHigh }) => extended(f.call(x87.storeDecimal, a, aHigh, how)),
    },
  ]
}

export const operations: readonly FloatOperation[] = [
  ...sse(32),
  ...sse(64),
  ...(['add', 'subtract', 'subtractReversed', 'multiply', 'divide', 'divideReversed'] as const).flatMap(
    binaryX87,
  ),
  compareX87('compare', 80, 1),
  compareX87('compare', 32, 1),
  compareX87('compare', 64, 1),
  compareX87('compare quiet', 80, 0),
  unaryX87('squareRoot'),
  unaryX87('roundToIntegral'),
  remainder('remainder', 0),
  remainder('nearest remainder', 1),
  ...movesX87(),
]

const hardwareNames: readonly HardwareName[] = ['add', 'subtract', 'multiply', 'divide', 'squareRoot']

/** Those of `operations` that the host's floating-point unit does, named as there. */
export const hardwareOperations = both((width, name) => ({
  ...{ name: `${name} ${width}`, unit: 'sse', a: width, b: name === 'squareRoot' ? null : width },
  run: ({ f, hardware, word, a, b }) => {
    const operands = name === 'squareRoot' ? [a] : [a, b]
    return lowAndFlags(f.call(hardware[width][name], ...operands, word))
  },
}))

/** The same as slow handlers have them, with PE set before. */
export const inlineOperations = both((width, name) => ({
  ...{ name: `${name} ${width}`, unit: 'sse', a: width, b: name === 'squareRoot' ? null : width },
  run: ({ f, hardware, word, a, b }) => {
    const operands = name === 'squareRoot' ? [f.let(a)] : [f.let(a), f.let(b)]
    const mxcsr = f.let(op('i32.or', word, 0x20))
    return lowAndFlags(hardwareOrSoft({ f, width, name, operands, mxcsr }, hardware))
  },
}))

/** The same as fast handlers have them; what they leave is done as in `hardwareOperations`. */
export const plainOperations = both((width, name) => ({
  ...{ name: `${name} ${width}`, unit: 'sse', a: width, b: name === 'squareRoot' ? null : width },
  run: ({ f, hardware, word, a, b }) => {
    const operands = name === 'squareRoot' ? [f.let(a)] : [f.let(a), f.let(b)]
    const outcome = [f.local('i64'), f.local('i32')] as const
    const answer = (low: Operand, flags: Operand) => {
      f.set(outcome[0], low)
      f.set(outcome[1], flags)
    }
    f.block((done) => {
      f.block((left) => {
        const leave = (when: Expression) => f.br(left, when)
        answer(plainHardware({ f, width, name, operands, mxcsr: f.let(word) }, leave), 0)
        f.br(done)
      })
      answer(...(f.call(hardware[width][name], ...operands, word) as [Local, Local]))
    })
    return lowAndFlags(outcome)
  },
}))

/** Those of `operations` that SSE has with the host's floats in front, whatever MXCSR says. */
export const conversionOperations = operations
  .filter(({ name, unit }) => unit === 'sse' && !hardwareNames.some((one) => name.startsWith(one)))
  .map(
    (operation): FloatOperation => ({
      ...operation,
      run: (call) => operation.run({ ...call, sse: call.byHost }),
    }),
  )

function both(make: (width: 32 | 64, name: HardwareName) => FloatOperation): readonly FloatOperation[] {
  return ([32, 64] as const).flatMap((width) => hardwareNames.map((name) => make(width, name)))
}

/** Bytes of one case: two operands of 16; low and high half of its result, conditions, flags. */
export const caseBytes = 32
export const resultBytes = 16

/**
 * A module with a function `(from, to, count, control)` for each operation, named by its number: ours, as the
 * recorder does it. What an unmasked exception does not deliver is 0.
 */
export function operationsModule(operations: readonly FloatOperation[]): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder()
  module.importMemory('test', 'memory', 1)
  const transcendental = importTranscendental(module, 'test')
  const arithmetic = defineArithmetic(module)
  const sse = defineSse(module, arithmetic)
  const parts = {
    sse,
    byHost: withHardware(module, sse),
    x87: defineX87(module, arithmetic, transcendental),
    hardware: defineHardware(module, sse),
  }
  operations.forEach((operation, number) => {
    const run = module.function(`${number}`, ['i32', 'i32', 'i32', 'i32'], [], (f) => {
      const [from, to, count, word] = f.parameters as [Local, Local, Local, Local]
      const isSse = operation.unit === 'sse'
      const how = isSse ? f.let(controlOfMxcsr(word)) : word
      // What is not delivered: in SSE everything with any unmasked exception.
      const stopping = f.let(op('i32.and', op('i32.xor', how, -1), isSse ? 0x3f : 7))
      f.loop((again) => {
        f.scope(() => {
          const outcome = operation.run({
            ...{ f, word, how, ...parts },
            ...{ a: load('i64.load', from), aHigh: load('i32.load16_u', from, 8) },
            ...{ b: load('i64.load', from, 16), bHigh: load('i32.load16_u', from, 24) },
          })
          const { low = constant('i64', 0), high = constant('i32', 0), more = constant('i32', 0) } = outcome
          f.store('i64.store', to, low)
          f.store('i32.store16', to, high, 8)
          f.store('i32.store16', to, more, 10)
          f.store('i32.store', to, outcome.flags, 12)
          f.if(op('i32.and', load('i32.load', to, 12), stopping), () => {
            f.store('i64.store', to, 0)
            f.store('i32.store16', to, 0, 8)
            if (isSse) f.store('i32.store16', to, 0, 10)
          })
          f.set(from, op('i32.add', from, caseBytes))
          f.set(to, op('i32.add', to, resultBytes))
          f.set(count, op('i32.sub', count, 1))
        })
        f.br(again, count)
      })
    })
    module.export(run)
  })
  return module.build()
}

function lowAndFlags([low, flags]: readonly Expression[]): Outcome {
  return { low: low as Expression, flags: flags as Expression }
}

function extended([low, high, flags]: readonly Expression[]): Outcome {
  return { low: low as Expression, high: high as Expression, flags: flags as Expression }
}

/** A relation as C0, C2 and C3. */
function conditions(relation: Expression): Expression {
  const below = op('i32.shl', op('i32.and', relation, 1), 8)
  const unordered = op('i32.shl', op('i32.and', relation, 2), 9)
  const equal = op('i32.shl', op('i32.and', relation, 4), 12)
  return op('i32.or', op('i32.or', below, unordered), equal)
}

import { type Transcendental, transcendentals } from '../../../src/machine/cpu/float/transcendental.ts'
import { constant, select } from '../../../src/machine/cpu/wasm/expression.ts'
import type { Local } from '../../../src/machine/cpu/wasm/function-builder.ts'
import { type FloatOperation, operations } from './operations.ts'

const binary: readonly Transcendental[] = ['fyl2x', 'fyl2xp1', 'fpatan']
const angles: readonly Transcendental[] = ['fptan', 'fsin', 'fcos']
const c2 = constant('i32', 0x400)
const none = constant('i32', 0)

/** Operations with ST(0) as `a`, ST(1) as `b`, named as their instruction; of FPTAN the tangent. */
export const transcendentalOperations: readonly FloatOperation[] = transcendentals.map((name) => {
  const isBinary = binary.includes(name)
  return {
    ...{ name, unit: 'x87', a: 80, b: isBinary ? 80 : null },
    run: ({ f, x87, word, a, aHigh, b, bHigh }) => {
      const operands = isBinary ? [a, aHigh, b, bHigh] : [a, aHigh]
      const [low, high, flags] = f.call(x87.transcendentals.operations[name], ...operands, word) as [
        Local,
        Local,
        Local,
      ]
      if (!angles.includes(name)) return { low, high, flags }
      const [stays] = f.call(x87.transcendentals.isTooLarge, a, aHigh) as [Local]
      return {
        low: select(stays, a, low),
        high: select(stays, aHigh, high),
        more: select(stays, c2, none),
        flags: select(stays, none, flags),
      }
    },
  }
})

/** All that float-recorder.c runs, by its numbers. */
export const recordedOperations = [...operations, ...transcendentalOperations]

import { type FunctionReference, op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import type { Arithmetic } from './arithmetic.ts'
import { bias, control, kind, lowest, operandTypes, resultTypes } from './formats.ts'

/** Operands of each, in the order of the numbers that the imported function is given. */
const operands = { f2xm1: 1, fyl2x: 2, fyl2xp1: 2, fptan: 1, fpatan: 2, fsin: 1, fcos: 1 } as const

export type Transcendental = keyof typeof operands

export const transcendentals = Object.keys(operands) as readonly Transcendental[]

/** `(number, operand, operand) → result` of what is neither NaN nor unsupported: the mathematics. */
export function importTranscendental(module: ModuleBuilder, from: string): FunctionReference {
  return module.importFunction(
    from,
    'transcendental',
    ['i32', ...operandTypes, ...operandTypes],
    [...resultTypes],
  )
}

export interface Transcendentals {
  /** `(st, control) → st, flags` or `(st, st1, control) → st, flags`; FPTAN gives the tangent. */
  readonly operations: Readonly<Record<Transcendental, FunctionReference>>
  /** `(st) → 1` where FSIN, FCOS, FSINCOS and FPTAN leave an operand alone and set C2: |st| >= 2 ** 63. */
  readonly isTooLarge: FunctionReference
}

export function defineTranscendentals(
  module: ModuleBuilder,
  arithmetic: Arithmetic,
  imported: FunctionReference,
): Transcendentals {
  const define = (name: Transcendental, number: number) => {
    const parameters = operands[name] === 1 ? stTypes : [...stTypes, ...stTypes]
    return module.function(name, [...parameters, 'i32'], [...stTypes, 'i32'], (f) => {
      const [low, high, low1, high1] = f.parameters as [Local, Local, Local, Local]
      // Precision control is not for these (SDM volume 1, 8.1.5.2).
      const known = op('i32.and', f.parameters.at(-1) as Local, control.masks | control.rounding)
      const how = f.let(op('i32.or', known, control.extended | control.x87))
      const st = f.call(arithmetic.unpack[80], low, high)
      const other =
        operands[name] === 1 ? [0, lowest, 0, kind.zero] : f.call(arithmetic.unpack[80], low1, high1)
      const finish = (result: readonly Local[]) =>
        f.return(...f.call(arithmetic.roundPack[80], ...result, how))
      const kinds = op('i32.or', st[3] as Local, other[3] as Local)
      f.if(op('i32.and', kinds, kind.nan), () => finish(f.call(arithmetic.chooseNan, ...st, ...other, how)))
      finish(f.call(imported, number, ...st, ...other))
    })
  }
  const functions = transcendentals.map((name, number) => [name, define(name, number)] as const)
  return {
    operations: Object.fromEntries(functions) as Record<Transcendental, FunctionReference>,
    isTooLarge: module.function('isTooLargeForPi', stTypes, ['i32'], (f) => {
      const [low, high] = f.parameters as [Local, Local]
      const above = op('i32.sub', op('i32.and', high, 0x7fff), bias + 63)
      const isNumber = op('i32.lt_u', above, 0x7fff - (bias + 63))
      f.return(op('i32.and', isNumber, op('i64.lt_s', low, 0)))
    }),
  }
}

const stTypes = ['i64', 'i32'] as const

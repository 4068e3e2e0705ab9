import { constant, type FunctionReference, op, select } from '../wasm/expression.ts'
import type { ModuleBuilder } from '../wasm/module-builder.ts'
import { flag, kind } from './formats.ts'
import { denormalFlag, type Pair, pairTypes } from './nan.ts'

/** How operands compare: as CF, PF and ZF of UCOMISD hold it, one after the other; C0, C2 and C3 of x87. */
export const relation = { greater: 0, less: 1, equal: 4, unordered: 7 } as const

/** `(operand, operand, signaling) → relation, flags`; with `signaling` 1 every NaN is invalid. */
export function defineCompare(module: ModuleBuilder): FunctionReference {
  return module.function('compare', pairTypes, ['i32', 'i32'], (f) => {
    const [signA, exponentA, a, kindA, signB, exponentB, b, kindB, all] = f.parameters as unknown as Pair
    const kinds = f.let(op('i32.or', kindA, kindB))
    f.if(op('i32.and', kinds, kind.nan), () => {
      const invalid = op('i32.and', kinds, kind.signaling | kind.unsupported)
      f.return(relation.unordered, op('i32.mul', op('i32.ne', op('i32.or', invalid, all), 0), flag.invalid))
    })
    const flags = f.let(denormalFlag(kinds))
    f.if(op('i32.and', op('i32.and', kindA, kindB), kind.zero), () => f.return(relation.equal, flags))
    f.if(op('i32.ne', signA, signB), () => f.return(op('i32.mul', signA, relation.less), flags))
    const sameExponent = f.let(op('i32.eq', exponentA, exponentB))
    f.if(op('i32.and', sameExponent, op('i64.eq', a, b)), () => f.return(relation.equal, flags))
    const smaller = select(sameExponent, op('i64.lt_u', a, b), op('i32.lt_s', exponentA, exponentB))
    f.return(select(op('i32.ne', smaller, signA), constant('i32', relation.less), constant('i32', 0)), flags)
  })
}

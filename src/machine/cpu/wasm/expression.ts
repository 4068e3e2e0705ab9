import { invariant } from '../../../support/invariant.ts'
import type { ByteWriter } from './byte-writer.ts'
import { fold } from './fold.ts'
import { type LoadName, loads, type NumericName, numerics, type ValueType } from './opcodes.ts'
import { type LaneName, laneNumerics } from './vector-opcodes.ts'

/**
 * A value of a WebAssembly function, evaluated wherever it is used. It is a tree: what must be evaluated once
 * goes into a local (`FunctionBuilder.let`).
 */
export interface Expression {
  readonly type: ValueType
  /** Its value when the builder knows it. */
  readonly known: bigint | null
  write(to: ByteWriter): void
}

export type Operand = Expression | number | bigint

/** A function of the module, or one that it imports. */
export interface FunctionReference {
  readonly name: string
  readonly index: number
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
}

export function constant(type: ValueType, value: bigint | number): Expression {
  invariant(type === 'i32' || type === 'i64', 'a constant is an integer')
  const known = BigInt.asIntN(type === 'i32' ? 32 : 64, BigInt(value))
  return {
    type,
    known,
    write: (to) => {
      if (type === 'i32') to.byte(0x41).signed32(Number(known))
      else to.byte(0x42).signed64(known)
    },
  }
}

/** `name` applied to `operands`; plain numbers take the type that the operation wants. Constants fold. */
export function op(name: NumericName, ...operands: readonly Operand[]): Expression {
  const numeric = numerics.get(name)
  invariant(numeric, `${name} is an operation`)
  const values = typed(name, operands, numeric.parameters)
  const folded = fold(name, values)
  if (folded !== null) return typeof folded === 'bigint' ? constant(numeric.result, folded) : folded
  return {
    type: numeric.result,
    known: null,
    write: (to) => {
      for (const value of values) value.write(to)
      to.opcode(numeric.code)
    },
  }
}

/** An operation that names lane `index` of a vector. */
export function lane(name: LaneName, index: number, ...operands: readonly Operand[]): Expression {
  const numeric = laneNumerics.get(name)
  invariant(numeric, `${name} is an operation on a lane`)
  const values = typed(name, operands, numeric.parameters)
  return {
    type: numeric.result,
    known: null,
    write: (to) => {
      for (const value of values) value.write(to)
      to.opcode(numeric.code).byte(index)
    },
  }
}

/** Sixteen bytes of `x` (0 to 15) and `y` (16 to 31), named by position. */
export function shuffle(bytes: readonly number[], x: Expression, y: Expression): Expression {
  invariant(bytes.length === 16 && bytes.every((at) => at >= 0 && at < 32), 'a shuffle names 16 bytes of 32')
  const values = typed('shuffle', [x, y], ['v128', 'v128'])
  return {
    type: 'v128',
    known: null,
    write: (to) => {
      for (const value of values) value.write(to)
      to.opcode(0xfd_000d).append(Uint8Array.from(bytes))
    },
  }
}

/** A vector of lanes of 1, 2 or 4 bytes: as many as make 16. */
export function vectorConstant(lanes: readonly number[]): Expression {
  const bytes = 16 / lanes.length
  const content = lanes.flatMap((value) =>
    Array.from({ length: bytes }, (_, index) => (value >>> (8 * index)) & 0xff),
  )
  invariant(content.length === 16, 'a vector has 16 bytes')
  return {
    type: 'v128',
    known: null,
    write: (to) => to.opcode(0xfd_000c).append(Uint8Array.from(content)),
  }
}

/** Memory at `address` + `offset`, read where the expression is used. */
export function load(name: LoadName, address: Operand, offset = 0): Expression {
  const { code, type } = loads[name]
  const [at] = typed(name, [address], ['i32'])
  return {
    type,
    known: null,
    write: (to) => {
      at?.write(to)
      to.opcode(code).byte(0).unsigned(offset)
    },
  }
}

/** `then` where `condition` is not 0. Both are evaluated. */
export function select(condition: Expression, then: Expression, otherwise: Expression): Expression {
  invariant(condition.type === 'i32' && then.type === otherwise.type, 'select chooses between equal types')
  if (condition.known !== null) return condition.known !== 0n ? then : otherwise
  return {
    type: then.type,
    known: null,
    write: (to) => {
      then.write(to)
      otherwise.write(to)
      condition.write(to)
      to.byte(0x1b)
    },
  }
}

/** A call of a function with one result, made where the expression is used. */
export function call(callee: FunctionReference, ...operands: readonly Operand[]): Expression {
  const values = typed(callee.name, operands, callee.parameters)
  const [type, ...more] = callee.results
  invariant(type !== undefined && more.length === 0, `${callee.name} has one result`)
  return {
    type,
    known: null,
    write: (to) => {
      for (const value of values) value.write(to)
      to.byte(0x10).unsigned(callee.index)
    },
  }
}

/** Operands as expressions of the types that `what` wants. */
export function typed(
  what: string,
  operands: readonly Operand[],
  types: readonly ValueType[],
): readonly Expression[] {
  invariant(operands.length === types.length, `${what} has ${types.length} operands, not ${operands.length}`)
  return operands.map((operand, index) => {
    const type = types[index] ?? 'i32'
    if (typeof operand !== 'object') return constant(type, operand)
    invariant(operand.type === type, `operand ${index} of ${what} is ${type}, not ${operand.type}`)
    return operand
  })
}

import { operandSize } from '../decode/instruction.ts'
import { registerFile, shape, shapeOf } from '../micro-op.ts'
import type { OperandShape, Variant } from '../semantics/target.ts'
import type { OperandKind, Row } from '../table/row.ts'

/** Facts of one instruction that choose its handlers. */
export interface Choice {
  readonly operandBytes: number
  readonly isMemory: boolean
  readonly condition: number
  readonly repeat: 0 | 0xf2 | 0xf3
}

/** Everything that instructions of one row can look like in 64-bit code, or in other code. */
export function choicesOf(row: Row, long: boolean): Choice[] {
  const { only, in64, form } = row.facts
  if (only && (only === 'long') !== long) return []
  const sizes = !long ? [2, 4] : in64 === 'forced64' ? [8] : in64 === 'default64' ? [2, 8] : [2, 4, 8]
  const hasMemory = row.operands.some((kind) => 'EMOQW'.includes(kind[0] ?? ''))
  const forms = [false, true].filter((isMemory) =>
    isMemory ? hasMemory && form !== 'register' : form !== 'memory',
  )
  const conditions = row.condition ? Array.from({ length: 16 }, (_, code) => code) : [0]
  const repeats = row.facts.repeat ? ([0, 0xf2, 0xf3] as const) : ([0] as const)
  return sizes.flatMap((operandBytes) =>
    forms.flatMap((isMemory) =>
      conditions.flatMap((condition) =>
        repeats.map((repeat) => ({ operandBytes, isMemory, condition, repeat })),
      ),
    ),
  )
}

const repeatNumber = { 0: 0, 242: 1, 243: 2 } as const

/** A small number for each choice of a row. */
export function choiceNumber({ operandBytes, isMemory, condition, repeat }: Choice): number {
  const size = operandBytes === 8 ? 2 : operandBytes >> 2
  return ((condition * 3 + size) * 2 + (isMemory ? 1 : 0)) * 3 + repeatNumber[repeat]
}

export function variantOf(row: Row, { operandBytes, isMemory, condition, repeat }: Choice): Variant {
  const operands = row.operands.map((kind) => operandShape(kind, operandBytes, isMemory))
  const [first] = row.operands
  const ofInstruction = row.operands.some((kind) => kind[0] === 'S' && kind[1] !== 'T')
  const { aligned = false, fpu = null, sized = false } = row.facts
  const hasOwnSize =
    !sized && first !== undefined && !ofInstruction && !['I', 'J', 'A'].includes(first[0] ?? '')
  const own = hasOwnSize || first === 'AL' ? (operands[0]?.bytes ?? operandBytes) : operandBytes
  const bytes = fpu !== null && first === undefined ? 0 : own
  return { bytes, operands, condition, repeat, aligned, unit: fpu }
}

function operandShape(kind: OperandKind, operandBytes: number, isMemory: boolean): OperandShape {
  const form = shapeOf(kind, isMemory)
  // Immediates of at most four bytes and distances are extended to the whole operand.
  const bytes = kind === 'Iz' || kind[0] === 'J' ? operandBytes : operandSize(kind, operandBytes)
  const file = registerFile(kind)
  const isVector = file !== 0 && shapeOf(kind, true) === shape.register
  if (form === shape.memory) return { shape: 'memory', bytes, file, isVector }
  return { shape: form === shape.immediate ? 'immediate' : 'register', bytes, file, isVector }
}

/** Handlers are shared by everything with the same key. */
export function handlerKey(instruction: string, variant: Variant, withShapes: boolean): string {
  const operands = variant.operands.map(({ shape, bytes, isVector }) =>
    shape === 'immediate' ? `i${bytes}` : `${withShapes ? shape[0] : isVector ? 'v' : ''}${bytes}`,
  )
  return [instruction, variant.bytes, variant.condition, variant.repeat, ...operands].join(' ')
}

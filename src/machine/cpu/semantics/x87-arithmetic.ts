import type { X87 } from '../float/x87.ts'
import { op } from '../wasm/expression.ts'
import type { Local } from '../wasm/function-builder.ts'
import type { Operations, Semantic } from './operations.ts'
import type { Extended, StackRegister } from './x87-operations.ts'
import { ofInteger, ofMemory, ofStack, type Source } from './x87-sources.ts'

type Name = keyof Pick<
  X87,
  'add' | 'subtract' | 'subtractReversed' | 'multiply' | 'divide' | 'divideReversed'
>

/** `popped`: what goes when there is a result. */
function compute(
  b: Operations,
  name: Name,
  destination: StackRegister,
  { width, values, isEmpty }: Source,
  popped: readonly StackRegister[] = [],
): void {
  const { x87 } = b
  const { low: x, high } = x87.read(destination)
  const [low, upper, flags] = x87.call(x87.functions[name][width], x, high, ...values, x87.control) as [
    Local,
    Local,
    Local,
  ]
  const isFault = isEmpty ? op('i32.or', destination.isEmpty, isEmpty) : destination.isEmpty
  const outcome = x87.outcome(flags, isFault)
  const result: Extended = x87.result(outcome, { low, high: upper })
  x87.commit(() =>
    x87.settle(outcome, () => {
      x87.write(destination, result)
      x87.pop(...popped)
    }),
  )
}

/** Of ST(0) and memory, or of ST(0) and ST(i). */
const plain =
  (name: Name): Semantic =>
  (b) => {
    if (b.operandCount === 1) {
      const source = ofMemory(b, 0)
      compute(b, name, b.x87.st(0), source)
    } else compute(b, name, b.x87.operand(0), ofStack(b, b.x87.operand(1)))
  }

const popping =
  (name: Name): Semantic =>
  (b) => {
    const top = b.x87.operand(1)
    compute(b, name, b.x87.operand(0), ofStack(b, top), [top])
  }

const byInteger =
  (name: Name): Semantic =>
  (b) => {
    const source = ofInteger(b, 0)
    compute(b, name, b.x87.st(0), source)
  }

const names: Readonly<Record<string, Name>> = {
  ADD: 'add',
  SUB: 'subtract',
  SUBR: 'subtractReversed',
  MUL: 'multiply',
  DIV: 'divide',
  DIVR: 'divideReversed',
}

export const x87Arithmetic: Readonly<Record<string, Semantic>> = Object.fromEntries(
  Object.entries(names).flatMap(([mnemonic, name]) => [
    [`F${mnemonic}`, plain(name)],
    [`F${mnemonic}P`, popping(name)],
    [`FI${mnemonic}`, byInteger(name)],
  ]),
)

import type { Handlers } from '../micro-op.ts'
import { instructionName, type Row } from '../table/row.ts'
import type { InterpreterName } from './code-lookup.ts'
import { type Choice, choiceNumber, handlerKey, variantOf } from './variants.ts'

export type Mode = 'flat32' | 'long64' | 'seg16' | 'seg32'

export function interpreterOf(mode: Mode): InterpreterName {
  return mode === 'flat32' || mode === 'long64' ? mode : 'segmented'
}

/** Positions of handlers in the generated core: plain data. */
export interface HandlerNumbers {
  /** Raise #UD, raise #GP(0), say that nobody knows what the instruction does. */
  readonly failures: { readonly undefined: number; readonly tooLong: number; readonly absent: number }
  /** Asks TypeScript. */
  readonly system: number
  readonly slow: Readonly<Record<string, number>>
  readonly fast: Readonly<Record<InterpreterName, Readonly<Record<string, number>>>>
}

/** Which handlers an instruction has; a fast one only where its address is plain. */
export class HandlerTable {
  readonly numbers: HandlerNumbers
  readonly #known = new Map<number, Handlers>()

  constructor(numbers: HandlerNumbers) {
    this.numbers = numbers
  }

  of(mode: Mode, row: Row, choice: Choice): Handlers {
    const name = interpreterOf(mode)
    const number = (row.id * choiceCount + choiceNumber(choice)) * 3 + interpreterNumber[name]
    const known = this.#known.get(number)
    if (known) return known
    const found = this.#find(name, row, choice)
    this.#known.set(number, found)
    return found
  }

  #find(name: InterpreterName, row: Row, choice: Choice): Handlers {
    const variant = variantOf(row, choice)
    const instruction = instructionName(row)
    const slow = this.numbers.slow[handlerKey(instruction, variant, false)]
    if (slow === undefined) return { fast: 0, slow: this.numbers.system }
    return { fast: this.numbers.fast[name][handlerKey(instruction, variant, true)] ?? 0, slow }
  }
}

/** More than there are numbers of choices. */
const choiceCount = 1000
const interpreterNumber = { flat32: 0, long64: 1, segmented: 2 } as const

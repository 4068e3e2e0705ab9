import type { Row } from '../../src/machine/cpu/table/row.ts'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import { encode } from './encoding.ts'
import { type FloatState, floatStateFor } from './float-state.ts'
import { type Form, formsOf, isFloating, isRecorded, sectionOf } from './forms.ts'
import { Random } from './random.ts'
import { type Surroundings, surround } from './surroundings.ts'
import { comparesStrings } from './texts.ts'

/** One instruction with everything that it can see. Addresses are those of `layout.ts`. */
export interface Case extends Surroundings {
  readonly row: Row
  readonly form: Form
  readonly code: Uint8Array
  /** Where its memory operand is, or null. */
  readonly linear: number | null
  /** Nothing in it depends on where it stands. */
  readonly isMovable: boolean
  readonly float: FloatState
}

export interface Section {
  readonly name: string
  readonly row: Row
  readonly form: Form
}

export const seed = 'kerneltest 1'
export const vectorsPerForm = 16

/** Every way in which user-level instructions can look. */
export function sections(): Section[] {
  return rows
    .filter((row) => isRecorded(row) || isFloating(row))
    .flatMap((row) => formsOf(row).map((form) => ({ row, form, name: sectionOf(row, form) })))
}

const branches = new Set(['JMP', 'Jcc', 'CALL', 'RET', 'LOOP', 'LOOPE', 'LOOPNE', 'JCXZ'])

/** One for each vector of the form; the last one has LOCK. */
export function caseCount({ row }: Section): number {
  // Strings are compared in 128 ways.
  return vectorsPerForm * (row.condition ? 4 : comparesStrings(row) ? 12 : 1) + 1
}

/** The same whatever other cases there are. `from` makes others. */
export function caseOf(section: Section, index: number, from = seed): Case {
  const { name, row, form } = section
  const random = new Random(`${from} ${name} ${index}`)
  const hasLock = index === caseCount(section) - 1
  for (;;) {
    const encoded = encode(row, form, random, hasLock)
    const surroundings = surround(row, form, encoded, random)
    if (!surroundings) continue
    const { code, address } = encoded
    const isMovable = address?.relativeAt == null && !branches.has(row.mnemonic)
    const float = floatStateFor(row, `${from} ${name} ${index}`)
    const linear = address?.linear ?? null
    return { row, form, code, linear, isMovable, float, ...surroundings }
  }
}

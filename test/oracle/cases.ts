import type { Row } from '../../src/machine/cpu/table/row.ts'
import { rows } from '../../src/machine/cpu/table/rows.ts'
import { encode } from './encoding.ts'
import { type Form, formsOf, isRecorded, sectionOf } from './forms.ts'
import { Random } from './random.ts'
import { type Surroundings, surround } from './surroundings.ts'

/** One instruction with everything that it can see. Addresses are those of `layout.ts`. */
export interface Case extends Surroundings {
  readonly row: Row
  readonly form: Form
  readonly code: Uint8Array
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
    .filter(isRecorded)
    .flatMap((row) => formsOf(row).map((form) => ({ row, form, name: sectionOf(row, form) })))
}

/** The vectors of one form: the same whatever else there is. The last one has LOCK. */
export function* casesOf({ name, row, form }: Section): Generator<Case> {
  const random = new Random(`${seed} ${name}`)
  const count = vectorsPerForm * (row.condition ? 4 : 1)
  for (let index = 0; index <= count; ) {
    const encoded = encode(row, form, random, index === count)
    const surroundings = surround(row, form, encoded, random)
    if (!surroundings) continue
    index++
    const { registers, rflags, data, stack } = surroundings
    yield { row, form, code: encoded.code, registers, rflags, data, stack }
  }
}

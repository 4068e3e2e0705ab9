import { expect, test } from 'vitest'
import { plainCases, semantics } from '../../src/machine/cpu/semantics/semantics.ts'
import { systemInstructions } from '../../src/machine/cpu/system-instructions.ts'
import { modelFeatures } from '../../src/machine/cpu/table/features.ts'
import { instructionName, type Row } from '../../src/machine/cpu/table/row.ts'
import { rows } from '../../src/machine/cpu/table/rows.ts'

/** Definitions that a row would have to choose between: none is right only where nothing is to be done. */
function definitionsOf(row: Row): readonly string[] {
  const name = instructionName(row)
  return [
    ...(semantics.has(name) ? [plainCases.has(name) ? 'plain case' : 'semantic'] : []),
    ...(systemInstructions.has(name) ? ['TypeScript'] : []),
  ]
}

const isNeverReached = ({ facts: { alwaysUndefined, cpuid } }: Row) =>
  alwaysUndefined || (cpuid !== undefined && !modelFeatures.has(cpuid))

test('each row has one definition, or TypeScript and its plain case', () => {
  const allowed = new Set(['semantic', 'TypeScript', 'plain case, TypeScript'])
  const wrong = rows.filter((row) => {
    const found = definitionsOf(row).join(', ')
    // Rows of x87 and SIMD come with their instructions; test/machine/isa-page.test.ts counts them.
    if (found === '') return !isNeverReached(row) && !row.facts.fpu
    return !allowed.has(found) || row.facts.alwaysUndefined
  })
  expect(wrong.map((row) => `${row.encoding} ${row.mnemonic}: ${definitionsOf(row)}`)).toEqual([])
})

test('each definition has a row', () => {
  const names = new Set(rows.map(instructionName))
  const defined = [...semantics.keys(), ...systemInstructions.keys()]
  expect(defined.filter((name) => !names.has(name))).toEqual([])
})

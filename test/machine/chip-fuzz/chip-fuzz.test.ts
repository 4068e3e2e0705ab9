import { expect, test } from 'vitest'
import { machineTables } from '../../../src/machine/machine-table.ts'
import { ChipFuzz, hashOf, textOf } from './chip-fuzz.ts'

/** `chip-fuzz.slow.ts` does millions. */
const accesses = 30_000

test.each(['pc', 'q35'] as const)('%s: random accesses end well, and alike', (shape) => {
  expect(hashOf(shape, accesses)).toBe(hashOf(shape, accesses))
})

/** Events of chips without a state. */
const told = ['console', 'exit', 'panicked', 'power', 'trap']
/** There, but nothing leads to it. */
const hidden = { pc: [], q35: ['primaryIde', 'secondaryIde'] } as const

test.each(['pc', 'q35'] as const)('%s: every chip is reached, and its state alone comes back', (shape) => {
  const fuzz = new ChipFuzz(shape, 'every chip')
  const [atRest, other] = [0, 1].map(() => new ChipFuzz(shape, 'at rest').board.parts)
  const changed = new Set<string>()
  for (let round = 0; round < 12; round++) {
    fuzz.run(2000)
    for (const [name, part] of fuzz.board.parts) {
      const saved = part.save()
      if (textOf(saved) !== textOf(atRest?.get(name)?.save())) changed.add(name)
      other?.get(name)?.load(structuredClone(saved))
      expect(textOf(other?.get(name)?.save()), name).toBe(textOf(saved))
    }
  }
  const { chips, functions } = machineTables[shape]
  const names = [...Object.keys(chips), ...Object.keys(functions).map((name) => `pci.${name}`)]
  const withState = names.filter((name) => fuzz.board.parts.has(name))
  expect(withState.filter((name) => !changed.has(name))).toEqual(hidden[shape])
  expect([...fuzz.events]).toEqual(expect.arrayContaining(told))
})

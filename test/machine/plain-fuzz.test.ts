import { expect, test } from 'vitest'
import { FuzzMachine } from './fuzz/fuzz-machine.ts'
import { Programs } from './fuzz/program.ts'
import { referenceCore } from './reference-core.ts'
import './generated-core.ts'

const count = 1000

test('random guests end alike with plain cases and without', { timeout: 120_000 }, () => {
  const programs = new Programs('plain cases')
  const machines = [new FuzzMachine(), new FuzzMachine(referenceCore)]
  const differences: string[] = []
  for (let number = 0; number < count; number++) {
    const program = programs.make(number)
    const [plain, reference] = machines.map((machine) => {
      machine.load(program, programs)
      return JSON.stringify(machine.result(machine.run(program)))
    })
    if (plain !== reference) differences.push(`${number}, ${program.name}: ${plain}, not ${reference}`)
  }
  expect(differences).toEqual([])
})

import { expect, test } from 'vitest'
import { Machine } from '../../src/machine/machine.ts'
import { codeAt, longMode } from './long-mode.ts'
import { registersOf, setRegisters } from './register-file.ts'

/** How many units a guest does before the 20th poll stops it. */
function unitsUntilStopped(code: readonly number[]): number {
  let polls = 0
  const machine = new Machine({ memoryMiB: 4, exit: null, serial: () => {}, poll: () => ++polls === 20 })
  const { cpu } = longMode(Uint8Array.from(code))
  machine.cpu.poke(0, cpu.ram)
  setRegisters(machine.cpu, { ...registersOf(cpu), rip: codeAt })
  expect(machine.run(1_000_000)).toEqual({ kind: 'requested' })
  return machine.units
}

test('a guest that is busy with ports or with system instructions is asked again and again', () => {
  const port = [0xe6, 0x80, 0xeb, 0xfc]
  const cpuid = [0x0f, 0xa2, 0xeb, 0xfc]
  expect([port, cpuid].map(unitsUntilStopped)).toEqual([2 * 20 * 256 - 1, 2 * 20 * 256 - 1])
})

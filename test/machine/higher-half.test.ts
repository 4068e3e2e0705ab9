import { expect, test } from 'vitest'
import { bootExample } from './boot-example.ts'
import { registersOf } from './register-file.ts'

const textMemory = 0xb8000
const boot = () => bootExample('higher-half')

test('higher-half goes through paging and long mode to its text and halts', () => {
  const machine = boot()
  expect(machine.run(10_000_000)).toEqual({ kind: 'halted' })
  const { ram } = machine.cpu
  const registers = registersOf(machine.cpu)
  expect([...ram.subarray(textMemory, textMemory + 6)]).toEqual([0x4f, 0x2f, 0x4b, 0x2f, 0x20, 0x07])
  expect(registers.rip >> 24n).toBe(0xffff_ffff88n)
  expect(registers.long).toBe(true)
  expect(registers.efer).toBe(0xd00)
})

test('it does so in the same number of units, whatever the slices', () => {
  const whole = boot()
  whole.run(10_000_000)
  const sliced = boot()
  while (sliced.run(97).kind === 'budget');
  expect(sliced.units).toBe(whole.units)
  expect(registersOf(sliced.cpu)).toEqual(registersOf(whole.cpu))
  expect(Buffer.compare(sliced.cpu.ram, whole.cpu.ram)).toBe(0)
})

import { expect, test } from 'vitest'
import { bootExample } from './boot-example.ts'
import { registersOf } from './register-file.ts'

const greeting = 'Hello from a kernel!\r\n2 + 2 = 4\r\n'

test('hello-serial prints its greeting and exits with success', () => {
  const output: number[] = []
  const machine = bootExample('hello-serial', (byte) => output.push(byte))
  expect(machine.run(1_000_000)).toEqual({ kind: 'exit', value: 0x10 })
  expect(String.fromCharCode(...output)).toBe(greeting)
  expect(machine.units).toBe(451)
})

test('a run stops at exactly the asked count, whatever the slices', () => {
  const whole = bootExample('hello-serial')
  const states: unknown[] = []
  for (let count = 0; count < 400; count++) {
    expect(whole.run(1)).toEqual({ kind: 'budget' })
    states.push(registersOf(whole.cpu))
  }
  for (const slice of [2, 3, 7, 100]) {
    const machine = bootExample('hello-serial')
    for (let count = slice; count <= 400; count += slice) {
      expect(machine.run(slice)).toEqual({ kind: 'budget' })
      expect(registersOf(machine.cpu)).toEqual(states[count - 1])
    }
  }
})

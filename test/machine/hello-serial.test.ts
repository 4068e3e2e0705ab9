import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Machine } from '../../src/machine/machine.ts'
import { loadElf } from './elf.ts'
import './generated-core.ts'

function boot(): { machine: Machine; output: number[] } {
  const output: number[] = []
  const machine = new Machine({
    memoryMiB: 4,
    exit: { port: 0xf4, size: 4 },
    serial: (byte) => output.push(byte),
  })
  const image = readFileSync(new URL('../../examples/hello-serial/hello-serial.elf', import.meta.url))
  const rip = loadElf(machine, image)
  machine.cpu.registers = {
    general: [0x2badb002n, ...Array<bigint>(15).fill(0n)],
    rip,
    rflags: 2,
    cr0: 0x11,
    cr3: 0n,
    cr4: 0,
    efer: 0,
    long: false,
  }
  return { machine, output }
}

const greeting = 'Hello from a kernel!\r\n2 + 2 = 4\r\n'

test('hello-serial prints its greeting and exits with success', () => {
  const { machine, output } = boot()
  expect(machine.run(1_000_000)).toEqual({ kind: 'exit', value: 0x10 })
  expect(String.fromCharCode(...output)).toBe(greeting)
  expect(machine.units).toBe(451)
})

test('a run stops at exactly the asked count, whatever the slices', () => {
  const whole = boot()
  const states: unknown[] = []
  for (let count = 0; count < 400; count++) {
    expect(whole.machine.run(1)).toEqual({ kind: 'budget' })
    states.push(whole.machine.cpu.registers)
  }
  for (const slice of [2, 3, 7, 100]) {
    const { machine } = boot()
    for (let count = slice; count <= 400; count += slice) {
      expect(machine.run(slice)).toEqual({ kind: 'budget' })
      expect(machine.cpu.registers).toEqual(states[count - 1])
    }
  }
})

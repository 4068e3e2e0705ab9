import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Machine } from '../../src/machine/machine.ts'

/** `p_paddr` and contents of every PT_LOAD of a 32-bit ELF, and its entry. */
function load(machine: Machine, image: Uint8Array): number {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  const table = view.getUint32(28, true)
  for (let index = 0; index < view.getUint16(44, true); index++) {
    const at = table + 32 * index
    const field = (offset: number) => view.getUint32(at + offset, true)
    if (field(0) === 1) machine.cpu.poke(field(12), image.subarray(field(4), field(4) + field(16)))
  }
  return view.getUint32(24, true)
}

function boot(): { machine: Machine; output: number[] } {
  const output: number[] = []
  const machine = new Machine({
    memoryMiB: 4,
    exit: { port: 0xf4, size: 4 },
    serial: (byte) => output.push(byte),
  })
  const image = readFileSync(new URL('../../examples/hello-serial/hello-serial.elf', import.meta.url))
  const rip = load(machine, image)
  machine.cpu.registers = {
    general: [0x2badb002n, ...Array<bigint>(15).fill(0n)],
    rip: BigInt(rip),
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

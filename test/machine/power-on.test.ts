import { expect, test } from 'vitest'
import { Machine, type Wiring } from '../../src/machine/machine.ts'
import { assemble } from './control/assemble.ts'
import { flatEntry } from './flat-entry.ts'
import './generated-core.ts'

const codeAt = 0x1_0000
const dataAt = 0x2_0000
const entry = flatEntry(codeAt)

const wiring: Wiring = { exit: null, serial: () => {} }

test('what a guest writes is undone, also where guests before have written what was there', () => {
  const machine = new Machine({ memoryMiB: 1, ...wiring })
  const bytes = assemble(32, `mov ebx, ${dataAt}; mov [ebx], eax; hlt`)
  const there = 0x0403_0201
  const image = [
    { at: codeAt, bytes, size: bytes.length },
    { at: dataAt, bytes: Uint8Array.of(1, 2, 3, 4), size: 4 },
  ]
  const inRam = () => Buffer.from(machine.cpu.ram.subarray(dataAt, dataAt + 4)).readUInt32LE()
  for (const written of [there, there, 5, 6]) {
    machine.powerOn(image, wiring)
    expect(inRam()).toBe(there)
    machine.enter({ ...entry, general: entry.general.with(0, BigInt(written)) })
    expect(machine.run(4)).toEqual({ kind: 'halted' })
    expect(inRam()).toBe(written)
  }
})

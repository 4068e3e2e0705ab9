import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { Machine, type Wiring } from '../../src/machine/machine.ts'
import { assemble } from './control/assemble.ts'
import { flatEntry } from './flat-entry.ts'
import './generated-core.ts'

const codeAt = 0x10_0000
const moved = 0xe000_0000

const wiring: Wiring = { exit: null, serial: () => {} }

const setVbe = (index: number, value: number) =>
  `mov dx, 0x1ce; mov ax, ${index}; out dx, ax; inc edx; mov ax, ${value}; out dx, ax;`

/** Moves the framebuffer, sets 640 x 480 x 32, fills it, shows a bank, and fills that too. */
const program = assemble(
  32,
  [
    'cld; mov dx, 0xcf8; mov eax, 0x80001010; out dx, eax;',
    `mov dx, 0xcfc; mov eax, ${moved}; out dx, eax;`,
    setVbe(1, 640) + setVbe(2, 480) + setVbe(3, 32) + setVbe(4, 0x41),
    `mov edi, ${moved}; mov eax, 0x00102030; mov ecx, 2000; rep stosd;`,
    setVbe(5, 2),
    'mov edi, 0xa0000; mov eax, 0x00102030; mov ecx, 300; rep stosd; mov [0xb8000], eax; hlt',
  ].join(' '),
)
const parts = [{ at: codeAt, bytes: program, size: program.length }]

function started(machine = new Machine({ memoryMiB: 2, ...wiring })): Machine {
  machine.powerOn(parts, wiring)
  machine.enter(flatEntry(codeAt))
  return machine
}

const pixelAt = (machine: Machine, at: number) => [...machine.cpu.memory.read(moved + at, 4)]
const drawn = [0x30, 0x20, 0x10, 0]

test('a guest draws, and the next one finds nothing of it', () => {
  const machine = started()
  for (let guest = 0; guest < 3; guest++) {
    expect(machine.run(10_000)).toEqual({ kind: 'halted' })
    expect([pixelAt(machine, 4 * 1999), pixelAt(machine, 0x2_0000 + 4 * 299)]).toEqual([drawn, drawn])
    expect(machine.display.pixels).toMatchObject({ width: 640, height: 480 })
    const before = machine.cpu.memory.device.save()
    expect(before.map(({ at }) => at)).toEqual([0, 0x1000, 0x2_0000])
    started(machine)
    expect([machine.cpu.memory.device.save(), machine.display.isText]).toEqual([[], true])
    expect(machine.cpu.memory.device.contents.every((byte) => byte === 0)).toBe(true)
  }
})

test('saved anywhere, it goes on elsewhere as if nothing had been', () => {
  const whole = started()
  whole.run(10_000)
  for (const at of [4, 9, 30, 700, 2040, 2070, 2200]) {
    const first = started()
    first.run(at)
    const second = started()
    second.cpu.ram.set(first.cpu.ram)
    const saved = structuredClone(first.save())
    second.load(saved)
    expect(isDeepStrictEqual(second.save(), saved), `saved after ${at}`).toBe(true)
    second.run(10_000)
    expect(isDeepStrictEqual(second.save(), whole.save()), `on from ${at}`).toBe(true)
  }
})

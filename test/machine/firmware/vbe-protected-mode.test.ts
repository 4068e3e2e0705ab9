import { expect, test } from 'vitest'
import { vbeRegister } from '../../../src/machine/devices/bochs-vbe.ts'
import type { SavedVga } from '../../../src/machine/devices/vga.ts'
import { protectedModeTable } from '../../../src/machine/firmware/vga-bios/vbe/int10-protected-mode.ts'
import { protectedModeCode } from '../../../src/machine/firmware/vga-bios/vbe/protected-mode-code.ts'
import { Machine, type Wiring } from '../../../src/machine/machine.ts'
import { assemble } from '../control/assemble.ts'
import { flatEntry } from '../flat-entry.ts'
import '../generated-core.ts'

const codeAt = 0x10_0000
const tableAt = 0x11_0000
const colorsAt = 0x12_0000
const wiring: Wiring = { exit: null, serial: () => {} }

const part = (at: number, bytes: Iterable<number>) => {
  const copied = Uint8Array.from(bytes)
  return { at, bytes: copied, size: copied.length }
}

/** Calls a function of the interface, which has been copied, in a mode of 640 x 480 with so many bits. */
function after(depth: number, entry: number, registers: string): Machine {
  const machine = new Machine({ memoryMiB: 2, ...wiring })
  const set = (index: number, value: number) =>
    `mov edx, 0x1ce; mov eax, ${index}; out dx, ax; inc edx; mov eax, ${value}; out dx, ax;`
  const { width, height, depth: bits, enable, virtualWidth } = vbeRegister
  const mode = set(width, 640) + set(height, 480) + set(bits, depth) + set(enable, 1) + set(virtualWidth, 720)
  const call = `movzx ebx, word [${tableAt + 2 * entry}]; add ebx, ${tableAt}; call ebx; hlt`
  const code = assemble(32, `mov esp, 0x90000; ${mode} xor ebx, ebx; ${registers}; push ebx; ${call}`)
  machine.powerOn(
    [part(codeAt, code), part(tableAt, protectedModeTable), part(colorsAt, [1, 2, 3, 0, 4, 5, 6, 0])],
    wiring,
  )
  machine.enter(flatEntry(codeAt))
  expect(machine.run(10_000)).toEqual({ kind: 'halted' })
  return machine
}

function registers(machine: Machine, ...indexes: readonly number[]) {
  const { vga } = machine.save().board
  return indexes.map((index) => (vga as SavedVga).vbe.registers[index])
}

test('its bytes are what NASM makes of its instructions', () => {
  const text = protectedModeCode.map(([, instruction]) => instruction).join('\n')
  const code = protectedModeCode.map(([hex]) => hex).join('')
  expect(Buffer.from(assemble(32, text)).toString('hex')).toBe(code)
})

test('SetWindow, SetDisplayStart, SetPrimaryPalette', () => {
  const { bank, xOffset, yOffset } = vbeRegister
  expect(registers(after(8, 0, 'mov edx, 5'), bank)).toEqual([5])
  const address = (line: number, pixel: number, bytes: number) => ((line * 720 + pixel) * bytes) / 4
  const start = (dwords: number) => `mov ecx, ${dwords % 0x1_0000}; mov edx, ${Math.floor(dwords / 0x1_0000)}`
  expect(registers(after(8, 1, start(address(9, 8, 1))), xOffset, yOffset)).toEqual([8, 9])
  expect(registers(after(32, 1, start(address(1000, 3, 4))), xOffset, yOffset)).toEqual([3, 1000])
  expect(registers(after(16, 1, start(address(7, 2, 2))), xOffset, yOffset)).toEqual([2, 7])
  const colored = after(8, 2, `mov ecx, 2; mov edx, 200; mov edi, ${colorsAt}`)
  colored.cpu.memory.device.writeBytes(0, Uint8Array.of(200, 201))
  const shown = [...colored.display.pixels.rgba.subarray(0, 7)]
  expect(shown.map((level) => level >> 2)).toEqual([3, 2, 1, 63, 6, 5, 4])
})

test('its list of ports ends, and no memory follows', () => {
  const words = new Uint16Array(Uint8Array.from(protectedModeTable.slice(-12)).buffer)
  expect([...words]).toEqual([0x1ce, 0x1cf, 0x3c8, 0x3c9, 0xffff, 0xffff])
  const list = (protectedModeTable[6] ?? 0) + 256 * (protectedModeTable[7] ?? 0)
  expect(list).toBe(protectedModeTable.length - 12)
})

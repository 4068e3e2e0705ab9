import { expect, test } from 'vitest'
import { codeAt, longMode } from './long-mode.ts'
import { registersOf, setRegisters } from './register-file.ts'

function run(code: readonly number[], units: number, at = codeAt) {
  const machine = longMode(new Uint8Array())
  machine.cpu.poke(Number(at), new Uint8Array(code))
  setRegisters(machine.cpu, { ...registersOf(machine.cpu), rip: at })
  expect(machine.run(units)).toEqual({ kind: 'budget' })
  return machine
}

const signed8 = (value: number) => value & 0xff
const signed32 = (value: number) => [value, value >> 8, value >> 16, value >> 24].map(signed8)
/** MOV BYTE [RIP + distance], value: 7 bytes. */
const patch = (distance: number, value: number) => [0xc6, 0x05, ...signed32(distance), value]
const movEax = (value: number) => [0xb8, ...signed32(value)]
const jump = (distance: number) => [0xeb, signed8(distance)]

test('the very next instruction may have been written by this one', () => {
  const machine = run([...patch(1, 42), ...movEax(1)], 2)
  expect(registersOf(machine.cpu).general[0]).toBe(42n)
})

test('code that was decoded before is decoded again', () => {
  const machine = run([...movEax(1), ...patch(1 - 12, 7), ...jump(-14)], 3)
  expect(registersOf(machine.cpu).general[0]).toBe(1n)
  machine.run(1)
  expect(registersOf(machine.cpu).general[0]).toBe(7n)
})

test('a loop that patches itself counts up', () => {
  // ADD BYTE [RIP + 1], 1 reaches the immediate of the MOV AL, 0 behind it.
  const machine = run([0x80, 0x05, ...signed32(1), 1, 0xb0, 0, ...jump(-11)], 3 * 200)
  expect(registersOf(machine.cpu).general[0]).toBe(200n)
})

test('data beside code in the same page leaves the code alone', () => {
  // INC DWORD [RIP + 0x200]
  const machine = run([0xff, 0x05, ...signed32(0x200), ...jump(-8)], 2 * 500)
  const { ram } = machine.cpu
  expect(new DataView(ram.buffer, ram.byteOffset).getUint32(Number(codeAt) + 6 + 0x200, true)).toBe(500)
})

test.each([
  [-2, 0x0102_0304],
  [-1, 0x0204_0608],
  [0, 0x0102_0305],
  [3, 0x0502_0304],
  [6, 0x0102_0304],
])('a 5 written at %i from the immediate of an instruction that runs again', (distance, expected) => {
  // Bytes of data before MOV EAX and behind the jump that follows it. Its opcode becomes that of ADD EAX.
  const body = [...jump(1), 0x90, ...movEax(0x0102_0304), ...jump(1), 0x90]
  const machine = run([...body, ...patch(4 + distance - 18, 5), ...jump(-17)], 2)
  expect(registersOf(machine.cpu).general[0]).toBe(0x0102_0304n)
  machine.run(4)
  expect(registersOf(machine.cpu).general[0]).toBe(BigInt(expected))
})

test('an instruction over two pages sees a change of either', () => {
  const at = codeAt + 0xffdn
  // Two bytes of the immediate lie on the second page; the first of them is patched.
  const machine = run([...movEax(1), ...patch(-9, 9), ...jump(-14)], 3, at)
  expect(registersOf(machine.cpu).general[0]).toBe(1n)
  machine.run(1)
  expect(registersOf(machine.cpu).general[0]).toBe(0x9_0001n)
})

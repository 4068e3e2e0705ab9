import { expect, test } from 'vitest'
import { codeAt, longMode } from './long-mode.ts'
import { registersOf } from './register-file.ts'

/** What AMD's processors do otherwise, and so no recorded vector can tell. */

function runOne(code: readonly number[], general: readonly bigint[]) {
  const { cpu } = longMode(new Uint8Array(code), { general })
  cpu.run(1)
  return registersOf(cpu)
}

const high = 0xaaaa_bbbb_0000_0000n
const [rcx, rsi, rdi] = [1, 6, 7]

const pointers = Array.from({ length: 16 }, () => high + 0x18_0000n)
pointers[rcx] = high

test.each([
  ['MOVSB', 0xa4, [rcx, rsi, rdi]],
  ['MOVSD', 0xa5, [rcx, rsi, rdi]],
  ['STOSB', 0xaa, [rcx, rdi]],
  ['STOSD', 0xab, [rcx, rdi]],
  ['LODSB', 0xac, [rcx]],
  ['CMPSB', 0xa6, [rcx]],
  ['SCASB', 0xae, [rcx]],
])('REP %s of 0 times with 32-bit addresses clears upper halves', (_, opcode, cleared) => {
  const { general, rip } = runOne([0x67, 0xf3, opcode], pointers)
  const expected = pointers.map((value, number) =>
    cleared.includes(number) ? BigInt.asUintN(32, value) : value,
  )
  expect(general).toEqual(expected)
  expect(rip).toBe(codeAt + 3n)
})

test('REP of 0 times with 64-bit addresses touches nothing', () => {
  const registers = pointers.with(rcx, 0n)
  expect(runOne([0xf3, 0xa4], registers).general).toEqual(registers)
})

test('near branches in 64-bit code ignore an operand size prefix', () => {
  const general = pointers.map(() => 0n)
  expect(runOne([0x66, 0xeb, 0x10], general).rip).toBe(codeAt + 0x13n)
  expect(runOne([0x66, 0xe9, 0x10, 0, 0, 0], general).rip).toBe(codeAt + 0x16n)
  expect(runOne([0x66, 0x0f, 0x85, 0x10, 0, 0, 0], general).rip).toBe(codeAt + 0x17n)
  const called = runOne([0x66, 0xe8, 0x10, 0, 0, 0], general.with(4, 0x20_0000n))
  expect(called.rip).toBe(codeAt + 0x16n)
  expect(called.general[4]).toBe(0x1f_fff8n)
})

test('a branch to an address that is not canonical faults where it stands', () => {
  const general = pointers.map(() => 1n << 62n).with(4, 0x20_0000n)
  const { cpu } = longMode(new Uint8Array([0xff, 0xd0]), { general })
  expect(cpu.run(1).stop).toEqual({ kind: 'exception', vector: 13, code: 0 })
  expect(registersOf(cpu).rip).toBe(codeAt)
  expect(registersOf(cpu).general).toEqual(general)
})

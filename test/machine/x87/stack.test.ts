import { expect, test } from 'vitest'
import { state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { dataAt } from '../control/processor.ts'
import { runX87, stackOf, statusOf } from './x87-state.ts'

const one = '3fff 8000000000000000'
const two = '4000 8000000000000000'
const indefinite = 'ffff c000000000000000'
const integer = (value: number) => (cpu: CpuState) =>
  cpu.view.setInt32(0x200_0000 + Number(dataAt), value, true)
/** Exceptions of invalid operations are not masked. */
const unmask = 'fninit; mov word [ebx + 8], 0x37e; fldcw [ebx + 8]'

test('pushes count down from R7, pops free', () => {
  const run = runX87({ code: 'fninit; fild dword [ebx]; fild dword [ebx]; faddp', set: integer(1) })
  expect(stackOf(run)).toEqual([two, ...Array(7).fill('empty')])
  expect(statusOf(run)).toBe('3800')
  expect(run.state.u32(state.x87Full)).toBe(0x80)
})

test('an empty register is an invalid operation of the stack with C1 clear; masked, the result is indefinite', () => {
  const run = runX87({ code: 'fninit; fild dword [ebx]; fadd st0, st1', set: integer(1) })
  expect(stackOf(run)[0]).toBe(indefinite)
  expect(statusOf(run)).toBe('3841')
})

test('a push on a full register is one with C1 set, and pushes the indefinite value', () => {
  const run = runX87({ code: `fninit; ${'fild dword [ebx]; '.repeat(9)}`, set: integer(1) })
  expect(stackOf(run)).toEqual([indefinite, ...Array(7).fill(one)])
  expect(statusOf(run)).toBe('3a41')
})

test.each([
  ['fadd st0, st1', 'b8c1'],
  ['fstp dword [ebx + 4]', '80c1'],
  ['fild dword [ebx]', '82c1'],
])('unmasked, %s changes flags alone, and the next that waits is #MF', (code, status) => {
  const pushes = { 'fild dword [ebx]': 8, 'fadd st0, st1': 1, 'fstp dword [ebx + 4]': 0 }[code] ?? 0
  const begin = `${unmask}; ${'fild dword [ebx]; '.repeat(pushes)} ${code}`
  const run = runX87({ code: begin, set: integer(1) })
  expect(run.end).toBe('ok')
  expect(statusOf(run)).toBe(status)
  expect(stackOf(run)).toEqual([...Array(pushes).fill(one), ...Array(8 - pushes).fill('empty')])
  expect(runX87({ code: `${begin}; fnstsw ax; fwait`, set: integer(1) }).end).toBe('#MF(0)')
})

test.each(['fadd st0, st0', 'fwait', 'fldcw [ebx + 8]', 'fldenv [ebx + 8]'])('%s waits for it', (code) => {
  expect(runX87({ code: `${unmask}; fadd st0, st1; ${code}`, set: integer(1) }).end).toBe('#MF(0)')
})

test.each(['fnstcw [ebx]', 'fnstsw [ebx]', 'fnclex', 'fninit'])('%s does not', (code) => {
  expect(runX87({ code: `${unmask}; fadd st0, st1; ${code}` }).end).toBe('ok')
})

test('FLDCW that unmasks what has been raised has it pending', () => {
  const run = runX87({ code: 'fninit; fadd st0, st1; mov word [ebx + 8], 0x37e; fldcw [ebx + 8]' })
  expect(statusOf(run)).toBe('80c1')
})

test('FLD pushes a denormal of memory with an unmasked exception too, as on hardware and in Bochs', () => {
  const code = 'fninit; mov word [ebx + 8], 0x37d; fldcw [ebx + 8]; fld dword [ebx]'
  const run = runX87({ code, set: integer(1) })
  expect(stackOf(run)[0]).toBe('3f6a 8000000000000000')
  expect(statusOf(run)).toBe('b882')
})

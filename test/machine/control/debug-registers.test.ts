import { expect, test } from 'vitest'
import { state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { execute, type ModeName } from './processor.ts'

const all = 0xffff_ffffn
const debugExtensions = (cpu: CpuState) => cpu.setU64(state.cr4, cpu.u64(state.cr4) | 8n)

test.each<[string, bigint, bigint]>([
  ['dr0', all, all],
  ['dr3', all, all],
  ['dr6', all, 0xffff_efffn],
  ['dr6', 0n, 0xffff_0ff0n],
  ['dr7', all & ~0x2000n, 0xffff_0fffn],
  ['dr7', 0n, 0x400n],
])('%s takes %s and shows its fixed bits', (register, value, shown) => {
  const { end, general } = execute({
    mode: 'prot32',
    code: `mov ${register}, eax; mov ecx, ${register}`,
    general: { rax: value },
  })
  expect([end, general('rcx').toString(16)]).toEqual(['ok', shown.toString(16)])
})

test.each([
  [6, '#GP(0)'],
  [7, '#GP(0)'],
  [4, '#GP(0)'],
  [0, 'ok'],
])('the upper half of DR%i', (index, end) => {
  const start = { mode: 'long64', code: `mov dr${index}, rax`, general: { rax: 1n << 32n } } as const
  expect(execute(start).end).toBe(end)
})

test('DR4 and DR5 are DR6 and DR7, or nothing under CR4.DE', () => {
  const code = 'mov dr5, eax; mov ecx, dr7; mov ebx, dr4'
  const { end, general } = execute({ mode: 'prot32', code, general: { rax: 1n } })
  expect([end, general('rcx'), general('rbx')]).toEqual(['ok', 0x401n, 0xffff_0ff0n])
  expect(execute({ mode: 'prot32', code, set: debugExtensions }).end).toBe('#UD(0)')
  expect(execute({ mode: 'prot32', code: 'mov ebx, dr4', set: debugExtensions }).end).toBe('#UD(0)')
})

test('DR8 to DR15 are #UD', () => {
  expect(execute({ mode: 'long64', code: 'db 0x44, 0x0f, 0x21, 0xc0' }).end).toBe('#UD(0)')
  expect(execute({ mode: 'long64', code: 'db 0x44, 0x0f, 0x23, 0xf8' }).end).toBe('#UD(0)')
})

test.each(['mov eax, dr0', 'mov dr7, eax', 'mov eax, dr4'])('DR7.GD turns %s into #DB', (code) => {
  const { end, state: cpu } = execute({
    mode: 'prot32',
    code,
    set: (cpu) => cpu.setU64(state.dr7, 0x2400n),
  })
  expect([end, cpu.u32(state.dr6)]).toEqual(['#DB(0)', 0xffff_2ff0])
})

test.each<[ModeName, string]>([
  ['real', 'ok'],
  ['v86', '#GP(0)'],
  ['prot32u', '#GP(0)'],
  ['compat32u', '#GP(0)'],
])('privilege in %s', (mode, end) => {
  expect(execute({ mode, code: 'mov eax, dr7' }).end).toBe(end)
})

test('#UD outranks the privilege, and the privilege general detection', () => {
  const all = (cpu: CpuState) => {
    debugExtensions(cpu)
    cpu.setU64(state.dr7, 0x2400n)
  }
  expect(execute({ mode: 'prot32u', code: 'mov eax, dr4', set: all }).end).toBe('#UD(0)')
  expect(execute({ mode: 'prot32u', code: 'mov eax, dr0', set: all }).end).toBe('#GP(0)')
})

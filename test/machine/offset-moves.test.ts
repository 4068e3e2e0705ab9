import { expect, test } from 'vitest'
import { segment, state } from '../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../src/machine/cpu/system/cpu-state.ts'
import { execute, type ModeName } from './control/processor.ts'

// SDM volume 2, MOV: A0 to A3 have an offset as wide as addresses are, and no ModRM.

const here = 0x8000n

/** RAX has these bytes, and again what was moved; both are at `here` and 16 bytes behind it in the end. */
const there = 0x1122_3344_5566_7788n
const moved: readonly (readonly [ModeName, string, number])[] = [
  ['real', 'db 0xa3; dw 0x8000; db 0xa1; dw 0x8000; mov [0x8010], ax', 2],
  ['real', 'db 0x67, 0xa3; dd 0x8000; db 0x67, 0xa1; dd 0x8000; mov [0x8010], ax', 2],
  ['v86', 'db 0xa2; dw 0x8000; db 0xa0; dw 0x8000; mov [0x8010], al', 1],
  ['prot32', 'db 0xa3; dd 0x8000; db 0xa1; dd 0x8000; mov [0x8010], eax', 4],
  ['prot32', 'db 0x67, 0xa3; dw 0x8000; db 0x67, 0xa1; dw 0x8000; mov [0x8010], eax', 4],
  ['compat32', 'db 0x66, 0xa3; dd 0x8000; db 0x66, 0xa1; dd 0x8000; mov [0x8010], ax', 2],
  ['long64', 'db 0x48, 0xa3; dq 0x8000; db 0x48, 0xa1; dq 0x8000; mov [0x8010], rax', 8],
  ['long64', 'db 0x67, 0xa3; dd 0x8000; db 0x67, 0xa1; dd 0x8000; mov [0x8010], eax', 4],
  ['long64', 'db 0xa2; dq 0x8000; db 0xa0; dq 0x8000; mov [0x8010], al', 1],
]

test.each(moved)('in %s: %s', (mode, code, bytes) => {
  // Data directives and the instruction that they belong to are one unit.
  const { cpu, end } = execute({ mode, code, general: { rax: there }, units: 3 })
  expect(end).toBe('ok')
  const low = BigInt.asUintN(8 * bytes, there)
  for (const at of [here, here + 16n]) {
    const found = cpu.memory.read(Number(at), bytes)
    expect(BigInt(`0x${Buffer.from(found).reverse().toString('hex')}`)).toBe(low)
  }
})

/** The linear address that a load in 64-bit code goes to: nothing is mapped there. */
test.each([
  ['48 A1, of 64 bits', 'db 0x48, 0xa1; dq 0x100008000', 0x1_0000_8000n],
  ['A1, whose upper half is 0', 'db 0xa1; dq 0x80008000', 0x8000_8000n],
  ['A1, that a displacement can hold', 'db 0xa1; dq 0xffffffff80008000', 0xffff_ffff_8000_8000n],
  ['67 A1', 'db 0x67, 0xa1; dd 0x80008000', 0x8000_8000n],
  ['64 A1, behind the base of FS', 'db 0x64, 0xa1; dq 0x10', 0x2_0000_0010n],
  ['64 A1, of 64 bits', 'db 0x64, 0xa1; dq 0x100000000', 0x3_0000_0000n],
  ['64 67 A1', 'db 0x64, 0x67, 0xa1; dd 0x80000000', 0x2_8000_0000n],
])('%s', (_, code, linear) => {
  const set = (cpu: CpuState) => cpu.setU64(state.segmentBases + 8 * segment.fs, 0x2_0000_0000n)
  const { end, state: after } = execute({ mode: 'long64', code, set, units: 1 })
  expect([end, after.u64(state.cr2)]).toEqual(['#PF(0)', linear])
})

test('beyond the limit of a segment it is #GP(0)', () => {
  const limit = (cpu: CpuState) =>
    cpu.setSegment(segment.ds, { selector: 0, base: 0n, limit: 0x7fff, rights: 0x93 })
  for (const mode of ['real', 'v86'] as const) {
    const { end } = execute({ mode, code: 'db 0xa1; dw 0x7fff', set: limit, units: 1 })
    expect(end).toBe('#GP(0)')
  }
})

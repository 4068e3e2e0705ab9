import { expect, test } from 'vitest'
import { state } from '../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../src/machine/cpu/system/cpu-state.ts'
import { dataAt, execute } from './control/processor.ts'

const em = 4
const ts = 8
const mp = 2
const osfxsr = 0x200
const osxsave = 0x4_0000

/** How one instruction ends with these bits in CR0 and CR4; `absent`: it would run, and is still to come. */
function endWith(code: string, cr0: number, cr4: number): string {
  const set = (cpu: CpuState) => {
    cpu.setU64(state.cr0, BigInt(cpu.cr0 | cr0) & 0xffff_ffffn)
    cpu.setU64(state.cr4, BigInt(cpu.cr4 | cr4))
  }
  return execute({ mode: 'long64', code, set, general: { rbx: dataAt } }).end
}

test.each([
  ['fadd st0, st1', 'ok', '#NM(0)', '#NM(0)', 'ok'],
  ['fninit', 'ok', '#NM(0)', '#NM(0)', 'ok'],
  ['paddb mm0, mm1', 'ok', '#UD(0)', '#NM(0)', 'ok'],
  ['emms', 'ok', '#UD(0)', '#NM(0)', 'ok'],
  ['addps xmm0, xmm1', 'ok', '#UD(0)', '#NM(0)', '#UD(0)'],
  ['cvtpi2ps xmm0, mm1', 'ok', '#UD(0)', '#NM(0)', '#UD(0)'],
  ['ldmxcsr [rbx]', 'ok', '#UD(0)', '#NM(0)', '#UD(0)'],
  ['fxsave [rbx]', 'ok', '#NM(0)', '#NM(0)', 'ok'],
  ['xsave [rbx]', 'ok', 'ok', '#NM(0)', '#UD(0)'],
])('%s: ready %s, EM %s, TS %s, CR4 clear %s', (code, ready, emulated, switched, unprepared) => {
  const cr4 = osfxsr | osxsave
  expect(endWith(code, 0, cr4)).toBe(ready)
  expect(endWith(code, em, cr4)).toBe(emulated)
  expect(endWith(code, ts, cr4)).toBe(switched)
  expect(endWith(code, 0, 0)).toBe(unprepared)
  // #UD comes first.
  expect(endWith(code, em | ts, cr4)).toBe(emulated === '#UD(0)' ? '#UD(0)' : '#NM(0)')
})

test('WAIT asks CR0.MP and CR0.TS together', () => {
  expect(endWith('fwait', ts, 0)).toBe('ok')
  expect(endWith('fwait', mp, 0)).toBe('ok')
  expect(endWith('fwait', em, 0)).toBe('ok')
  expect(endWith('fwait', mp | ts, 0)).toBe('#NM(0)')
})

test('what needs no unit runs without one', () => {
  for (const code of [
    'popcnt eax, ebx',
    'crc32 eax, bl',
    'movnti [rbx], eax',
    'lfence',
    'prefetchnta [rbx]',
  ]) {
    expect(endWith(code, em | ts, 0)).toBe('ok')
  }
})

/** The unit is not asked at each instruction where many of its own follow each other. */
test.each([
  ['mov rax, cr0; or eax, 8; mov cr0, rax', '#NM(0)'],
  ['mov rax, cr0; or eax, 4; mov cr0, rax', '#UD(0)'],
  ['mov rax, cr4; and eax, ~0x200; mov cr4, rax', '#UD(0)'],
  ['mov rax, cr0; or eax, 8; mov cr0, rax; clts', 'ok'],
])('between two instructions of a unit: %s', (between, end) => {
  const set = (cpu: CpuState) => cpu.setU64(state.cr4, BigInt(cpu.cr4 | osfxsr))
  const code = `movaps xmm0, xmm1; nop; ${between}; nop; movaps xmm1, xmm0`
  expect(execute({ mode: 'long64', code, set }).end).toBe(end)
})

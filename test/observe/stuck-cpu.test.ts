import { describe, expect, test } from 'vitest'
import type { Registers, Segment } from '../../src/observe/registers.ts'
import { stuckCpu, wantedCode } from '../../src/observe/stuck-cpu.ts'

const flat: Segment = { selector: 8, base: 0n, limit: 0xffffffff, attributes: 0xa09b00 }
const code32 = { cs: { ...flat, attributes: 0xc09b00 }, efer: 0n }
const code16 = { cs: { selector: 0x700, base: 0x7000n, limit: 0xffff, attributes: 0x9b00 }, efer: 0n }
const registers: Registers = {
  ...{ rax: 0n, rbx: 0n, rcx: 0n, rdx: 0n, rsi: 0n, rdi: 0n, rbp: 0n, rsp: 0n },
  ...{ r8: 0n, r9: 0n, r10: 0n, r11: 0n, r12: 0n, r13: 0n, r14: 0n, r15: 0n },
  ...{ rip: 0xffffffff80001000n, rflags: 2n, cr0: 0x80000011n, cr2: 0n, cr3: 0n, cr4: 0x20n, efer: 0x500n },
  pdptes: null,
  ...{ cs: flat, ss: flat, ds: flat, es: flat, fs: flat, gs: flat, ldtr: flat, tr: flat },
  gdtr: { base: 0n, limit: 0 },
  idtr: { base: 0n, limit: 0 },
  x87: { fcw: 0x37f, fsw: 0, ftw: 0xffff, st: [] },
  mxcsr: 0x1f80,
  xmm: [],
  cpl: 0,
  halted: false,
}

/** Judges the code `hex`, with RIP at its byte `from`. */
function judge(hex: string, changes: Partial<Registers> = {}, from = 0): string {
  const cpu = { ...registers, ...changes }
  const bytes = Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
  const state = stuckCpu(cpu, { offset: cpu.rip - BigInt(from), bytes })
  if (state?.kind !== 'hang') return state?.kind ?? 'goes on'
  const start = state.proof.rip - cpu.cs.base - cpu.rip + BigInt(from)
  return `hang at ${start}: ${Buffer.from(state.proof.bytes).toString('hex')}`
}

test('halted CPUs', () => {
  expect(stuckCpu({ ...registers, halted: true }, null)).toEqual({
    kind: 'deadHalt',
    rip: 0xffffffff80000fffn,
  })
  expect(stuckCpu({ ...registers, halted: true, rflags: 0x202n }, null)).toBeNull()
  const reset = { ...code16.cs, base: 0xffff0000n }
  expect(stuckCpu({ ...registers, halted: true, cs: reset, rip: 0xfff0n }, null)).toEqual({
    kind: 'notStarted',
  })
  expect(stuckCpu({ ...registers, ...code16, halted: true, rip: 0xc05n }, null)).toEqual({
    kind: 'deadHalt',
    rip: 0x7c04n,
  })
})

test('what code is wanted', () => {
  expect(wantedCode({ ...registers, halted: true })).toBeNull()
  expect(wantedCode({ ...registers, rflags: 0x202n })).toBeNull()
  expect(wantedCode({ ...registers, ...code16, rip: 0xc05n })).toEqual({ linear: 0x7c05n, offset: 0xc05n })
})

describe('64-bit code', () => {
  test.each([
    ['jmp $', 'ebfe', 'hang at 0: ebfe'],
    ['jmp near $', 'e9fbffffff', 'hang at 0: e9fbffffff'],
    ['pause; jmp', 'f390 ebfc', 'hang at 0: f390ebfc'],
    ['nop; 66 nop; 48 nop; jmp', '90 6690 4890 ebf9', 'hang at 0: 9066904890ebf9'],
    ['nop dword [rax]; jmp', '0f1f00 ebfb', 'hang at 0: 0f1f00ebfb'],
    ['nop dword [rax + 0]; jmp', '0f1f4000 ebfa', 'hang at 0: 0f1f4000ebfa'],
    ['nop dword [rax + rax + 0]; jmp', '0f1f440000 ebf9', 'hang at 0: 0f1f440000ebf9'],
    ['nop word [rax + rax + 0]; jmp', '660f1f440000 ebf8', 'hang at 0: 660f1f440000ebf8'],
    ['nop dword [rax + 0x0]; jmp', '0f1f8000000000 ebf7', 'hang at 0: 0f1f8000000000ebf7'],
    ['nop word cs:[…]; jmp', '662e0f1f840000000000 ebf4', 'hang at 0: 662e0f1f840000000000ebf4'],
    ['nop dword [base-less sib]; jmp', '0f1f042500000000 ebf6', 'hang at 0: 0f1f042500000000ebf6'],
    ['nop dword [rip + x]; jmp', '0f1f0500000000 ebf7', 'hang at 0: 0f1f0500000000ebf7'],
    ['nop eax; jmp', '0f1fc0 ebfb', 'hang at 0: 0f1fc0ebfb'],
    ['endbr64; jmp', 'f30f1efa ebfa', 'hang at 0: f30f1efaebfa'],
    ['cli; jmp', 'fa ebfd', 'hang at 0: faebfd'],
    ['a way into the loop is not the loop', '90 90 f390 ebfc', 'hang at 2: f390ebfc'],
    ['a jump over other code', 'eb02 0f0b 90 ebf9', 'hang at 0: eb020f0b90ebf9'],
    ['cli; hlt; jmp', 'fa f4 ebfc', 'deadHalt'],
    ['hlt; jmp over; jmp back', 'f4 eb01 cc ebfa', 'deadHalt'],
    ['xchg r8, rax; jmp', '4190 ebfc', 'goes on'],
    ['inc rax; jmp', '48ffc0 ebfb', 'goes on'],
    ['sti; jmp', 'fb ebfd', 'goes on'],
    ['jz', '74fe', 'goes on'],
    ['jmp with a 16-bit operand', '66e9fcff', 'goes on'],
    ['rdsspq', 'f3480f1ec8 ebf9', 'goes on'],
    ['jump out of what was read', 'eb70', 'goes on'],
    ['cut short', 'e9fbff', 'goes on'],
    ['cut short in its displacement', '0f1f80000000', 'goes on'],
    ['jump before what was read', 'ebf0', 'goes on'],
    ['nothing', '', 'goes on'],
  ])('%s', (_name, code, expected) => {
    expect(judge(code)).toBe(expected)
  })

  test('RIP may stand anywhere in the loop', () => {
    for (const from of [0, 2, 3]) expect(judge('f390 90 ebfb', {}, from)).toBe('hang at 0: f39090ebfb')
  })

  test('interrupts that are on, and user code that cannot halt', () => {
    expect(judge('ebfe', { rflags: 0x202n })).toBe('goes on')
    expect(judge('faf4ebfc', { cpl: 3 })).toBe('goes on')
    expect(judge('f390ebfc', { cpl: 3 })).toBe('hang at 0: f390ebfc')
  })

  test('a loop of more instructions than anybody writes', () => {
    expect(judge(`${'90'.repeat(30)} ebe0`)).toMatch(/^hang/)
    expect(judge(`${'90'.repeat(40)} ebd6`)).toBe('goes on')
  })
})

describe('32-bit and 16-bit code', () => {
  test.each([
    ['jmp near $', 'e9fbffffff', 'hang at 0: e9fbffffff'],
    ['jmp word $', '66e9fcff', 'hang at 0: 66e9fcff'],
    ['inc ecx, which is a REX prefix in 64-bit code', '4190 ebfc', 'goes on'],
    ['nop [eax + eax + 0]; jmp', '0f1f440000 ebf9', 'hang at 0: 0f1f440000ebf9'],
  ])('32 bits: %s', (_name, code, expected) => {
    expect(judge(code, { ...code32, rip: 0x100000n })).toBe(expected)
  })

  test.each([
    ['jmp near $', 'e9fdff', 'hang at 0: e9fdff'],
    ['jmp dword $', '66e9faffffff', 'hang at 0: 66e9faffffff'],
    ['nop [si]; jmp', '0f1f04 ebfb', 'hang at 0: 0f1f04ebfb'],
    ['nop [0]; jmp', '0f1f060000 ebf9', 'hang at 0: 0f1f060000ebf9'],
    ['nop [bp + 0]; jmp', '0f1f4600 ebfa', 'hang at 0: 0f1f4600ebfa'],
    ['nop [eax + eax + 0]; jmp', '670f1f440000 ebf8', 'hang at 0: 670f1f440000ebf8'],
  ])('16 bits: %s', (_name, code, expected) => {
    expect(judge(code, { ...code16, rip: 0xc05n })).toBe(expected)
  })
})

import { describe, expect, test } from 'vitest'
import { rights, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { type Answer, execute, type ModeName, nonCanonical } from './processor.ts'

const handler = 0x1_2345n
/** Kernel code at 0x18, user code for SYSRET from 0x23. */
const star = 0x0023_0018_0000_0000n

function arrange(more: (cpu: CpuState) => void = () => {}) {
  return (cpu: CpuState) => {
    cpu.setU64(state.star, star)
    cpu.setU64(state.lstar, handler)
    cpu.setU64(state.fmask, 0x4_0601n)
    cpu.setU64(state.sysenterCs, 0x40n)
    cpu.setU64(state.sysenterEip, 0xffff_8000_0000_1000n)
    cpu.setU64(state.sysenterEsp, 0xffff_8000_0000_2000n)
    more(cpu)
  }
}

/** `cs:base:limit:rights`, the same of SS, CPL. */
function ring({ state: cpu }: Answer): string {
  const one = (number: number) => {
    const { selector, base, limit, rights: access } = cpu.segment(number)
    return [selector, base, limit, access].map((value) => value.toString(16)).join(':')
  }
  return `${one(segment.cs)} ${one(segment.ss)} ${cpu.cpl}`
}

describe('SYSCALL', () => {
  test('goes to LSTAR with fixed segments, masks flags and saves them without RF', () => {
    const answer = execute({
      mode: 'long64u',
      code: 'syscall',
      set: arrange((cpu) => {
        cpu.flags = 0x4_0ad7
      }),
    })
    const { state: cpu, general } = answer
    expect([answer.end, cpu.rip, general('rcx'), general('r11')]).toEqual([
      'ok',
      handler,
      0x1_0002n,
      0x4_0ad7n,
    ])
    expect(cpu.flags.toString(16)).toBe('8d6')
    expect(ring(answer)).toBe('18:0:ffffffff:a09b 20:0:ffffffff:c093 0')
  })

  test.each<[string, ModeName, (cpu: CpuState) => void]>([
    ['without EFER.SCE', 'long64', (cpu) => cpu.setU64(state.efer, 0x500n)],
    ['in compatibility mode, as Intel has it', 'compat32', () => {}],
    ['in protected mode', 'prot32', () => {}],
    ['in real mode', 'real', () => {}],
  ])('is #UD %s', (_name, mode, set) => {
    expect(execute({ mode, code: 'db 0x0f, 0x05', set: arrange(set) }).end).toBe('#UD(0)')
  })
})

describe('SYSRET', () => {
  const general = { rcx: 0xffff_8000_0123_4567n, r11: 0xffff_ffff_ffff_ffffn }

  test('to 64-bit code', () => {
    const answer = execute({ mode: 'long64', code: 'o64 sysret', general, set: arrange() })
    expect([answer.end, answer.state.rip]).toEqual(['ok', general.rcx])
    expect(answer.state.flags.toString(16)).toBe('3c7fd7')
    expect(ring(answer)).toBe('33:0:ffffffff:a0fb 2b:0:ffffffff:c0f3 3')
  })

  test('to 32-bit code, whose address is cut', () => {
    const answer = execute({ mode: 'long64', code: 'sysret', general, set: arrange() })
    expect([answer.end, answer.state.rip]).toEqual(['ok', 0x0123_4567n])
    expect(ring(answer)).toBe('23:0:ffffffff:c0fb 2b:0:ffffffff:c0f3 3')
  })

  test('to an address that is not canonical: #GP at CPL 0, before anything changes', () => {
    const start = { mode: 'long64', general: { rcx: nonCanonical, r11: 2n, rsp: 0x1234n } } as const
    const answer = execute({ ...start, code: 'o64 sysret', set: arrange() })
    expect([answer.end, answer.state.cpl, answer.state.rip]).toEqual(['#GP(0)', 0, 0x1_0000n])
    expect(execute({ ...start, code: 'sysret', set: arrange() }).end).toBe('ok')
  })

  test.each<[ModeName, string]>([
    ['long64u', '#GP(0)'],
    ['compat32', '#UD(0)'],
    ['prot32', '#UD(0)'],
  ])('in %s', (mode, end) => {
    expect(execute({ mode, code: 'db 0x0f, 0x07', general, set: arrange() }).end).toBe(end)
  })

  test('without EFER.SCE', () => {
    const set = arrange((cpu) => cpu.setU64(state.efer, 0x500n))
    expect(execute({ mode: 'long64', code: 'o64 sysret', general, set }).end).toBe('#UD(0)')
    expect(execute({ mode: 'long64u', code: 'o64 sysret', general, set }).end).toBe('#UD(0)')
  })
})

describe('SYSENTER', () => {
  test.each<[ModeName, bigint, bigint, string]>([
    ['long64u', 0xffff_8000_0000_1000n, 0xffff_8000_0000_2000n, 'a09b'],
    ['compat32u', 0xffff_8000_0000_1000n, 0xffff_8000_0000_2000n, 'a09b'],
    ['prot32u', 0x1000n, 0x2000n, 'c09b'],
    ['v86', 0x1000n, 0x2000n, 'c09b'],
  ])('from %s', (mode, rip, rsp, access) => {
    const answer = execute({
      mode,
      code: 'sysenter',
      set: arrange((cpu) => {
        cpu.flags |= 0x202
      }),
    })
    expect([answer.end, answer.state.rip, answer.general('rsp')]).toEqual(['ok', rip, rsp])
    expect(answer.state.flags).toBe(2)
    expect(ring(answer)).toBe(`40:0:ffffffff:${access} 48:0:ffffffff:c093 0`)
  })

  test('needs a selector and protected mode', () => {
    const none = arrange((cpu) => cpu.setU64(state.sysenterCs, 3n))
    expect(execute({ mode: 'prot32u', code: 'sysenter', set: none }).end).toBe('#GP(0)')
    expect(execute({ mode: 'real', code: 'sysenter', set: arrange() }).end).toBe('#GP(0)')
  })
})

describe('SYSEXIT', () => {
  const general = { rcx: 0xffff_8000_0000_3000n, rdx: 0xffff_8000_0000_4000n }

  test('to 64-bit code', () => {
    const answer = execute({ mode: 'long64', code: 'o64 sysexit', general, set: arrange() })
    expect([answer.end, answer.state.rip, answer.general('rsp')]).toEqual(['ok', general.rdx, general.rcx])
    expect(ring(answer)).toBe('63:0:ffffffff:a0fb 6b:0:ffffffff:c0f3 3')
  })

  test.each<ModeName>(['long64', 'compat32', 'prot32'])('to 32-bit code from %s', (mode) => {
    const answer = execute({ mode, code: 'sysexit', general, set: arrange() })
    expect([answer.end, answer.state.rip, answer.general('rsp')]).toEqual(['ok', 0x4000n, 0x3000n])
    expect(ring(answer)).toBe('53:0:ffffffff:c0fb 5b:0:ffffffff:c0f3 3')
  })

  test.each<[string, ModeName, string, Record<string, bigint>]>([
    ['a target that is not canonical', 'long64', 'o64 sysexit', { rdx: nonCanonical }],
    ['a stack that is not canonical', 'long64', 'o64 sysexit', { rcx: nonCanonical }],
    ['CPL 3', 'long64u', 'o64 sysexit', {}],
    ['real mode', 'real', 'sysexit', {}],
  ])('#GP(0) for %s', (_name, mode, code, registers) => {
    expect(execute({ mode, code, general: { ...general, ...registers }, set: arrange() }).end).toBe('#GP(0)')
  })

  test('needs a selector', () => {
    const set = arrange((cpu) => cpu.setU64(state.sysenterCs, 0n))
    expect(execute({ mode: 'long64', code: 'sysexit', general, set }).end).toBe('#GP(0)')
  })
})

describe('bases of FS and GS', () => {
  const enabled = (cpu: CpuState) => cpu.setU64(state.cr4, 0x1_0020n)

  test('SWAPGS exchanges, in 64-bit mode at CPL 0 only', () => {
    const { end, state: cpu } = execute({
      mode: 'long64',
      code: 'swapgs',
      set: (cpu) => {
        cpu.setU64(state.kernelGsBase, 7n)
        cpu.setU64(state.segmentBases + 8 * segment.gs, 5n)
      },
    })
    expect([end, cpu.u64(state.kernelGsBase), cpu.segment(segment.gs).base]).toEqual(['ok', 5n, 7n])
    expect(execute({ mode: 'long64u', code: 'swapgs' }).end).toBe('#GP(0)')
    expect(execute({ mode: 'compat32', code: 'db 0x0f, 0x01, 0xf8' }).end).toBe('#UD(0)')
    expect(execute({ mode: 'compat32u', code: 'db 0x0f, 0x01, 0xf8' }).end).toBe('#UD(0)')
  })

  test('are written and read whole or by halves at any privilege', () => {
    const code = 'wrfsbase rax; wrgsbase ecx; rdgsbase rbx; rdfsbase edx; rdfsbase rsi'
    const { end, general } = execute({
      mode: 'long64u',
      code,
      general: { rax: 0xffff_8000_1234_5678n, rcx: 0xffff_8000_8765_4321n, rdx: -1n },
      set: enabled,
    })
    expect([end, general('rbx'), general('rdx'), general('rsi')]).toEqual([
      'ok',
      0x8765_4321n,
      0x1234_5678n,
      0xffff_8000_1234_5678n,
    ])
  })

  test('are #UD unless CR4.FSGSBASE, and #GP(0) for what is not canonical', () => {
    expect(execute({ mode: 'long64', code: 'rdfsbase rax' }).end).toBe('#UD(0)')
    const start = { mode: 'long64', general: { rax: nonCanonical }, set: enabled } as const
    expect(execute({ ...start, code: 'wrgsbase rax' }).end).toBe('#GP(0)')
    expect(execute({ ...start, code: 'wrgsbase eax' }).end).toBe('ok')
    expect(execute({ mode: 'compat32', code: 'db 0xf3, 0x0f, 0xae, 0xc0', set: enabled }).end).toBe('#UD(0)')
  })
})

test('rights of loaded segments name 64-bit code', () => {
  const { state: cpu } = execute({ mode: 'long64u', code: 'syscall', set: arrange() })
  expect(cpu.segment(segment.cs).rights & rights.long).toBe(rights.long)
})

import { describe, expect, test } from 'vitest'
import { activity, state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { dataAt, execute, type ModeName, nonCanonical, withFeatures } from './processor.ts'

const cr4 = (bits: bigint) => (cpu: CpuState) => cpu.setU64(state.cr4, cpu.u64(state.cr4) | bits)
const bit = { umip: 0x800n, pcide: 0x2_0000n, osxsave: 0x4_0000n, pke: 0x40_0000n, smap: 0x20_0000n }

describe('descriptor tables', () => {
  test('LGDT and SGDT move 10 bytes in 64-bit mode, whatever the operand size', () => {
    const code =
      'mov word [rdi], 0x1234; mov [rdi + 2], rax; db 0x66; lgdt [rdi]; sgdt [rsi]; mov rbx, [rsi + 2]'
    const {
      end,
      state: cpu,
      general,
    } = execute({
      mode: 'long64',
      code: code.replace('db 0x66;', 'o16'),
      general: { rax: 0xffff_8000_1122_3344n, rdi: dataAt, rsi: dataAt + 64n },
    })
    expect([end, cpu.gdt, general('rbx')]).toEqual([
      'ok',
      { base: 0xffff_8000_1122_3344n, limit: 0x1234 },
      0xffff_8000_1122_3344n,
    ])
  })

  test('16-bit operands load 24 bits of base and store all 32', () => {
    const {
      end,
      state: cpu,
      general,
    } = execute({
      mode: 'prot32',
      code: 'mov [edi], eax; mov [edi + 4], ecx; o16 lidt [edi]; lgdt [edi]; o16 sgdt [edi]; mov ebx, [edi + 2]',
      general: { rax: 0x5566_00ffn, rcx: 0xaa_7788n, rdi: dataAt },
    })
    expect([end, cpu.idt.base, cpu.gdt.base, general('rbx')]).toEqual([
      'ok',
      0x88_5566n,
      0x7788_5566n,
      0x7788_5566n,
    ])
  })

  test.each<[string, ModeName, string]>([
    ['lgdt', 'long64u', '#GP(0)'],
    ['lidt', 'v86', '#GP(0)'],
    ['lidt', 'real', 'ok'],
    ['sgdt', 'long64u', 'ok'],
    ['sidt', 'v86', 'ok'],
  ])('%s in %s', (name, mode, end) => {
    const at = mode === 'real' || mode === 'v86' ? '[0x8000]' : '[rdi]'
    expect(execute({ mode, code: `${name} ${at}`, general: { rdi: dataAt } }).end).toBe(end)
  })

  test('a base that is not canonical is refused', () => {
    const general = { rax: nonCanonical, rdi: dataAt }
    expect(execute({ mode: 'long64', code: 'mov [rdi + 2], rax; lgdt [rdi]', general }).end).toBe('#GP(0)')
  })

  test('UMIP keeps them from users', () => {
    for (const code of ['sgdt [rdi]', 'sidt [rdi]', 'smsw [rdi]']) {
      expect(execute({ mode: 'long64u', code, general: { rdi: dataAt }, set: cr4(bit.umip) }).end).toBe(
        '#GP(0)',
      )
      expect(execute({ mode: 'long64', code, general: { rdi: dataAt }, set: cr4(bit.umip) }).end).toBe('ok')
    }
  })
})

describe('XCR0', () => {
  test.each<[string, bigint, bigint, ModeName, string]>([
    ['x87 alone', 1n, 0n, 'long64', 'ok'],
    ['x87 and SSE', 3n, 0n, 'long64', 'ok'],
    ['SSE alone', 2n, 0n, 'long64', '#GP(0)'],
    ['AVX', 7n, 0n, 'long64', '#GP(0)'],
    ['an upper bit', 1n, 1n, 'long64', '#GP(0)'],
    ['CPL 3', 3n, 0n, 'long64u', '#GP(0)'],
  ])('XSETBV with %s', (_name, rax, rdx, mode, end) => {
    const answer = execute({ mode, code: 'xsetbv; xgetbv', general: { rax, rdx }, set: cr4(bit.osxsave) })
    expect(answer.end).toBe(end)
    if (end === 'ok') expect(answer.general('rax')).toBe(rax)
  })

  test('other registers than 0 and a missing OSXSAVE fault', () => {
    for (const code of ['xgetbv', 'xsetbv']) {
      const general = { rcx: 1n, rax: 1n }
      expect(execute({ mode: 'long64', code, general, set: cr4(bit.osxsave) }).end).toBe('#GP(0)')
      expect(execute({ mode: 'long64', code }).end).toBe('#UD(0)')
      expect(execute({ mode: 'long64u', code }).end).toBe('#UD(0)')
    }
  })
})

describe('protection keys', () => {
  const set = (cpu: CpuState) => {
    withFeatures('pku')(cpu)
    cr4(bit.pke)(cpu)
  }

  test('RDPKRU and WRPKRU, at any privilege', () => {
    const code = 'wrpkru; rdpkru'
    const { end, general } = execute({ mode: 'long64u', code, general: { rax: 0x5555_5554n, rdx: 0n }, set })
    expect([end, general('rax'), general('rdx')]).toEqual(['ok', 0x5555_5554n, 0n])
    expect(execute({ mode: 'long64u', code, general: { rcx: 1n, rdx: 0n }, set }).end).toBe('#GP(0)')
    expect(execute({ mode: 'long64u', code, general: { rdx: 1n }, set }).end).toBe('#GP(0)')
    expect(execute({ mode: 'long64u', code: 'rdpkru' }).end).toBe('#UD(0)')
  })
})

describe('translations', () => {
  test('INVLPG drops an address, does nothing with what is none, and is privileged', () => {
    expect(execute({ mode: 'long64', code: 'invlpg [rdi]', general: { rdi: dataAt } }).end).toBe('ok')
    expect(execute({ mode: 'long64', code: 'invlpg [rdi]', general: { rdi: nonCanonical } }).end).toBe('ok')
    expect(execute({ mode: 'long64u', code: 'invlpg [rdi]' }).end).toBe('#GP(0)')
    expect(execute({ mode: 'v86', code: 'invlpg [di]' }).end).toBe('#GP(0)')
  })

  test.each<[string, bigint, bigint, bigint, string]>([
    ['an address', 0n, 0n, 0x1000n, 'ok'],
    ['an address that is not canonical', 0n, 0n, nonCanonical, '#GP(0)'],
    ['a context', 1n, 0n, nonCanonical, 'ok'],
    ['a context by PCID without PCIDs', 1n, 5n, 0n, '#GP(0)'],
    ['everything', 2n, 5n, 0n, 'ok'],
    ['all but global', 3n, 0n, 0n, 'ok'],
    ['type 4', 4n, 0n, 0n, '#GP(0)'],
    ['a type in the upper half', 1n << 32n, 0n, 0n, '#GP(0)'],
    ['a wide PCID', 2n, 0x1000n, 0n, '#GP(0)'],
  ])('INVPCID of %s', (_name, type, pcid, linear, end) => {
    const { end: got } = execute({
      mode: 'long64',
      code: 'mov [rdi], rbx; mov [rdi + 8], rsi; invpcid rax, [rdi]',
      general: { rax: type, rbx: pcid, rsi: linear, rdi: dataAt },
    })
    expect(got).toBe(end)
  })

  test('INVPCID takes PCIDs where they are on, and reads its operand first', () => {
    const start = { mode: 'long64', set: cr4(bit.pcide) } as const
    const general = { rax: 1n, rbx: 5n, rdi: dataAt }
    expect(execute({ ...start, code: 'mov [rdi], rbx; invpcid rax, [rdi]', general }).end).toBe('ok')
    const wrong = { rax: 9n, rdi: 0x40_0000n }
    expect(execute({ mode: 'long64', code: 'invpcid rax, [rdi]', general: wrong }).end).toBe('#PF(0)')
    expect(execute({ mode: 'long64u', code: 'invpcid rax, [rdi]', general }).end).toBe('#GP(0)')
    expect(execute({ mode: 'v86', code: 'invpcid eax, [di]' }).end).toBe('#GP(0)')
  })

  test.each(['invd', 'wbinvd'])('%s is privileged and does nothing else', (code) => {
    expect(execute({ mode: 'long64', code }).end).toBe('ok')
    expect(execute({ mode: 'long64u', code }).end).toBe('#GP(0)')
  })
})

describe('waiting', () => {
  const general = { rax: dataAt + 8n, rdi: dataAt }

  test('HLT waits and is privileged', () => {
    expect(execute({ mode: 'long64', code: 'hlt', units: 2 }).end).toBe('halted')
    expect(execute({ mode: 'long64u', code: 'hlt' }).end).toBe('#GP(0)')
  })

  test('MWAIT waits for what MONITOR watches, unless it has changed already', () => {
    const waits = execute({ mode: 'long64', code: 'monitor; mwait', general, units: 3 })
    expect([waits.end, waits.state.u32(state.activity)]).toEqual(['halted', activity.halted])
    const stored = execute({ mode: 'long64', code: 'monitor; mov [rdi + 60], eax; mwait; nop', general })
    expect(stored.end).toBe('ok')
    const beside = execute({ mode: 'long64', code: 'monitor; mov [rdi + 64], eax; mwait', general, units: 4 })
    expect(beside.end).toBe('halted')
  })

  test('MWAIT without MONITOR goes on, and MONITOR serves once', () => {
    expect(execute({ mode: 'long64', code: 'mwait; nop', general }).end).toBe('ok')
    expect(execute({ mode: 'long64', code: 'monitor; mov [rdi], eax; mwait; mwait; nop', general }).end).toBe(
      'ok',
    )
  })

  test.each<[string, ModeName, Record<string, bigint>, string]>([
    ['monitor', 'long64u', {}, '#UD(0)'],
    ['mwait', 'long64u', {}, '#UD(0)'],
    ['monitor', 'long64', { rcx: 1n }, '#GP(0)'],
    ['mwait', 'long64', { rcx: 1n }, '#GP(0)'],
    ['monitor', 'long64', { rax: 0x40_0000n }, '#PF(0)'],
    ['monitor', 'long64', { rax: nonCanonical }, '#GP(0)'],
  ])('%s in %s with %o', (code, mode, registers, end) => {
    expect(execute({ mode, code, general: { ...general, ...registers } }).end).toBe(end)
  })

  test('are #UD where IA32_MISC_ENABLE hides them', () => {
    const set = (cpu: CpuState) => cpu.setU64(state.miscEnable, 1n)
    expect(execute({ mode: 'long64', code: 'monitor', general, set }).end).toBe('#UD(0)')
  })
})

describe('random numbers', () => {
  test('come from the seed, with CF alone set, in every size', () => {
    const code = 'rdrand rax; rdrand ecx; rdrand dx'
    const run = (seed: bigint) =>
      execute({
        mode: 'long64u',
        code,
        general: { rcx: -1n, rdx: -1n },
        set: (cpu) => {
          cpu.setU64(state.randomSeed, seed)
          cpu.flags = 0x8d7
        },
      })
    const [one, same, other] = [run(0n), run(0n), run(1n)]
    // SplitMix64 of seed 0, as its author publishes it.
    expect(one.general('rax').toString(16)).toBe('e220a8397b1dcdaf')
    expect([one.end, one.state.flags]).toEqual(['ok', 3])
    expect(one.general('rcx') >> 32n).toBe(0n)
    expect(one.general('rdx') >> 16n).toBe(0xffff_ffff_ffffn)
    expect(same.general('rax')).toBe(one.general('rax'))
    expect(other.general('rax')).not.toBe(one.general('rax'))
  })
})

describe('CLAC and STAC', () => {
  test('change AC at CPL 0 and are #UD elsewhere', () => {
    const { end, state: cpu } = execute({ mode: 'long64', code: 'stac' })
    expect([end, cpu.flags]).toEqual(['ok', 0x4_0002])
    expect(execute({ mode: 'long64', code: 'stac; clac' }).state.flags).toBe(2)
    for (const code of ['stac', 'clac']) {
      expect(execute({ mode: 'long64u', code }).end).toBe('#UD(0)')
      expect(execute({ mode: 'v86', code }).end).toBe('#UD(0)')
    }
  })
})

describe('what there is not', () => {
  test.each([
    ['RSM', 'db 0x0f, 0xaa'],
    ['VMCALL', 'db 0x0f, 0x01, 0xc1'],
    ['VMLAUNCH', 'db 0x0f, 0x01, 0xc2'],
    ['VMXOFF', 'db 0x0f, 0x01, 0xc4'],
    ['VMREAD', 'db 0x0f, 0x78, 0xc0'],
    ['VMWRITE', 'db 0x0f, 0x79, 0xc0'],
    ['VMPTRLD', 'db 0x0f, 0xc7, 0x37'],
    ['VMXON', 'db 0xf3, 0x0f, 0xc7, 0x37'],
    ['VMRUN', 'db 0x0f, 0x01, 0xd8'],
    ['CLGI', 'db 0x0f, 0x01, 0xdd'],
    ['INVEPT', 'db 0x66, 0x0f, 0x38, 0x80, 0x07'],
    ['GETSEC', 'db 0x0f, 0x37'],
    ['RDSEED', 'db 0x0f, 0xc7, 0xf8'],
  ])('%s is #UD', (_name, code) => {
    expect(execute({ mode: 'long64', code }).end).toBe('#UD(0)')
  })
})

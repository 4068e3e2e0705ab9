import { describe, expect, test } from 'vitest'
import { segment, state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { execute, type ModeName, paeTable, withFeatures } from './processor.ts'

const withBit = (at: number, bit: bigint) => (cpu: CpuState) => cpu.setU64(at, cpu.u64(at) | bit)
const la57 = withFeatures('la57')

describe('MOV to CR0', () => {
  test.each<[string, ModeName, bigint, string]>([
    ['PG without PE', 'real', 0x8000_0010n, '#GP(0)'],
    ['NW without CD', 'prot32', 0x2000_0011n, '#GP(0)'],
    ['NW with CD', 'prot32', 0x6000_0011n, 'ok'],
    ['a bit of the upper half', 'long64', 0x1_8001_0011n, '#GP(0)'],
    ['PG off in 64-bit code', 'long64', 0x1_0011n, '#GP(0)'],
    ['PE off with PG on', 'prot32', 0x8000_0010n, '#GP(0)'],
    ['PG on in 32-bit mode', 'prot32', 0x8000_0011n, 'ok'],
    ['anything at CPL 3', 'long64u', 0x8001_0011n, '#GP(0)'],
    ['anything in V86', 'v86', 0x11n, '#GP(0)'],
  ])('%s in %s', (_name, mode, value, end) => {
    const code = mode.startsWith('long') ? 'mov cr0, rax' : 'mov cr0, eax'
    expect(execute({ mode, code, general: { rax: value } }).end).toBe(end)
  })

  test('keeps ET, ignores what it does not know, and reads back', () => {
    const {
      end,
      state: cpu,
      general,
    } = execute({
      mode: 'prot32',
      code: 'mov cr0, eax; mov ecx, cr0',
      general: { rax: 0x0fff_ffefn },
    })
    expect([end, cpu.cr0.toString(16), general('rcx').toString(16)]).toEqual(['ok', '5003f', '5003f'])
  })

  test.each<[string, (cpu: CpuState) => void, string]>([
    ['with PAE', withBit(state.cr4, 0x20n), 'ok'],
    ['without PAE', () => {}, '#GP(0)'],
    [
      'from code with CS.L set',
      (cpu) => {
        cpu.setU64(state.cr4, 0x20n)
        cpu.setU32(state.segmentRights + 4 * segment.cs, 0xe09b)
      },
      '#GP(0)',
    ],
    [
      'with a 16-bit task state',
      (cpu) => {
        cpu.setU64(state.cr4, 0x20n)
        cpu.setU32(state.segmentRights + 4 * segment.tr, 0x83)
      },
      '#GP(0)',
    ],
  ])('enters long mode %s', (_name, set, end) => {
    const { end: got, state: cpu } = execute({
      mode: 'prot32',
      code: 'mov cr0, eax',
      general: { rax: 0x8000_0011n },
      set: (cpu) => {
        cpu.setU64(state.efer, 0x100n)
        set(cpu)
      },
    })
    expect([got, cpu.isLongMode, cpu.isPaging]).toEqual([end, end === 'ok', end === 'ok'])
  })

  test('leaves long mode from compatibility code, unless PCIDs are on', () => {
    const start = { mode: 'compat32', code: 'mov cr0, eax', general: { rax: 0x11n } } as const
    const left = execute(start)
    expect([left.end, left.state.efer.toString(16)]).toEqual(['ok', '901'])
    expect(execute({ ...start, set: withBit(state.cr4, 0x2_0000n) }).end).toBe('#GP(0)')
  })
})

describe('MOV to CR4', () => {
  test.each<[string, ModeName, bigint, string]>([
    ['what the model has', 'long64', 0x37_0fffn & ~0x40_0000n, 'ok'],
    ['PAE off in long mode', 'long64', 0n, '#GP(0)'],
    ['PAE off in compatibility mode', 'compat32', 0n, '#GP(0)'],
    ['bit 15', 'long64', 0x8020n, '#GP(0)'],
    ['VMXE', 'long64', 0x2020n, '#GP(0)'],
    ['PKE that the model lacks', 'long64', 0x40_0020n, '#GP(0)'],
    ['LA57 that the model lacks', 'prot32', 0x1000n, '#GP(0)'],
    ['a bit of the upper half', 'long64', 0x1_0000_0020n, '#GP(0)'],
    ['PCIDE outside of long mode', 'prot32', 0x2_0020n, '#GP(0)'],
    ['PCIDE in long mode', 'long64', 0x2_0020n, 'ok'],
  ])('%s in %s', (_name, mode, value, end) => {
    const code = mode.startsWith('long') ? 'mov cr4, rax' : 'mov cr4, eax'
    expect(execute({ mode, code, general: { rax: value } }).end).toBe(end)
  })

  test('PCIDE is refused while CR3 has low bits', () => {
    const start = { mode: 'long64', code: 'mov cr4, rax', general: { rax: 0x2_0020n } } as const
    expect(execute({ ...start, set: withBit(state.cr3, 0x18n) }).end).toBe('#GP(0)')
  })

  test('LA57 and PKE where the machine has them; LA57 never changes in long mode', () => {
    const set = (cpu: CpuState) => withFeatures('la57', 'pku')(cpu)
    const move = (mode: ModeName, value: bigint) =>
      execute({ mode, code: `mov cr4, ${mode === 'long64' ? 'rax' : 'eax'}`, general: { rax: value }, set })
        .end
    expect(move('prot32', 0x1020n)).toBe('ok')
    expect(move('long64', 0x1020n)).toBe('#GP(0)')
    expect(move('long64', 0x40_0020n)).toBe('ok')
  })
})

describe('MOV to CR3', () => {
  test.each<[string, bigint, string]>([
    ['a bit at MAXPHYADDR', 0x100_0000_1000n, '#GP(0)'],
    ['the bit below it', 0x80_0000_1000n, 'ok'],
    ['bit 63 without PCIDs', 0x8000_0000_0000_1000n, '#GP(0)'],
  ])('%s', (_name, value, end) => {
    expect(execute({ mode: 'long64', code: 'mov cr3, rax', general: { rax: value } }).end).toBe(end)
  })

  test('bit 63 with PCIDs is not kept', () => {
    const { end, general } = execute({
      mode: 'long64',
      code: 'mov cr3, rax; mov rcx, cr3',
      general: { rax: 0x8000_0000_0000_1005n },
      set: withBit(state.cr4, 0x2_0000n),
    })
    expect([end, general('rcx')]).toEqual(['ok', 0x1005n])
  })

  test.each<[string, number, bigint, string]>([
    ['reserved bit 1', 2, 0x3003n, '#GP(0)'],
    ['reserved bit 5', 0, 0x3021n, '#GP(0)'],
    ['reserved bit 8', 0, 0x3101n, '#GP(0)'],
    ['a bit at MAXPHYADDR', 3, 0x100_0000_3001n, '#GP(0)'],
    ['NX', 3, 0x8000_0000_0000_3001n, '#GP(0)'],
    ['anything while not present', 1, 0x8000_0000_0000_31fen, 'ok'],
    ['write-through and cache bits', 1, 0x3019n, 'ok'],
  ])('PAE entries are loaded and checked: %s', (_name, index, entry, end) => {
    const { end: got, state: cpu } = execute({
      mode: 'prot32',
      code: 'mov [edi], eax; mov [edi + 4], ebx; mov cr0, ecx',
      general: {
        rax: entry & 0xffff_ffffn,
        rbx: entry >> 32n,
        rcx: 0x8000_0011n,
        rdi: BigInt(paeTable + 8 * index),
      },
      set: (cpu) => {
        cpu.setU64(state.cr4, 0x20n)
        cpu.setU64(state.cr3, BigInt(paeTable) | 0x18n)
      },
    })
    expect([got, cpu.u64(state.pdptes + 8 * index)]).toEqual([end, end === 'ok' ? entry : 0n])
  })

  test('loads PAE entries from where it points, and none of them where one is wrong', () => {
    const code = 'mov cr3, eax'
    const good = execute({ mode: 'pae32', code, general: { rax: BigInt(paeTable) }, set: clearPdpte })
    expect([good.end, good.state.u64(state.pdptes + 24)]).toEqual(['ok', 0x3001n])
    // The page tables of long mode have bits 1 and 2 set.
    const bad = execute({ mode: 'pae32', code, general: { rax: 0x1000n }, set: clearPdpte })
    expect([bad.end, bad.state.u64(state.pdptes + 24)]).toEqual(['#GP(0)', 0n])
  })
})

const clearPdpte = (cpu: CpuState) => cpu.setU64(state.pdptes + 24, 0n)

describe('other control register moves', () => {
  test.each([1, 5, 6, 7, 9, 15])('CR%i is #UD, also at CPL 3', (index) => {
    const rex = index > 7 ? '44' : '40'
    const modrm = 0xc0 | ((index & 7) << 3)
    const code = `db 0x${rex}, 0x0f, 0x20, ${modrm}`
    expect(execute({ mode: 'long64', code }).end).toBe('#UD(0)')
    expect(execute({ mode: 'long64u', code }).end).toBe('#UD(0)')
  })

  test('CR8 holds four bits', () => {
    const good = execute({ mode: 'long64', code: 'mov cr8, rax; mov rcx, cr8', general: { rax: 15n } })
    expect([good.end, good.general('rcx')]).toEqual(['ok', 15n])
    expect(execute({ mode: 'long64', code: 'mov cr8, rax', general: { rax: 16n } }).end).toBe('#GP(0)')
  })

  test('32-bit code moves 32 bits, and CR2 takes anything', () => {
    const wide = 0xffff_0000_1234_5678n
    const { general } = execute({
      mode: 'long64',
      code: 'mov cr2, rax; mov rcx, cr2',
      general: { rax: wide },
    })
    expect(general('rcx')).toBe(wide)
    const narrow = execute({ mode: 'compat32', code: 'mov cr2, eax; mov ecx, cr2', general: { rax: wide } })
    expect(narrow.general('rcx')).toBe(0x1234_5678n)
  })

  test('an operand-size prefix does not matter', () => {
    const { general } = execute({
      mode: 'long64',
      code: 'db 0x66; mov rcx, cr0',
      general: { rcx: -1n },
      units: 1,
    })
    expect(general('rcx')).toBe(0x8001_0011n)
  })

  test('LMSW sets PE and cannot clear it', () => {
    const on = execute({ mode: 'real', code: 'lmsw ax', general: { rax: 0xffffn } })
    expect([on.end, on.state.cr0]).toEqual(['ok', 0x1f])
    const off = execute({ mode: 'prot32', code: 'lmsw ax', general: { rax: 0n } })
    expect([off.end, off.state.cr0]).toEqual(['ok', 0x11])
    expect(execute({ mode: 'prot32u', code: 'lmsw ax' }).end).toBe('#GP(0)')
  })

  test('SMSW gives as many bits as its register has, a word to memory, and nothing to users under UMIP', () => {
    const text = 'smsw rax; smsw ecx; smsw dx; smsw [rdi]; mov rbx, [rdi]'
    const before = { rax: -1n, rcx: -1n, rdx: -1n, rdi: 0x2_0000n }
    const { end, general } = execute({ mode: 'long64', code: text, general: before })
    expect([end, general('rax'), general('rcx'), general('rdx'), general('rbx')]).toEqual([
      'ok',
      0x8001_0011n,
      0x8001_0011n,
      0xffff_ffff_ffff_0011n,
      0x11n,
    ])
    expect(execute({ mode: 'long64u', code: 'smsw eax' }).end).toBe('ok')
    expect(execute({ mode: 'long64u', code: 'smsw eax', set: withBit(state.cr4, 0x800n) }).end).toBe('#GP(0)')
  })

  test('CLTS clears TS', () => {
    const { end, state: cpu } = execute({ mode: 'prot32', code: 'clts', set: withBit(state.cr0, 8n) })
    expect([end, cpu.cr0]).toEqual(['ok', 0x11])
    expect(execute({ mode: 'prot32u', code: 'clts' }).end).toBe('#GP(0)')
    expect(execute({ mode: 'long64', code: 'clts', set: la57 }).end).toBe('ok')
  })
})

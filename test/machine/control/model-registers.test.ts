import { describe, expect, test } from 'vitest'
import { state } from '../../../src/machine/cpu/state-layout.ts'
import { execute, type ModeName, nonCanonical, withFeatures } from './processor.ts'

const low = (value: bigint) => value & 0xffff_ffffn

function write(number: number, value: bigint, mode: ModeName = 'long64') {
  return execute({
    mode,
    code: 'wrmsr; rdmsr',
    general: { rcx: BigInt(number), rax: low(value), rdx: value >> 32n },
  })
}

function read(number: number) {
  const { end, general } = execute({
    mode: 'long64',
    code: 'rdmsr',
    general: { rcx: BigInt(number), rax: -1n },
  })
  return end === 'ok' ? (general('rdx') << 32n) | general('rax') : end
}

const canonical = 0xffff_8000_1234_5678n

test.each<[string, number, bigint]>([
  ['IA32_PLATFORM_ID', 0x17, 0n],
  ['IA32_APIC_BASE', 0x1b, 0xfee0_0900n],
  ['IA32_FEATURE_CONTROL', 0x3a, 1n],
  ['IA32_TSC_ADJUST', 0x3b, 0n],
  ['IA32_BIOS_SIGN_ID', 0x8b, 1n << 32n],
  ['IA32_MTRRCAP', 0xfe, 0x508n],
  ['IA32_ARCH_CAPABILITIES', 0x10a, 0x179n],
  ['IA32_MCG_CAP', 0x179, 0n],
  ['IA32_MISC_ENABLE', 0x1a0, 0x4_1801n],
  ['IA32_DEBUGCTL', 0x1d9, 0n],
  ['IA32_PAT', 0x277, 0x0007_0406_0007_0406n],
  ['IA32_MTRR_DEF_TYPE', 0x2ff, 0n],
  ['IA32_EFER', 0xc000_0080, 0xd01n],
])('%s after power-on', (_name, number, value) => {
  expect(read(number)).toBe(value)
})

test.each<[string, number, bigint, bigint | '#GP(0)']>([
  ['the time stamp counter', 0x10, 0x1234_5678_9abc_def0n, 0x1234_5678_9abc_def1n],
  ['a page for the APIC', 0x1b, 0xff_fee0_1800n, 0xff_fee0_1800n],
  ['x2APIC mode', 0x1b, 0xfee0_0d00n, '#GP(0)'],
  ['an APIC above MAXPHYADDR', 0x1b, 0x100_fee0_0900n, '#GP(0)'],
  ['locked features', 0x3a, 5n, '#GP(0)'],
  ['a variable MTRR of type 2', 0x200, 2n, '#GP(0)'],
  ['a variable MTRR of type 6', 0x20e, 0xff_ffff_f006n, 0xff_ffff_f006n],
  ['a variable MTRR above MAXPHYADDR', 0x200, 0x100_0000_0006n, '#GP(0)'],
  ['an MTRR mask', 0x201, 0xff_ffff_f800n, 0xff_ffff_f800n],
  ['an MTRR mask with bit 10', 0x201, 0xff_ffff_fc00n, '#GP(0)'],
  ['the ninth variable MTRR', 0x210, 0n, '#GP(0)'],
  ['a fixed MTRR', 0x26f, 0x0605_0401_0006_0504n, 0x0605_0401_0006_0504n],
  ['a fixed MTRR with type 7', 0x250, 0x0700_0000_0000_0000n, '#GP(0)'],
  ['a default type with enables', 0x2ff, 0xc06n, 0xc06n],
  ['a default type of 3', 0x2ff, 3n, '#GP(0)'],
  ['a default type with bit 9', 0x2ff, 0x200n, '#GP(0)'],
  ['a PAT with type 7', 0x277, 0x0706_0504_0100_0106n, 0x0706_0504_0100_0106n],
  ['a PAT with type 2', 0x277, 0x0206_0504_0100_0106n, '#GP(0)'],
  ['SYSENTER_CS', 0x174, 0x10n, 0x10n],
  ['SYSENTER_ESP', 0x175, canonical, canonical],
  ['SYSENTER_EIP that is not canonical', 0x176, nonCanonical, '#GP(0)'],
  ['MCG_STATUS', 0x17a, 7n, 7n],
  ['MCG_STATUS with bit 3', 0x17a, 8n, '#GP(0)'],
  ['MCG_CTL', 0x17b, 0n, '#GP(0)'],
  ['MISC_ENABLE', 0x1a0, 0x40_0081n, 0x40_1801n],
  ['MISC_ENABLE with bit 1', 0x1a0, 2n, '#GP(0)'],
  ['DEBUGCTL with LBR', 0x1d9, 1n, '#GP(0)'],
  ['STAR', 0xc000_0081, 0x23_0010_dead_beefn, 0x23_0010_dead_beefn],
  ['LSTAR that is not canonical', 0xc000_0082, nonCanonical, '#GP(0)'],
  ['CSTAR', 0xc000_0083, canonical, canonical],
  ['FMASK', 0xc000_0084, 0xffff_ffffn, 0xffff_ffffn],
  ['FS_BASE', 0xc000_0100, canonical, canonical],
  ['GS_BASE that is not canonical', 0xc000_0101, nonCanonical, '#GP(0)'],
  ['KERNEL_GS_BASE', 0xc000_0102, canonical, canonical],
  ['TSC_AUX', 0xc000_0103, 7n, 7n],
  ['TSC_AUX with an upper half', 0xc000_0103, 1n << 32n, '#GP(0)'],
  ['what there is not', 0x12345, 0n, '#GP(0)'],
  ['x2APIC ID', 0x802, 0n, '#GP(0)'],
  ['the TSC deadline', 0x6e0, 0n, '#GP(0)'],
])('WRMSR and RDMSR: %s', (_name, number, value, result) => {
  const { end, general } = write(number, value)
  expect(end === 'ok' ? (general('rdx') << 32n) | general('rax') : end).toBe(result)
})

describe('IA32_EFER', () => {
  test.each<[string, ModeName, bigint, bigint | '#GP(0)']>([
    ['SCE and NXE off', 'long64', 0x100n, 0x500n],
    ['LMA is not written', 'prot32', 0xd01n, 0x901n],
    ['LME off while paging', 'long64', 0x801n, '#GP(0)'],
    ['LME on while paging', 'pae32', 0x100n, '#GP(0)'],
    ['a reserved bit', 'prot32', 2n, '#GP(0)'],
    ['FFXSR', 'prot32', 0x4000n, '#GP(0)'],
  ])('%s', (_name, mode, value, result) => {
    const { end, general } = write(0xc000_0080, value, mode)
    expect(end === 'ok' ? general('rax') : end).toBe(result)
  })

  test('NXE goes with XD in MISC_ENABLE', () => {
    const xdDisabled = 1n << 34n
    const answer = execute({
      mode: 'prot32',
      code: 'wrmsr',
      general: { rcx: 0xc000_0080n, rax: 0x800n },
      set: (cpu) => cpu.setU64(state.miscEnable, xdDisabled),
    })
    expect(answer.end).toBe('#GP(0)')
  })
})

test('a processor with LA57 takes 57-bit addresses in MSRs, whatever CR4 says', () => {
  const { end } = execute({
    mode: 'long64',
    code: 'wrmsr',
    general: { rcx: 0xc000_0082n, rdx: 0x0000_8000n },
    set: withFeatures('la57'),
  })
  expect(end).toBe('ok')
})

test.each<ModeName>(['long64u', 'prot32u', 'v86'])('MSRs are privileged in %s', (mode) => {
  expect(execute({ mode, code: 'rdmsr', general: { rcx: 0x10n } }).end).toBe('#GP(0)')
  expect(execute({ mode, code: 'wrmsr', general: { rcx: 0x10n } }).end).toBe('#GP(0)')
})

test('real mode has them, and RDMSR clears upper halves', () => {
  const real = execute({ mode: 'real', code: 'rdmsr', general: { rcx: 0x277n } })
  expect([real.end, real.general('rax')]).toEqual(['ok', 0x0007_0406n])
  const long = execute({ mode: 'long64', code: 'rdmsr', general: { rcx: 0x277n, rax: -1n, rdx: -1n } })
  expect([long.general('rax'), long.general('rdx')]).toEqual([0x0007_0406n, 0x0007_0406n])
})

describe('the time stamp counter', () => {
  test('counts units', () => {
    const { general } = execute({ mode: 'long64', code: 'nop; nop; rdtsc', general: { rax: -1n, rdx: -1n } })
    expect([general('rax'), general('rdx')]).toEqual([2n, 0n])
  })

  test('moves IA32_TSC_ADJUST when written, and the other way round', () => {
    const code = 'wrmsr; mov ecx, 0x3b; rdmsr'
    const { general } = execute({ mode: 'long64', code, general: { rcx: 0x10n, rax: 1000n } })
    expect(general('rax')).toBe(1000n)
    const adjusted = execute({
      mode: 'long64',
      code: 'wrmsr; rdtsc',
      general: { rcx: 0x3bn, rax: 500n },
    })
    expect(adjusted.general('rax')).toBe(501n)
  })

  test('RDTSCP gives TSC_AUX as well', () => {
    const { general } = execute({
      mode: 'long64u',
      code: 'nop; rdtscp',
      general: { rcx: -1n },
      set: (cpu) => cpu.setU64(state.tscAux, 0x77n),
    })
    expect([general('rax'), general('rcx')]).toEqual([1n, 0x77n])
  })

  test.each<[ModeName, string]>([
    ['long64', 'ok'],
    ['real', 'ok'],
    ['long64u', '#GP(0)'],
    ['v86', '#GP(0)'],
  ])('CR4.TSD in %s', (mode, end) => {
    const set = (cpu: { u64(at: number): bigint; setU64(at: number, value: bigint): void }) =>
      cpu.setU64(state.cr4, cpu.u64(state.cr4) | 4n)
    expect(execute({ mode, code: 'rdtsc', set }).end).toBe(end)
    expect(execute({ mode, code: 'rdtscp', set }).end).toBe(end)
  })

  test('RDPMC has no counters', () => {
    expect(execute({ mode: 'long64', code: 'rdpmc' }).end).toBe('#GP(0)')
  })
})

import { expect, test } from 'vitest'
import { features, model } from '../../../src/machine/cpu/control/model.ts'
import { semantics } from '../../../src/machine/cpu/semantics/semantics.ts'
import { state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { systemInstructions } from '../../../src/machine/cpu/system-instructions.ts'
import { modelFeatures } from '../../../src/machine/cpu/table/features.ts'
import { instructionName, type Row } from '../../../src/machine/cpu/table/row.ts'
import { rows } from '../../../src/machine/cpu/table/rows.ts'
import { execute, type ModeName, withFeatures } from './processor.ts'

interface Ask {
  readonly subleaf?: number
  readonly mode?: ModeName
  readonly set?: (cpu: CpuState) => void
}

function cpuid(leaf: number, { subleaf = 0, mode = 'long64u', set = () => {} }: Ask = {}) {
  const general = { rax: BigInt(leaf), rcx: BigInt(subleaf), rbx: -1n, rdx: -1n }
  const { end, general: after } = execute({ mode, code: 'cpuid', general, set })
  expect(end).toBe('ok')
  return [after('rax'), after('rbx'), after('rcx'), after('rdx')].map(Number)
}

const hex = (values: readonly number[]) => values.map((value) => value.toString(16)).join(' ')
const text = (values: readonly number[]) => Buffer.from(new Uint32Array(values).buffer).toString('latin1')
const at = (values: readonly number[], index: number) => values[index] ?? 0

test('what the processor is called', () => {
  const [highest = 0, ebx = 0, ecx = 0, edx = 0] = cpuid(0)
  expect([highest, text([ebx, edx, ecx])]).toEqual([0x16, 'GenuineIntel'])
  const brand = [2, 3, 4].flatMap((leaf) => cpuid(0x8000_0000 + leaf))
  expect(text(brand).replace(/\0+$/, '')).toBe(model.brand)
  expect(at(cpuid(1), 0).toString(16)).toBe('60663')
})

test('every leaf, as 64-bit code at CPL 3 sees it', () => {
  const leaves = [
    1, 2, 3, 5, 6, 7, 8, 0xa, 0x15, 0x16, 0x8000_0000, 0x8000_0001, 0x8000_0006, 0x8000_0007, 0x8000_0008,
  ]
  expect(leaves.map((leaf) => `${leaf.toString(16)}: ${hex(cpuid(leaf))}`)).toMatchInlineSnapshot(`
    [
      "1: 60663 10800 449a2209 78bfbff",
      "2: ff0301 f0 0 0",
      "3: 0 0 0 0",
      "5: 40 40 0 0",
      "6: 0 0 0 0",
      "7: 0 1902683 4 20000000",
      "8: 0 0 0 0",
      "a: 0 0 0 0",
      "15: 1 46 da7a64 0",
      "16: 3ea 3ea e 0",
      "80000000: 80000008 0 0 0",
      "80000001: 0 0 1 2c100800",
      "80000006: 0 0 1006040 0",
      "80000007: 0 0 0 100",
      "80000008: 3028 0 0 0",
    ]
  `)
  expect([0, 1, 2, 3, 4].map((subleaf) => hex(cpuid(4, { subleaf })))).toMatchInlineSnapshot(`
    [
      "121 1c0003f 3f 0",
      "122 1c0003f 3f 0",
      "143 1c0003f 1ff 0",
      "163 3c0003f fff 0",
      "0 0 0 0",
    ]
  `)
  expect([0, 1, 2].map((subleaf) => hex(cpuid(0xb, { subleaf })))).toMatchInlineSnapshot(`
    [
      "0 1 100 0",
      "0 1 201 0",
      "0 0 2 0",
    ]
  `)
  expect([0, 1, 2, 9].map((subleaf) => hex(cpuid(0xd, { subleaf })))).toMatchInlineSnapshot(`
    [
      "3 240 240 0",
      "1 0 0 0",
      "0 0 0 0",
      "0 0 0 0",
    ]
  `)
})

test('leaf 15h is the nominal rate', () => {
  const [denominator = 0, numerator = 0, crystal = 0] = cpuid(0x15)
  expect((crystal * numerator) / denominator).toBe(14_318_180 * 70)
})

test('a leaf past the highest answers as the highest basic one', () => {
  for (const leaf of [0x17, 0x4000_0000, 0x8000_0009, 0xffff_ffff]) expect(cpuid(leaf)).toEqual(cpuid(0x16))
})

test('the decoder knows what is claimed and nothing else', () => {
  const claimed = {
    ...{ ...features.leaf1Ecx, ...features.leaf7Ebx, ...features.leafDEax, ...features.extended1Edx },
    'sse4.1': features.leaf1Ecx.sse41,
    'sse4.2': features.leaf1Ecx.sse42,
  }
  const missing = [...modelFeatures].filter((name) => !(name in claimed))
  expect(missing).toEqual([])
  const named = ['movbe', 'lzcnt', 'bmi1', 'adx', 'rdseed', 'rdpid', 'aes', 'pclmulqdq', 'sha-ni'] as const
  expect(named.filter((name) => modelFeatures.has(name) || name in claimed)).toEqual([])
})

test('everything behind what is claimed runs', () => {
  const isClaimed = ({ facts: { cpuid, alwaysUndefined } }: Row) =>
    !alwaysUndefined && (!cpuid || modelFeatures.has(cpuid))
  const runs = (row: Row) => {
    const name = instructionName(row)
    return semantics.has(name) || systemInstructions.has(name)
  }
  const missing = rows.filter((row) => isClaimed(row) && !runs(row))
  expect(missing.map(({ encoding, mnemonic }) => `${encoding} ${mnemonic}`)).toEqual([])
})

test('bits follow control registers and the mode', () => {
  const cr4 = (bits: bigint) => (cpu: CpuState) => cpu.setU64(state.cr4, 0x20n | bits)
  const osxsave = at(cpuid(1, { set: cr4(0x4_0000n) }), 2) & (1 << 27)
  expect([osxsave, at(cpuid(1), 2) & (1 << 27)]).toEqual([1 << 27, 0])
  const syscall = (mode: ModeName) => (at(cpuid(0x8000_0001, { mode }), 3) >> 11) & 1
  expect([syscall('long64'), syscall('compat32'), syscall('prot32'), syscall('real')]).toEqual([1, 0, 0, 0])
})

test('LA57 and protection keys are claimed where the machine has them', () => {
  const set = (cpu: CpuState) => {
    withFeatures('la57', 'pku')(cpu)
    cpu.setU64(state.cr4, 0x40_0020n)
  }
  const ecx = at(cpuid(7, { set }), 2)
  expect([(ecx >> 3) & 3, (ecx >> 16) & 1, at(cpuid(7), 2) & 0x1_0018]).toEqual([3, 1, 0])
  expect(hex(cpuid(0x8000_0008, { set }))).toBe('3928 0 0 0')
  expect(hex(cpuid(0xd, { set }))).toBe('203 240 a88 0')
  expect(hex(cpuid(0xd, { set, subleaf: 9 }))).toBe('8 a80 0 0')
})

test.each([
  ['aes', 1, 2, 25, ['aesenc xmm0, xmm1', 'aesimc xmm0, xmm1', 'aeskeygenassist xmm0, xmm1, 1']],
  ['pclmulqdq', 1, 2, 1, ['pclmulqdq xmm0, xmm1, 0']],
  ['sha-ni', 7, 1, 29, ['sha1msg1 xmm0, xmm1', 'sha256rnds2 xmm0, xmm1', 'sha1rnds4 xmm0, xmm1, 3']],
] as const)(
  '%s is claimed and runs where the machine has it, and is #UD elsewhere',
  (name, leaf, place, bit, codes) => {
    const osfxsr = (cpu: CpuState) => cpu.setU64(state.cr4, cpu.u64(state.cr4) | 0x200n)
    const switched = (cpu: CpuState) => cpu.setU64(state.cr0, cpu.u64(state.cr0) | 8n)
    const made = withFeatures(name)
    const claim = (set?: (cpu: CpuState) => void) => (at(cpuid(leaf, set ? { set } : {}), place) >> bit) & 1
    expect([claim(made), claim()]).toEqual([1, 0])
    for (const code of codes) {
      const ends = [[made, osfxsr], [osfxsr], [osfxsr, switched], [made, osfxsr, switched]].map((steps) => {
        const set = (cpu: CpuState) => {
          for (const step of steps) step(cpu)
        }
        return execute({ mode: 'long64', code, set }).end
      })
      expect([code, ...ends]).toEqual([code, 'ok', '#UD(0)', '#UD(0)', '#NM(0)'])
    }
  },
)

test('IA32_MISC_ENABLE hides MONITOR, NX and leaves above 2', () => {
  const set = (cpu: CpuState) => cpu.setU64(state.miscEnable, (1n << 22n) | (1n << 34n))
  expect(at(cpuid(0, { set }), 0)).toBe(2)
  expect(at(cpuid(1, { set }), 2) & 8).toBe(0)
  expect(at(cpuid(0x8000_0001, { set }), 3) & (1 << 20)).toBe(0)
})

import { expect, test } from 'vitest'
import { flagBit } from '../../../src/machine/cpu/register-bits.ts'
import { ramBase, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { type ModeName, number } from '../control/processor.ts'
import { comparePaths, type PlainCase, type Setting } from '../plain-cases.ts'
import { oneIn, pick, type Random } from '../plain-path.ts'

const rounds = 200
const real: readonly ModeName[] = ['real', 'v86']
const legacy: readonly ModeName[] = ['prot32', 'prot32u', 'pae32', 'compat32', 'compat32u']
const long: readonly ModeName[] = ['long64', 'long64u']

const gdt = 0x6000
const target = 0x1_0010

/** Code and data that is flat at both levels, then what is out of the ordinary. */
const descriptors = [
  0n,
  0x00cf_9b00_0000_ffffn,
  0x00af_9b00_0000_ffffn,
  0x00cf_9300_0000_ffffn,
  0x00cf_fb00_0000_ffffn,
  0x00af_fb00_0000_ffffn,
  0x00cf_f300_0000_ffffn,
  // Accessed bit not set, not present, read-only, expand-down, execute-only, conforming, a gate, with a base.
  0x00cf_9200_0000_ffffn,
  0x00cf_1300_0000_ffffn,
  0x00cf_9100_0000_ffffn,
  0x00cf_9700_0000_0000n,
  0x00cf_9900_0000_ffffn,
  0x00cf_9f00_0000_ffffn,
  0x0000_8c00_0008_0000n,
  0x0040_9301_2345_ffffn,
  0x0000_9b01_0000_ffffn,
]

const selectorOf = (index: number, level: number) => BigInt(8 * index + level)
/** Those that the mode at hand loads without ado come first, and most often. */
function anySelector(cpu: CpuState, next: Random, kind: 'code' | 'data'): bigint {
  const level = cpu.cpl
  if (cpu.hasParagraphs) return kind === 'code' ? pick(next, [0x1000n, 0xfffn, 0x800n]) : next() & 0xffffn
  const isLong = cpu.is64Bit && !oneIn(next, 4)
  const flat = kind === 'data' ? 3 : isLong ? 2 : 1
  if (!oneIn(next, 3)) return selectorOf(flat + (level === 3 ? 3 : 0), level)
  return pick(next, [selectorOf(Number(next() % 17n), Number(next() & 3n)), next() & 0xffffn])
}

function anyState(cpu: CpuState, next: Random): void {
  cpu.flags = (Number(next() & 0xff00n) & ~flagBit.trap) | (cpu.flags & flagBit.virtual8086) | 2
  if (oneIn(next, 20)) cpu.flags |= flagBit.trap
  if (oneIn(next, 20)) cpu.setU32(state.pending, 1)
  if (oneIn(next, 20)) cpu.setU64(state.dr7, 0x401n | (next() & 0xf_0000n))
  descriptors.forEach((one, index) => {
    cpu.view.setBigUint64(ramBase + gdt + 8 * index, one, true)
  })
  cpu.setU64(state.gdtBase, BigInt(gdt))
  cpu.setU32(state.gdtLimit, 8 * descriptors.length - 1)
  if (oneIn(next, 8)) anySegments(cpu, next)
}

/** Stacks of 16 bits, limits, data segments that are null or paragraphs. */
function anySegments(cpu: CpuState, next: Random): void {
  const one = pick(next, [segment.ss, segment.ds, segment.es, segment.cs])
  const cache = cpu.segment(one)
  const limit = pick(next, [0xffff, 0xffff_ffff, 0x8003, 0])
  cpu.setSegment(one, { ...cache, limit, rights: cache.rights ^ pick(next, [0, 0x4000, 4, 2, 0x1_0000]) })
}

function anyStack(cpu: CpuState, next: Random): number {
  const at = 0x8000 + pick(next, [0, 0, 0, 0, 2, 5, -6])
  cpu.setGeneral(number.rsp, BigInt(at) + (oneIn(next, 10) ? pick(next, [1n << 47n, 0xffff_8002n]) : 0n))
  return at
}

/** As far pointers and stacks have them: an offset, then a selector, each of so many bytes. */
function writeWords(cpu: CpuState, at: number, bytes: number, values: readonly bigint[]): void {
  values.forEach((value, index) => {
    cpu.view.setBigUint64(ramBase + at + bytes * index, value, true)
  })
}

/** In real mode as an offset in the code's paragraph. */
const anyOffset = (cpu: CpuState, next: Random) =>
  oneIn(next, 8) ? next() : cpu.hasParagraphs ? 0x10n : BigInt(target)

/** Loads a data segment: the selector stands in AX, at 500h, and on the stack. */
const loads: Setting = (cpu, next) => {
  const selector = anySelector(cpu, next, 'data')
  cpu.setGeneral(number.rax, (next() & ~0xffffn) | selector)
  writeWords(cpu, 0x500, 2, [next() & 0xffffn, selector])
  writeWords(cpu, anyStack(cpu, next), 2, [selector])
  cpu.setGeneral(number.rbx, oneIn(next, 10) ? next() : 0x500n)
  if (oneIn(next, 2)) cpu.setGeneral(number.rdx, next())
}

const pointers = (bytes: number, kind: 'code' | 'data'): Setting => {
  return (cpu, next) => {
    const values = [anyOffset(cpu, next), anySelector(cpu, next, kind)]
    writeWords(cpu, 0x500, bytes, values)
    writeWords(cpu, anyStack(cpu, next), bytes, values)
  }
}

const nothing: Setting = () => {}

const cases: readonly PlainCase[] = [
  ...[...real, ...legacy, ...long].flatMap((mode): PlainCase[] => [
    ['mov ds, ax', [mode], loads],
    ['mov es, [ebx + 2]', [mode], loads],
    ['mov ss, ax; mov sp, dx', [mode], loads],
    ['mov [ebx], ds', [mode], loads],
    ['push fs', [mode], loads],
    ['pop gs', [mode], loads],
  ]),
  ['mov eax, fs; mov cx, gs', [...real, ...legacy, ...long], loads],
  ['mov ss, ax; ud2', [...real, ...legacy], loads],
  ['sti; mov ss, ax; ud2', ['real', 'prot32'], loads],
  ['o32 push es; o16 push ds', [...real, ...legacy], loads],
  ['o32 pop es', [...real, ...legacy], loads],
  ['pop ss; nop', [...real, ...legacy], loads],
  ['les di, [0x500]; o32 lds esi, [0x500]', real, pointers(2, 'data')],
  ['lfs edi, [0x500]', legacy, pointers(4, 'data')],
  ['o64 lgs rdi, [0x500]', long, pointers(8, 'data')],
  ['lss sp, [0x500]', ['real'], pointers(2, 'data')],
  ['jmp 0x1000:0x10', real, nothing],
  ['call 0xfff:0x20', real, (cpu, next) => void anyStack(cpu, next)],
  ['jmp far [0x500]', real, pointers(2, 'code')],
  ['call far [0x500]', real, pointers(2, 'code')],
  ['o32 call far [0x500]', real, pointers(4, 'code')],
  ['retf', real, pointers(2, 'code')],
  ['retf 6', real, pointers(2, 'code')],
  ['jmp 8:0x10010', ['prot32', 'pae32', 'compat32'], nothing],
  ['call 0x23:0x10010', ['prot32u', 'compat32u'], (cpu, next) => void anyStack(cpu, next)],
  ['jmp far [0x500]', legacy, pointers(4, 'code')],
  ['call far [0x500]', legacy, pointers(4, 'code')],
  ['retf', legacy, pointers(4, 'code')],
  ['o16 retf 2', legacy, pointers(2, 'code')],
  ['o64 jmp far [0x500]', long, pointers(8, 'code')],
  ['o64 call far [0x500]', long, pointers(8, 'code')],
  ['call far [0x500]', long, pointers(4, 'code')],
  ['o64 retf', long, pointers(8, 'code')],
]

test.each<PlainCase>(cases)('%s in WebAssembly does what TypeScript says in %s', (...one) => {
  expect(comparePaths(rounds, anyState, one)).toBeGreaterThan(rounds / 3)
})

test('the second of two MOV SS holds nothing, whoever has done the first', () => {
  const one: PlainCase = ['mov ss, ax; mov ss, bx; ud2', ['real', 'prot32'], loads]
  expect(comparePaths(rounds, anyState, one)).toBeGreaterThan(0)
})

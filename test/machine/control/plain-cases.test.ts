import { expect, test } from 'vitest'
import { cr0Bit, cr4Bit, eferBit, flagBit } from '../../../src/machine/cpu/register-bits.ts'
import { ramBase, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import { comparePaths, type PlainCase, type Setting } from '../plain-cases.ts'
import { BothPaths, oneIn, pick, type Random } from '../plain-path.ts'
import { type ModeName, number } from './processor.ts'

const rounds = 150
const legacy: readonly ModeName[] = ['real', 'v86', 'prot32', 'prot32u', 'pae32', 'compat32', 'compat32u']
const long: readonly ModeName[] = ['long64', 'long64u']
const all = [...legacy, ...long]
const pml4 = 0x1000n

const canonical = (value: bigint) => BigInt.asUintN(64, BigInt.asIntN(48, value))
const anyBase = (next: Random) => (oneIn(next, 3) ? next() : canonical(next()))

const settableFlags = 0x3c_7ed7
/** TSD, PGE, FSGSBASE, SMAP; PCIDE in IA-32e mode. */
const settableCr4 = 0x21_0084n
const pcide = 0x2_0000n

/** Everything that decides what the instructions here do. */
function anyState(cpu: CpuState, next: Random): void {
  const kept = (cpu.flags & flagBit.virtual8086) | 2
  cpu.flags = (Number(next() & 0xffff_ffffn) & settableFlags) | kept | (oneIn(next, 20) ? flagBit.trap : 0)
  if (oneIn(next, 10)) cpu.setU32(state.pending, 1)
  if (oneIn(next, 20)) cpu.setU64(state.dr7, 0x401n | (next() & 0xf_0000n))
  const isLong = cpu.isLongMode && oneIn(next, 2)
  cpu.setU64(state.cr4, cpu.u64(state.cr4) | (next() & settableCr4) | (isLong ? pcide : 0n))
}

/** RSP where a page begins or near it, with anything in memory there. */
function anyStack(cpu: CpuState, next: Random): void {
  const at = 0x8000 + pick(next, [0, 0, 0, 2, 3, 8, -4])
  cpu.setGeneral(number.rsp, BigInt(at) + (oneIn(next, 10) ? 1n << 47n : 0n))
  for (const offset of [-8, 0, 8]) cpu.view.setBigUint64(ramBase + at + offset, next(), true)
}

function anyImage(cpu: CpuState, next: Random): void {
  anyStack(cpu, next)
  const at = ramBase + Number(cpu.general(number.rsp, 2))
  if (!oneIn(next, 10)) cpu.view.setUint32(at, cpu.view.getUint32(at, true) & ~flagBit.trap, true)
}

function anyBases(cpu: CpuState, next: Random): void {
  const bases = [segment.fs, segment.gs].map((one) => state.segmentBases + 8 * one)
  for (const at of [...bases, state.kernelGsBase]) cpu.setU64(at, canonical(next()))
  cpu.setGeneral(number.rcx, anyBase(next))
}

function anyBaseRegister(cpu: CpuState, next: Random): void {
  anyBases(cpu, next)
  cpu.setGeneral(number.rcx, (next() << 32n) | pick(next, [0xc000_0100n, 0xc000_0101n, 0xc000_0102n, 0x10n]))
  const value = anyBase(next)
  cpu.setGeneral(number.rax, (next() << 32n) | (value & 0xffff_ffffn))
  cpu.setGeneral(number.rdx, (next() << 32n) | (value >> 32n))
}

function anyTime(cpu: CpuState, next: Random): void {
  for (const at of [state.units, state.tscOffset, state.tscAux]) cpu.setU64(at, next())
}

function anyControl(cpu: CpuState, next: Random): void {
  for (const at of [state.cr2, state.taskPriority]) cpu.setU64(at, next() & 0xf_ffff_ffffn)
}

/** Now and then with bits that PCIDs give a meaning, or with reserved ones. */
function anyTables(cpu: CpuState, next: Random): void {
  const odd = [1n << 63n, 0x18n, 0x7n, 1n << 40n, 1n << 52n, 0x1_0000_0000n]
  cpu.setGeneral(number.rax, pml4 | (oneIn(next, 2) ? pick(next, odd) : 0n))
}

function anySystemCall(cpu: CpuState, next: Random): void {
  cpu.setGeneral(number.rcx, anyBase(next))
  cpu.setGeneral(number.r11, next())
  for (const at of [state.star, state.lstar, state.fmask]) cpu.setU64(at, next())
  if (!oneIn(next, 4)) cpu.setU64(state.lstar, 0x1_0010n)
  if (!oneIn(next, 4)) cpu.setGeneral(number.rcx, 0x1_0010n)
}

function anyAddress(cpu: CpuState, next: Random): void {
  cpu.setGeneral(number.rax, oneIn(next, 2) ? next() & 0x3f_ffffn : anyBase(next))
  if (oneIn(next, 2)) cpu.setU64(state.segmentBases + 8 * segment.fs, canonical(next()))
}

/** Mostly what XSAVE writes for both components, and what asks for both. */
function anyHeader(cpu: CpuState, next: Random, at: number): void {
  cpu.setU64(state.xcr0, oneIn(next, 10) ? 1n : 3n)
  cpu.setGeneral(number.rax, oneIn(next, 10) ? next() : next() | 3n)
  cpu.setGeneral(number.rdx, next())
  const header = [oneIn(next, 10) ? next() & 7n : 3n, oneIn(next, 20) ? next() : 0n, 0n]
  for (const [index, value] of header.entries()) {
    cpu.view.setBigUint64(ramBase + at + 512 + 8 * index, value, true)
  }
}

/** Any state of x87 and SSE, and an area of it that is mostly aligned and in one page. */
function anyArea(cpu: CpuState, next: Random): void {
  const { osfxsr, osxsave } = cr4Bit
  if (!oneIn(next, 10)) cpu.setU64(state.cr4, BigInt(cpu.cr4 | osfxsr | osxsave))
  if (oneIn(next, 10)) cpu.setU64(state.cr0, BigInt((cpu.cr0 | pick(next, [cr0Bit.em, cr0Bit.ts])) >>> 0))
  const at = 0x2_0000 + Number(next() & 0x7c0n) + pick(next, [0, 0, 0, 0, 0, 0, 0xa00, 8, 16])
  cpu.setGeneral(number.rbx, BigInt(at) + (oneIn(next, 20) ? 1n << 47n : 0n))
  for (let offset = 0; offset < 512; offset += 8) cpu.view.setBigUint64(ramBase + at + offset, next(), true)
  const mxcsr = Number(next() & 0xffffn) | (oneIn(next, 5) ? 0x1_0000 : 0)
  cpu.view.setUint32(ramBase + at + 24, mxcsr, true)
  const isZero = oneIn(next, 10)
  for (let index = 0; index < 32; index++) cpu.setU64(state.xmm + 8 * index, isZero ? 0n : next())
  for (let index = 0; index < 8; index++) {
    cpu.setU64(state.x87 + 16 * index, next())
    cpu.setU64(state.x87 + 16 * index + 8, next() & 0xffffn)
  }
  anyHeader(cpu, next, at)
  cpu.setU32(state.x87Status, Number(next() & 0x7f7fn))
  for (const where of [state.x87Control, state.x87Full, state.mxcsr])
    cpu.setU32(where, Number(next() & 0xffn))
  for (const where of [state.x87Instruction, state.x87Operand]) cpu.setU64(where, next())
  cpu.setU32(state.x87Opcode, Number(next() & 0x7ffn))
}

const nothing: Setting = () => {}

const cases: readonly PlainCase[] = [
  ['cli', all, nothing],
  ['sti; nop', all, nothing],
  ['sti; ud2', all, nothing],
  ['pushf', all, anyStack],
  ['o16 pushf', long, anyStack],
  ['popf', all, anyImage],
  ['o16 popf', long, anyImage],
  ['stac', all, nothing],
  ['clac', all, nothing],
  ['swapgs', long, anyBases],
  ['rdfsbase rax', long, anyBases],
  ['rdgsbase r9d', long, anyBases],
  ['wrfsbase rcx', long, anyBases],
  ['wrgsbase ecx', long, anyBases],
  ['rdmsr', all, anyBaseRegister],
  ['wrmsr', all, anyBaseRegister],
  ['nop; rdtsc', all, anyTime],
  ['nop; rdtscp', all, anyTime],
  ...[0, 2, 3, 4].flatMap((index): PlainCase[] => [
    [`mov rbx, cr${index}`, long, anyControl],
    [`mov ebx, cr${index}`, legacy, anyControl],
  ]),
  ['mov rbx, cr8', long, anyControl],
  ['mov cr3, rax; nop', long, anyTables],
  ['mov cr3, eax; nop', ['real', 'prot32', 'compat32'], anyTables],
  ['mov rcx, [rbx]; invlpg [rbx]; invlpg [rax]; nop', long, anyAddress],
  ['invlpg [fs:rax]; invlpg [eax]; nop', long, anyAddress],
  ['invlpg [fs:eax]; nop', legacy, anyAddress],
  ['mov [rbx], al; fxsave [rbx]', long, anyArea],
  ['mov [rbx + 500], al; fxsave64 [rbx]', long, anyArea],
  ['mov cl, [rbx]; fxrstor [rbx]', long, anyArea],
  ['fxrstor64 [rbx]; fxsave64 [rbx]', long, anyArea],
  ['mov [rbx], cl; xsave [rbx]', long, anyArea],
  ['mov [rbx], cl; xsaveopt64 [rbx]', long, anyArea],
  ['mov cl, [rbx]; xrstor [rbx]', long, anyArea],
  ['xrstor64 [rbx]; xsave64 [rbx]', long, anyArea],
  ['syscall', long, anySystemCall],
  ['o64 sysret', long, anySystemCall],
]

test.each<PlainCase>(cases)('%s in WebAssembly does what TypeScript says', (...one) => {
  expect(comparePaths(rounds, anyState, one)).toBeGreaterThan(rounds / 3)
})

test.each([
  ['popf', 0],
  ['o64 sysret', 11],
] as const)('%s is plain while IF keeps an interrupt out', (code, register) => {
  const paths = new BothPaths()
  const run = (flag: number, waiting: number) =>
    paths.run({
      mode: 'long64',
      code,
      set: (cpu) => {
        cpu.view.setBigUint64(ramBase + Number(cpu.general(number.rsp)), BigInt(flag | 2), true)
        cpu.setGeneral(register, BigInt(flag | 2))
        cpu.setGeneral(number.rcx, 0x1_0010n)
        cpu.setU64(state.efer, cpu.u64(state.efer) | BigInt(eferBit.sce))
        cpu.setU32(state.pending, waiting)
      },
    })
  expect(run(0, 1)).toEqual({ end: 'ok', isPlain: true, differences: [] })
  expect(run(flagBit.interrupt, 0)).toEqual({ end: 'ok', isPlain: true, differences: [] })
  expect(run(flagBit.interrupt, 1)).toEqual({ end: 'ok', isPlain: false, differences: [] })
})

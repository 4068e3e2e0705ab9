import { PhysicalMemory } from '../../../src/machine/bus/physical-memory.ts'
import { PortSpace } from '../../../src/machine/bus/port-space.ts'
import { resetState } from '../../../src/machine/cpu/control/reset.ts'
import type { Compiled } from '../../../src/machine/cpu/core-instance.ts'
import { Cpu } from '../../../src/machine/cpu/cpu.ts'
import { rights, segment, state } from '../../../src/machine/cpu/state-layout.ts'
import type { CpuState } from '../../../src/machine/cpu/system/cpu-state.ts'
import {
  machineFeatures,
  type OptionalFeature,
  optionalFeature,
} from '../../../src/machine/cpu/table/features.ts'
import { mnemonicOf } from '../../../src/observe/exceptions.ts'
import { assemble } from './assemble.ts'
import '../generated-core.ts'

/** Modes that a test begins in; a final `u` is privilege level 3. */
export type ModeName =
  | 'real'
  | 'v86'
  | 'prot32'
  | 'prot32u'
  | 'pae32'
  | 'compat32'
  | 'compat32u'
  | 'long64'
  | 'long64u'

const codeAt = 0x1_0000
export const dataAt = 0x2_0000n
const stackAt = 0x3_0000n
const pml4 = 0x1000
const pdpt = 0x2000
const directory = 0x3000
/** PAE's four entries, which point to the same directory. */
export const paeTable = 0x4000

export const number = { rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7, r11: 11 } as const

/** Bit 47 alone. */
export const nonCanonical = 0x0000_8000_0000_0000n

/** For {@link Start.set}: a processor with these features. */
export function withFeatures(...names: OptionalFeature[]) {
  const bits = names.reduce((all, name) => all | optionalFeature[name], 0)
  return (cpu: CpuState) => cpu.setU32(state.optionalFeatures, bits)
}

export interface Answer {
  readonly cpu: Cpu
  readonly state: CpuState
  /** `#GP(0)` and the like, or `ok` when as many units as asked for were done. */
  readonly end: string
  general(name: keyof typeof number): bigint
}

export interface Start {
  readonly mode: ModeName
  readonly code: string
  readonly general?: Partial<Record<keyof typeof number, bigint>>
  /** Changes to the state before it runs. */
  readonly set?: (cpu: CpuState) => void
  readonly units?: number
}

/** Runs as many units of `code`, all of its instructions if nothing is said, or up to an exception. */
export function execute(start: Start): Answer {
  const cpu = newProcessor()
  const end = executeOn(cpu, start)
  return { cpu, state: cpu.state, end, general: (name) => cpu.state.general(number[name]) }
}

export function newProcessor(core?: Compiled): Cpu {
  const cpu = new Cpu(new PhysicalMemory(2 ** 22), new PortSpace(), machineFeatures, core)
  cpu.stopsAtExceptions = true
  return cpu
}

/** Answers how it ended. The processor begins anew, whatever it has done before. */
export function executeOn(cpu: Cpu, { mode, code, general = {}, set, units }: Start): string {
  const { state: cpuState } = cpu
  cpu.poke(codeAt, assemble(mode === 'real' || mode === 'v86' ? 16 : mode.startsWith('long') ? 64 : 32, code))
  pageTables(cpu)
  resetState(cpuState, 'power')
  enter(cpuState, mode)
  for (const [name, value] of Object.entries(general)) {
    cpuState.setGeneral(number[name as keyof typeof number], value)
  }
  set?.(cpuState)
  cpu.settle()
  const { stop } = cpu.run(units ?? code.split(/[;\n]/).filter((line) => line.trim() !== '').length)
  const end =
    stop.kind === 'exception'
      ? `${mnemonicOf(stop.vector) ?? stop.vector}(${stop.code})`
      : stop.kind === 'budget'
        ? 'ok'
        : stop.kind
  return end
}

/** 4 MiB one to one, for everybody, in large pages. */
function pageTables(cpu: Cpu): void {
  const view = new DataView(cpu.ram.buffer, cpu.ram.byteOffset)
  const entry = (at: number, index: number, value: number) =>
    view.setBigUint64(at + 8 * index, BigInt(value), true)
  entry(pml4, 0, pdpt | 7)
  entry(pdpt, 0, directory | 7)
  for (const page of [0, 1]) entry(directory, page, (page << 21) | 0x87)
  for (let index = 0; index < 4; index++) entry(paeTable, index, directory | 1)
}

function enter(cpu: CpuState, mode: ModeName): void {
  cpu.setGeneral(number.rsp, stackAt)
  cpu.rip = BigInt(codeAt)
  cpu.setU64(state.cr0, 0x11n)
  if (mode === 'real') {
    cpu.setU64(state.cr0, 0x10n)
    cpu.setParagraph(segment.cs, codeAt >> 4)
    cpu.rip = 0n
    return
  }
  const isUser = mode.endsWith('u') || mode === 'v86'
  const ring = isUser ? 3 : 0
  cpu.cpl = ring
  if (mode === 'v86') {
    cpu.flags = 0x2_0002
    for (let one = segment.es; one <= segment.gs; one++) {
      cpu.setSegment(one, { selector: 0, base: 0n, limit: 0xffff, rights: 0xf3 })
    }
    cpu.setParagraph(segment.cs, codeAt >> 4)
    cpu.rip = 0n
    return
  }
  const is64 = mode.startsWith('long')
  const access = 0x93 | (ring << rights.dplShift) | rights.granular
  const flat = { base: 0n, limit: 0xffff_ffff }
  for (let one = segment.es; one <= segment.gs; one++) {
    cpu.setSegment(one, { ...flat, selector: 0x10 | ring, rights: access | rights.big })
  }
  const width = is64 ? rights.long : rights.big
  cpu.setSegment(segment.cs, { ...flat, selector: 0x08 | ring, rights: access | rights.code | width })
  if (mode === 'prot32' || mode === 'prot32u') return
  cpu.setU64(state.cr0, 0x8001_0011n)
  cpu.setU64(state.cr4, 0x20n)
  if (mode === 'pae32') {
    cpu.setU64(state.cr3, BigInt(paeTable))
    for (let index = 0; index < 4; index++) cpu.setU64(state.pdptes + 8 * index, BigInt(directory | 1))
    return
  }
  cpu.setU64(state.efer, 0xd01n)
  cpu.setU64(state.cr3, BigInt(pml4))
}

import { PhysicalMemory } from '../../src/machine/bus/physical-memory.ts'
import { PortSpace } from '../../src/machine/bus/port-space.ts'
import { Cpu } from '../../src/machine/cpu/cpu.ts'
import type { Bits } from '../../src/machine/cpu/decode/decoder.ts'
import { rights, segment, state } from '../../src/machine/cpu/state-layout.ts'
import { optionalFeature } from '../../src/machine/cpu/table/features.ts'
import type { Case } from './cases.ts'
import { features } from './encoding.ts'
import type { FloatState } from './float-state.ts'
import { baseOf, codeAt, dataWindow, segment16, stackWindow, takenOffset, type Widths } from './layout.ts'
import type { Result } from './vectors.ts'
import '../machine/generated-core.ts'
import { type RegisterFile, setRegisters } from '../machine/register-file.ts'

/** More than any repeated instruction of the cases takes. */
const maxUnits = 10

const unknownEnd = 0x1000

/** A way of ours to run code of one width. */
export interface Way {
  readonly name: string
  readonly cpu: Cpu
  /** Sends every access of memory through a slow handler. */
  readonly withEmptyTlb: boolean
  /** The code's distance from where the host had it. */
  readonly shift: number
}

/** The last byte of a page: longer instructions go on in the next, and are decoded each time. */
const atPageEnd = 0xfff

/** With the segments that `recorder.c` sets up, and every feature that the cases need. */
export function waysToRun({ bits, stackBits }: Widths): readonly Way[] {
  return Object.entries(cpusFor(bits, stackBits)).flatMap(([name, cpu]: [string, Cpu]) => [
    { name, cpu, withEmptyTlb: false, shift: 0 },
    { name: `${name}, empty TLB`, cpu, withEmptyTlb: true, shift: 0 },
    // Segments of 16-bit code end with the page.
    ...(bits === 16 ? [] : [{ name: `${name}, two pages`, cpu, withEmptyTlb: false, shift: atPageEnd }]),
  ])
}

function cpusFor(bits: Bits, stackBits: Bits): Record<string, Cpu> {
  if (bits === 64) return { long: long() }
  if (bits === 16) return { segments: segmented(stackBits) }
  return stackBits === 16 ? { 'small stack': smallStack() } : { flat: flat(), limits: limited() }
}

/** Null for code that cannot be run in this way. */
export function runCase(input: Case, { cpu, withEmptyTlb, shift }: Way): Result | null {
  if (shift !== 0 && !input.isMovable) return null
  const { form, code, registers, rflags, float, data, stack } = input
  if (withEmptyTlb) cpu.flushTlb()
  cpu.poke(codeAt + shift, code)
  cpu.poke(dataWindow.at, data)
  cpu.poke(stackWindow.at, stack)
  registers.forEach((value, number) => {
    cpu.state.setU64(state.registers + 8 * number, value)
  })
  cpu.state.flags = rflags
  setFloatState(cpu, float)
  const start = BigInt(codeAt + shift - baseOf(form, 'code'))
  cpu.state.rip = start
  let [endedAt, errorCode] = [-1, 0]
  for (let unit = 0; unit < maxUnits && endedAt < 0; unit++) {
    const { stop } = cpu.run(1)
    const moved = Number(cpu.state.rip - start)
    if (stop.kind === 'exception') {
      endedAt = 0x100 + stop.vector
      errorCode = stop.code
    } else if (stop.kind !== 'budget') endedAt = unknownEnd
    else if (moved === code.length) endedAt = 0
    else if (moved === takenOffset) endedAt = 1
  }
  const window = ({ at, bytes }: { at: number; bytes: number }) => cpu.ram.subarray(at, at + bytes)
  const general = Array.from({ length: 16 }, (_, number) => cpu.state.general(number))
  const memory = { data: window(dataWindow), stack: window(stackWindow) }
  const rest = { rflags: cpu.state.flags, endedAt, errorCode, float: floatStateOf(cpu) }
  return { registers: general, ...rest, ...memory }
}

/** Where one of R0 to R7 stands, of its ten bytes. */
const x87At = (number: number) => state.x87 + 16 * number

export function setFloatState({ state: cpu }: Cpu, float: FloatState): void {
  const memory = new Uint8Array(cpu.view.buffer)
  memory.set(float.vectors, state.xmm)
  for (let number = 0; number < 8; number++) {
    memory.set(float.registers.subarray(10 * number, 10 * number + 10), x87At(number))
  }
  cpu.setU32(state.mxcsr, float.mxcsr)
  cpu.setU32(state.x87Control, float.control)
  cpu.setU32(state.x87Status, float.status)
  cpu.setU32(state.x87Full, float.full)
}

function floatStateOf({ state: cpu }: Cpu): FloatState {
  const memory = new Uint8Array(cpu.view.buffer)
  const registers = new Uint8Array(80)
  for (let number = 0; number < 8; number++) {
    registers.set(memory.subarray(x87At(number), x87At(number) + 10), 10 * number)
  }
  return {
    vectors: memory.slice(state.xmm, state.xmm + 256),
    mxcsr: cpu.u32(state.mxcsr),
    registers,
    control: cpu.u32(state.x87Control),
    status: cpu.u32(state.x87Status),
    full: cpu.u32(state.x87Full),
  }
}

const machineBytes = 4 << 20
const pageTables = { pml4: 0x1000, pdpt: 0x2000, directory: 0x3000 } as const
/** CR4.OSFXSR and OSXMMEXCPT. */
const floating = 0x600
const presentAndWritable = 3
const largePage = 0x80

function made(registers: Pick<RegisterFile, 'cr0' | 'cr4' | 'efer' | 'long'>): Cpu {
  const cpu = new Cpu(new PhysicalMemory(machineBytes), new PortSpace(), features)
  cpu.stopsAtExceptions = true
  const cr3 = BigInt(pageTables.pml4)
  const { aes, pclmulqdq, 'sha-ni': sha } = optionalFeature
  cpu.state.setU32(state.optionalFeatures, aes | pclmulqdq | sha)
  setRegisters(cpu, { general: Array(16).fill(0n), rip: 0n, rflags: 2, cr3, ...registers })
  return cpu
}

/** All of RAM mapped one to one in large pages. */
function long(): Cpu {
  const cpu = made({ cr0: 0x8001_0031, cr4: 0x20 | floating, efer: 0xd00, long: true })
  const view = new DataView(cpu.ram.buffer, cpu.ram.byteOffset)
  const { pml4, pdpt, directory } = pageTables
  view.setUint32(pml4, pdpt | presentAndWritable, true)
  view.setUint32(pdpt, directory | presentAndWritable, true)
  for (const at of [0, 1]) {
    view.setUint32(directory + 8 * at, (at << 21) | largePage | presentAndWritable, true)
  }
  return cpu
}

function flat(): Cpu {
  return made({ cr0: 0x31, cr4: floating, efer: 0, long: false })
}

/** Flat but for limits: code of 32 bits runs as segmented code does. */
function limited(): Cpu {
  const cpu = flat()
  for (const number of [segment.ds, segment.es, segment.ss]) {
    cpu.state.setSegment(number, { ...cpu.state.segment(number), limit: 0xffff_efff })
  }
  cpu.settle()
  return cpu
}

const data = rights.present | rights.nonSystem | rights.writable | rights.accessed

function setSegment(cpu: Cpu, number: number, base: number, limit: number, allowed = data): void {
  cpu.state.setSegment(number, { selector: 7, base: BigInt(base), limit, rights: allowed })
}

/** 32-bit code with a 16-bit stack. */
function smallStack(): Cpu {
  const cpu = flat()
  setSegment(cpu, segment.ss, segment16.stack, segment16.dataLimit)
  cpu.settle()
  return cpu
}

function segmented(stackBits: Bits): Cpu {
  const cpu = stackBits === 16 ? smallStack() : flat()
  setSegment(cpu, segment.cs, segment16.code, segment16.codeLimit, data | rights.code)
  setSegment(cpu, segment.ds, segment16.data, segment16.dataLimit)
  setSegment(cpu, segment.es, segment16.data, segment16.dataLimit)
  cpu.settle()
  return cpu
}

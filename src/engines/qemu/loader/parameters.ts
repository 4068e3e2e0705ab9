import { memoryMapLayouts } from '../../../boot/memory-map.ts'
import type {
  EntryState,
  GeneralRegister,
  MachineFact,
  MachineFactHole,
  MemoryMapHole,
} from '../../../boot/plan.ts'
import { parameterBytes } from './stub.ts'

/** A list in memory: how many entries, and where. */
export interface ListAt {
  readonly count: number
  readonly at: number
}

/** Bytes to be copied below 1 MiB, where SeaBIOS works until the stub starts. */
export interface LowCopy {
  readonly to: number
  readonly from: number
  readonly length: number
  readonly zeros: number
}

export const lowCopyBytes = 16
export const factBytes = 16

/** Where the stub keeps each fact, from `scratch.facts` on. */
const factOffsets: Readonly<Record<MachineFact, number>> = {
  mapEntries: 0,
  mapBytes: 8,
  lowerKiB: 16,
  upperKiB: 24,
  rsdpAddress: 32,
  rsdp: 40,
}

const registerOrder: readonly GeneralRegister[] = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp']

/** `parameter` of stub.asm. */
export function encodeParameters(
  map: MemoryMapHole | null,
  copies: ListAt,
  facts: ListAt,
  cpu: EntryState,
): Uint8Array {
  const layout = map ? memoryMapLayouts[map.format] : null
  const { gdt } = cpu
  const words = [
    map ? Number(map.at) : 0,
    map?.capacity ?? 0,
    Number(layout?.leadingSize ?? false),
    Number(layout?.trailingZero ?? false),
    Number(layout?.endTag ?? false),
    copies.count,
    copies.at,
    facts.count,
    facts.at,
    cpu.cr0,
    Number(cpu.cr3),
    cpu.cr4,
    cpu.efer,
    ...gdtr(gdt.base, gdt.limit),
    gdt.code,
    gdt.data,
    gdt.task,
    Number(cpu.mode === 'long64'),
    0,
  ]
  const bytes = new Uint8Array(parameterBytes)
  const view = new DataView(bytes.buffer)
  words.forEach((word, index) => {
    view.setUint32(index * 4, word, true)
  })
  const wide = [cpu.rip, ...registerOrder.map((name) => cpu.registers[name] ?? 0n)]
  wide.forEach((value, index) => {
    view.setBigUint64(words.length * 4 + index * 8, value, true)
  })
  return bytes
}

/** The operand of LGDT: 16 bits of limit, 32 of base. */
function gdtr(base: bigint, limit: number): [number, number] {
  const at = Number(base)
  return [(limit | (at << 16)) >>> 0, at >>> 16]
}

export function encodeLowCopies(copies: readonly LowCopy[]): Uint8Array {
  return encodeWords(copies.map(({ to, from, length, zeros }) => [to, from, length, zeros]))
}

export function encodeFacts(facts: readonly MachineFactHole[]): Uint8Array {
  return encodeWords(facts.map(({ at, fact, size, plus }) => [Number(at), factOffsets[fact], size, plus]))
}

function encodeWords(rows: readonly (readonly number[])[]): Uint8Array {
  const words = rows.flat()
  const bytes = new Uint8Array(words.length * 4)
  const view = new DataView(bytes.buffer)
  words.forEach((word, index) => {
    view.setUint32(index * 4, word, true)
  })
  return bytes
}

import { memoryMapEntryBytes, memoryMapLayouts } from '../../boot/memory-map.ts'
import type { MachineFact, MemoryMapHole } from '../../boot/plan.ts'

/** `[start, end)` of physical memory. */
interface MapRange {
  readonly start: number
  readonly end: number
  /** As E820 numbers it. */
  readonly type: 1 | 2
}

const available = 1
const reserved = 2
const kib = 1024
const mib = 1024 * kib
/** The extended BIOS data area: the last KiB of conventional memory. */
const ebda = { start: 639 * kib, end: 640 * kib }
const bios = { start: 0xf0000, end: 0x100000 }

/** What a BIOS would say of a machine of ours. */
export function memoryMapOf(memoryMiB: number): readonly MapRange[] {
  const low: MapRange[] = [
    { start: 0, end: ebda.start, type: available },
    { ...ebda, type: reserved },
    { ...bios, type: reserved },
  ]
  return memoryMiB > 1 ? [...low, { start: mib, end: memoryMiB * mib, type: available }] : low
}

/** The map as a hole wants it, an end tag behind it where the format has one. */
export function encodeMemoryMap(map: readonly MapRange[], { format, capacity }: MemoryMapHole): Uint8Array {
  const { leadingSize, trailingZero, endTag } = memoryMapLayouts[format]
  const entries = map.slice(0, capacity).map(({ start, end, type }) => {
    const entry = new DataView(new ArrayBuffer(memoryMapEntryBytes(format)))
    const at = leadingSize ? 4 : 0
    if (leadingSize) entry.setUint32(0, 20, true)
    entry.setBigUint64(at, BigInt(start), true)
    entry.setBigUint64(at + 8, BigInt(end - start), true)
    entry.setUint32(at + 16, type, true)
    if (trailingZero) entry.setUint32(at + 20, 0, true)
    return new Uint8Array(entry.buffer)
  })
  const end = endTag ? [Uint8Array.of(0, 0, 0, 0, 8, 0, 0, 0)] : []
  return concatenate([...entries, ...end])
}

/** Facts that are numbers; there is no ACPI, so no root pointer: its address and its bytes are 0. */
export function factsOf(
  map: readonly MapRange[],
  hole: MemoryMapHole | null,
): Readonly<Record<MachineFact, number>> {
  const mapEntries = Math.min(map.length, hole?.capacity ?? 0)
  const upper = map.find(({ start, type }) => start === mib && type === available)
  return {
    mapEntries,
    mapBytes: hole ? mapEntries * memoryMapEntryBytes(hole.format) : 0,
    lowerKiB: ebda.start / kib,
    upperKiB: upper ? (upper.end - upper.start) / kib : 0,
    rsdpAddress: 0,
    rsdp: 0,
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

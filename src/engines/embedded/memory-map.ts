import { memoryMapEntryBytes, memoryMapLayouts } from '../../boot/memory-map.ts'
import type { MachineFact, MemoryMapHole } from '../../boot/plan.ts'
import type { FirmwareMemory } from '../../machine/firmware-memory.ts'

/** The map as a hole wants it, an end tag behind it where the format has one. */
export function encodeMemoryMap(map: FirmwareMemory['map'], { format, capacity }: MemoryMapHole): Uint8Array {
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

const kib = 1024
const mib = 1024 * kib
const available = 1

/** Facts that are numbers. Without ACPI the root pointer's address is 0. */
export function numbersOf(
  { map, rsdp }: FirmwareMemory,
  hole: MemoryMapHole | null,
): Readonly<Record<Exclude<MachineFact, 'rsdp'>, number>> {
  const mapEntries = Math.min(map.length, hole?.capacity ?? 0)
  const bytesFrom = (at: number) => {
    const range = map.find(({ start, type }) => start === at && type === available)
    return range ? range.end - range.start : 0
  }
  return {
    mapEntries,
    mapBytes: hole ? mapEntries * memoryMapEntryBytes(hole.format) : 0,
    lowerKiB: bytesFrom(0) / kib,
    upperKiB: bytesFrom(mib) / kib,
    rsdpAddress: rsdp?.at ?? 0,
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

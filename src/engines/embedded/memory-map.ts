import { endTagBytes, memoryMapEntryBytes, memoryMapLayouts } from '../../boot/memory-map.ts'
import type { MachineFact, MemoryMapHole } from '../../boot/plan.ts'
import type { FirmwareMemory } from '../../machine/firmware-memory.ts'

/** The map as a hole wants it, an end tag behind it where the format has one. */
export function encodeMemoryMap(map: FirmwareMemory['map'], { format, capacity }: MemoryMapHole): Uint8Array {
  const { leadingSize, trailingZero, endTag } = memoryMapLayouts[format]
  const entries = map.slice(0, capacity)
  const size = memoryMapEntryBytes(format)
  const view = new DataView(new ArrayBuffer(entries.length * size + (endTag ? endTagBytes : 0)))
  const setU64 = (at: number, value: number) => {
    view.setUint32(at, value % 2 ** 32, true)
    view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
  }
  for (const [index, { start, end, type }] of entries.entries()) {
    const at = index * size + (leadingSize ? 4 : 0)
    if (leadingSize) view.setUint32(index * size, 20, true)
    setU64(at, start)
    setU64(at + 8, end - start)
    view.setUint32(at + 16, type, true)
    if (trailingZero) view.setUint32(at + 20, 0, true)
  }
  // Type 0, then its size.
  if (endTag) view.setUint32(entries.length * size + 4, endTagBytes, true)
  return new Uint8Array(view.buffer)
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

import { features, signature } from './cpu/control/model.ts'
import { firmwareTables, type MachineFacts } from './firmware/tables/firmware-tables.ts'
import { type MemoryRange, memoryMap } from './firmware/tables/memory-map.ts'
import { pciRoutings } from './firmware/tables/pci-routing.ts'
import { apicMemory } from './layout.ts'
import type { MachineShape } from './machine-shape.ts'
import type { RamPart } from './ram-image.ts'

/** What firmware leaves in memory for whoever it starts. */
export interface FirmwareMemory {
  readonly parts: readonly RamPart[]
  readonly map: readonly MemoryRange[]
  /** ACPI's root pointer; null where there is no ACPI. */
  readonly rsdp: RamPart | null
}

export function firmwareMemory(shape: MachineShape, ramBytes: number): FirmwareMemory {
  const named = firmwareTables(factsOf(shape, ramBytes)).map(({ name, at, bytes }) => {
    return { name, part: { at, bytes: new Uint8Array(bytes), size: bytes.length } }
  })
  return {
    parts: named.map(({ part }) => part),
    map: memoryMap(ramBytes),
    rsdp: named.find(({ name }) => name === 'RSD PTR ')?.part ?? null,
  }
}

function factsOf(shape: MachineShape, ramBytes: number): MachineFacts {
  const edx = Object.values(features.leaf1Edx).reduce((bits: number, bit) => bits | (1 << bit), 0)
  const processor = { signature, features: edx >>> 0 }
  return { ramBytes, routing: pciRoutings[shape], localApic: apicMemory.first, processor }
}

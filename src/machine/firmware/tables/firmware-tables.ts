import { invariant } from '../../../support/invariant.ts'
import { bios32Entries, romSegment } from '../bios/bios-rom.ts'
import { bios32Directory } from './bios32.ts'
import { dsdt } from './dsdt.ts'
import { facs } from './facs.ts'
import { fadt } from './fadt.ts'
import { madt } from './madt.ts'
import { acpiMemory } from './memory-map.ts'
import { mpFloatingPointer, mpTable } from './mp-table.ts'
import type { PciRouting } from './pci-routing.ts'
import { pir } from './pir.ts'
import type { ProcessorIdentity } from './processor-identity.ts'
import { rsdp } from './rsdp.ts'
import { rsdt, xsdt } from './rsdt.ts'
import { smbiosEntryPoint, smbiosTable } from './smbios.ts'
import type { Bytes } from './table-fields.ts'

/** Facts of the machine that the tables tell. */
export interface MachineFacts {
  readonly ramBytes: number
  readonly routing: PciRouting
  /** Physical address of the processor's local APIC. */
  readonly localApic: number
  readonly processor: ProcessorIdentity
}

/** A table at a physical address. */
export interface PlacedTable {
  readonly name: string
  readonly at: number
  readonly bytes: Bytes
}

/** What of the BIOS segment is the tables': whoever scans it finds them at 16-byte boundaries. */
const romRoom = { first: 0xf4000, bytes: 0x2000 } as const
const paragraph = 16
/** The FACS wants it; the others are content. */
const cacheLine = 64

/** All tables, in ascending order; there is no ACPI in a machine without memory above 1 MiB. */
export function firmwareTables(facts: MachineFacts): readonly PlacedTable[] {
  const rom = new Shelf(romRoom.first, romRoom.bytes, paragraph)
  const acpi = addAcpi(facts, rom)
  rom.add('$PIR', pir(facts.routing))
  rom.add('_32_', bios32Directory(romSegment * 16 + bios32Entries.directory))
  const mp = rom.add('PCMP', mpTable(facts.localApic, facts.processor))
  rom.add('_MP_', mpFloatingPointer(mp))
  const smbios = smbiosTable(facts.ramBytes, facts.processor)
  const structures = rom.add('SMBIOS', smbios.bytes)
  rom.add('_SM_', smbiosEntryPoint(smbios, structures))
  return [...rom.tables, ...acpi]
}

/** The root pointer goes into the BIOS segment, everything else to the end of RAM. */
function addAcpi({ ramBytes, localApic, routing }: MachineFacts, rom: Shelf): readonly PlacedTable[] {
  const memory = acpiMemory(ramBytes)
  if (!memory) return []
  const nvs = new Shelf(memory.nvs, ramBytes - memory.nvs, cacheLine)
  const shelf = new Shelf(memory.tables, memory.nvs - memory.tables, cacheLine)
  const pointers = { facs: nvs.add('FACS', facs()), dsdt: shelf.add('DSDT', dsdt(ramBytes, routing)) }
  const tables = [shelf.add('FACP', fadt(pointers)), shelf.add('APIC', madt(localApic))]
  const roots = { rsdt: shelf.add('RSDT', rsdt(tables)), xsdt: shelf.add('XSDT', xsdt(tables)) }
  rom.add('RSD PTR ', rsdp(roots))
  return [...shelf.tables, ...nvs.tables]
}

/** A range of memory that is filled with tables from its start. */
class Shelf {
  readonly tables: PlacedTable[] = []
  readonly #end: number
  readonly #alignment: number
  #next: number

  constructor(first: number, bytes: number, alignment: number) {
    this.#next = first
    this.#end = first + bytes
    this.#alignment = alignment
  }

  /** Answers the table's address. */
  add(name: string, bytes: Bytes): number {
    const at = this.#next
    invariant(at + bytes.length <= this.#end, `there is room for ${name}`)
    this.tables.push({ name, at, bytes })
    this.#next = Math.ceil((at + bytes.length) / this.#alignment) * this.#alignment
    return at
  }
}

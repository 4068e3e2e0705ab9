import type { ProcessorIdentity } from './processor-identity.ts'
import { type Bytes, text, u8, u16, u32, withChecksum, zeros } from './table-fields.ts'

const specification14 = 4
const checksumAt = { pointer: 10, table: 7 } as const
const headerBytes = 44

/** The floating pointer (MultiProcessor Specification 1.4, section 4.1): virtual wire mode. */
export function mpFloatingPointer(table: number): Bytes {
  const paragraphs = 1
  const pointer = [...text('_MP_'), ...u32(table), ...u8(paragraphs), ...u8(specification14), ...u8(0)]
  return withChecksum([...pointer, ...zeros(5)], checksumAt.pointer)
}

/** The configuration table (section 4.2): one processor, its LINT0 wired to the 8259A and LINT1 to NMI. */
export function mpTable(localApic: number, { signature, features }: ProcessorIdentity): Bytes {
  const integratedApic = 0x14
  const bootstrapProcessor = 3
  const bus = { pci: 0, isa: 1 }
  const interrupt = { nmi: 1, external: 3 }
  const allApics = 0xff
  const entries: readonly Bytes[] = [
    [0, 0, integratedApic, bootstrapProcessor, ...u32(signature), ...u32(features), ...zeros(8)],
    [1, bus.pci, ...text('PCI', 6)],
    [1, bus.isa, ...text('ISA', 6)],
    [4, interrupt.external, ...u16(0), bus.isa, 0, 0, 0],
    [4, interrupt.nmi, ...u16(0), bus.isa, 0, allApics, 1],
  ]
  const body = entries.flat()
  const header = [...text('PCMP'), ...u16(headerBytes + body.length), ...u8(specification14), ...u8(0)]
  const names = [...text('KTEST', 8), ...text('PC', 12)]
  const counts = [...u32(0), ...u16(0), ...u16(entries.length), ...u32(localApic), ...u32(0)]
  return withChecksum([...header, ...names, ...counts, ...body], checksumAt.table)
}

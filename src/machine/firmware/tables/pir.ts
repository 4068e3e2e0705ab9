import { type PciRouting, possibleIrqs, routedSlots } from './pci-routing.ts'
import { type Bytes, text, u8, u16, u32, withChecksum, zeros } from './table-fields.ts'

const headerBytes = 32
const checksumAt = 31
/** Slots that have a connector have a number; what is soldered to the board has 0. */
const soldered = 0

/** The PCI interrupt routing table (Microsoft, PCI IRQ Routing Table Specification 1.0). */
export function pir(routing: PciRouting): Bytes {
  const { router } = routing
  const options = routingOptions(routing)
  const location = [...u8(0), ...u8((router.device << 3) | router.function)]
  const noExclusiveIrqs = u16(0)
  return withChecksum(
    [
      ...text('$PIR'),
      ...u16(0x0100),
      ...u16(headerBytes + options.length),
      ...location,
      ...noExclusiveIrqs,
      ...u16(router.vendor),
      ...u16(router.id),
      ...u32(0),
      ...zeros(12),
      ...options,
    ],
    checksumAt,
  )
}

/** Slot by slot, as the PCI BIOS tells them too. */
export function routingOptions(routing: PciRouting): Bytes {
  const { first, last } = routedSlots
  return Array.from({ length: last - first + 1 }, (_, index) => slot(routing, first + index)).flat()
}

/** For each pin the router's register, and the IRQs that it can have. */
function slot({ inputs, inputOf }: PciRouting, device: number): Bytes {
  const pins = [0, 1, 2, 3].flatMap((pin) => [
    ...u8(inputs[inputOf(device, pin)]?.register ?? 0),
    ...u16(possibleIrqs),
  ])
  return [...u8(0), ...u8(device << 3), ...pins, ...u8(soldered), ...u8(0)]
}

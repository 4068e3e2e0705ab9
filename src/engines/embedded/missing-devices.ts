import type { UnknownAccess } from '../../machine/unknown-accesses.ts'
import { hex } from '../../support/hex.ts'

/** What guests expect at fixed addresses, and this engine's machine does not have yet. */
const missing = [
  { at: 0xfec0_0000, name: 'an I/O APIC' },
  { at: 0xfed0_0000, name: 'an HPET' },
] as const

/** Tells, once each, of devices that a guest has looked for in vain and that QEMU has. */
export function missingDeviceNotes(tell: (text: string) => void): (access: UnknownAccess) => void {
  const told = new Set<string>()
  return ({ space, at }) => {
    const device = missing.find((one) => space === 'memory' && one.at === at)
    if (!device || told.has(device.name)) return
    told.add(device.name)
    tell(`the guest looks for ${device.name} at ${hex(BigInt(at))}: --engine qemu has one`)
  }
}

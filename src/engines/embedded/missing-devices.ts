import type { UnknownAccess } from '../../machine/unknown-accesses.ts'
import { hex } from '../../support/hex.ts'

/** What guests expect at fixed addresses, and this engine's machine does not have yet. */
const missing = [
  { at: 0xfec0_0000, name: 'an I/O APIC' },
  { at: 0xfed0_0000, name: 'an HPET' },
] as const

const bytesOfMiB = 2 ** 20
/** Addresses from here on are hardly meant to be RAM: pointers gone wild, windows of devices. */
const likelyRamMiB = 1024

/**
 * Tells, once each, of devices that a guest has looked for in vain and that QEMU has, and of RAM that it
 * takes for granted: tutorials' kernels often have its size built in.
 */
export function missingDeviceNotes(
  tell: (text: string) => void,
  memoryMiB: number,
): (access: UnknownAccess) => void {
  const told = new Set<string>()
  const tellOnce = (what: string, text: string) => {
    if (!told.has(what)) tell(text)
    told.add(what)
  }
  return ({ space, at, isWrite }) => {
    if (space !== 'memory') return
    const place = hex(BigInt(at))
    const device = missing.find((one) => one.at === at)
    if (device) {
      tellOnce(device.name, `the guest looks for ${device.name} at ${place}: --engine qemu has one`)
    } else if (isWrite && at >= memoryMiB * bytesOfMiB && at < likelyRamMiB * bytesOfMiB) {
      const ram = `past the end of its ${memoryMiB} MiB of RAM`
      tellOnce(ram, `the guest writes to ${place}, ${ram}: --memory gives it more [past-ram]`)
    }
  }
}

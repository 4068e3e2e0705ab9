import type { PciIdentity } from './pci-function.ts'

/** What QEMU and Bochs call the standard VGA: framebuffer, registers in memory, and a place for its BIOS. */
export const vgaFunction: PciIdentity = {
  vendor: 0x1234,
  device: 0x1111,
  revision: 2,
  classCode: 0x03_0000,
  bars: [{ kind: 'prefetchable', bytes: 2 ** 24 }, null, { kind: 'memory', bytes: 4096 }],
  romBytes: 2 ** 16,
}

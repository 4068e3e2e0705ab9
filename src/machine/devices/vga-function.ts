import { videoMemoryBytes } from '../layout.ts'
import type { PciIdentity } from './pci-function.ts'

/** Of the window with registers in memory. */
export const vgaRegisterBytes = 4096

/** What QEMU and Bochs call the standard VGA: framebuffer, registers in memory, and a place for its BIOS. */
export const vgaFunction: PciIdentity = {
  vendor: 0x1234,
  device: 0x1111,
  revision: 2,
  classCode: 0x03_0000,
  bars: [
    { kind: 'prefetchable', bytes: videoMemoryBytes },
    null,
    { kind: 'memory', bytes: vgaRegisterBytes },
  ],
  romBytes: 2 ** 16,
}

import type { PciIdentity } from './pci-function.ts'
import { attributeMapRegisters } from './programmable-attribute-map.ts'

/** Where its attribute map begins. */
export const i440fxAttributeMap = 0x59

/** The 82441FX (290549), the host bridge of a 440FX chip set. */
export const i440fxHostBridge: PciIdentity = {
  vendor: 0x8086,
  device: 0x1237,
  revision: 2,
  classCode: 0x06_0000,
  own: [
    ...attributeMapRegisters(i440fxAttributeMap),
    // Eight DRAM row boundaries, in units of 8 MiB; the memory controller itself is always ready.
    ...Array.from(
      { length: 8 },
      (_, row) => ({ at: 0x60 + row, bytes: 1, value: 1, writable: 0xff }) as const,
    ),
    // SMRAM control: system management memory is not there, and cannot be opened.
    { at: 0x72, bytes: 1, value: 2, writable: 0 },
  ],
}

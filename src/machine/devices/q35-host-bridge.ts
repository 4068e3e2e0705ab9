import type { PciIdentity } from './pci-function.ts'
import { attributeMapRegisters } from './programmable-attribute-map.ts'

/** Where its attribute map begins. */
export const q35AttributeMap = 0x90

/** The DRAM controller of the Intel Q35 (316966), device 0: a host bridge. */
export const q35HostBridge: PciIdentity = {
  vendor: 0x8086,
  device: 0x29c0,
  classCode: 0x06_0000,
  own: [
    ...attributeMapRegisters(q35AttributeMap),
    // SMRAM and ESMRAMC: system management memory is not there, and cannot be opened.
    { at: 0x9d, bytes: 1, value: 0x0a, writable: 0 },
    { at: 0x9e, bytes: 1, value: 0x38, writable: 0 },
  ],
}

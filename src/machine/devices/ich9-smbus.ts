import type { PciIdentity } from './pci-function.ts'

/** The ICH9 (316972), device 31, function 3: the SMBus, by ports alone. */
export const ich9Smbus: PciIdentity = {
  vendor: 0x8086,
  device: 0x2930,
  revision: 2,
  classCode: 0x0c_0500,
  status: 0x0280,
  interruptPin: 2,
  bars: [null, null, null, null, { kind: 'ports', bytes: 32 }],
  // HOSTC
  own: [{ at: 0x40, bytes: 1, value: 0, writable: 0x07 }],
}

import type { PciIdentity } from './pci-function.ts'
import { interruptRoutes } from './piix3.ts'

/** The ICH9 (316972), device 31: the bridge to the LPC bus, with power management. */
export const ich9LpcBridge: PciIdentity = {
  vendor: 0x8086,
  device: 0x2918,
  revision: 2,
  classCode: 0x06_0100,
  status: 0x0210,
  isMultifunction: true,
  own: [
    // PMBASE, ACPI_CNTL, GPIOBASE, GC
    { at: 0x40, bytes: 4, value: 1, writable: 0xff80 },
    { at: 0x44, bytes: 1, value: 0, writable: 0x87 },
    { at: 0x48, bytes: 4, value: 1, writable: 0xff80 },
    { at: 0x4c, bytes: 1, value: 0, writable: 0x10 },
    // PIRQA to D, SIRQ_CNTL, PIRQE to H
    ...interruptRoutes(0x60),
    { at: 0x64, bytes: 1, value: 0x10, writable: 0xcf },
    ...interruptRoutes(0x68),
    // LPC_I/O_DEC, LPC_EN, GEN_PMCON_1, RCBA
    { at: 0x80, bytes: 2, value: 0, writable: 0x1377 },
    { at: 0x82, bytes: 2, value: 0, writable: 0x3f0f },
    { at: 0xa0, bytes: 2, value: 0, writable: 0x07bb },
    { at: 0xf0, bytes: 4, value: 0, writable: 0xffff_c001 },
  ],
  windows: {
    power: { kind: 'ports', bytes: 128, base: { at: 0x40 }, enable: { at: 0x44, bit: 0x80 } },
  },
}

import type { PciIdentity } from './pci-function.ts'

/** The 82371AB (290562), function 3: power management, and the SMBus. */
export const piix4Power: PciIdentity = {
  vendor: 0x8086,
  device: 0x7113,
  revision: 3,
  classCode: 0x06_8000,
  status: 0x0280,
  interruptPin: 1,
  own: [
    // PMBA and what lets it be seen, PMREGMISC
    { at: 0x40, bytes: 4, value: 1, writable: 0xffc0 },
    { at: 0x80, bytes: 1, value: 0, writable: 0x01 },
    // CNTA and CNTB, GPICTL, DEVRESD
    { at: 0x44, bytes: 4, value: 0, writable: -1 },
    { at: 0x48, bytes: 4, value: 0, writable: 0x0173_ffff },
    { at: 0x4c, bytes: 4, value: 0, writable: 0x0fff_ffff },
    { at: 0x50, bytes: 4, value: 0, writable: 0x007f_583f },
    { at: 0x54, bytes: 4, value: 0, writable: -1 },
    // DEVACTB, with APMC_EN: firmware that finds it set need not wait for a system management interrupt.
    { at: 0x58, bytes: 4, value: 0x0200_0000, writable: 0x03ff_ff77 },
    // DEVRESA to DEVRESJ
    { at: 0x5c, bytes: 4, value: 0x9000_0000, writable: -1 },
    { at: 0x60, bytes: 4, value: 0x6000_0000, writable: 0xf7ff_ffff },
    { at: 0x64, bytes: 4, value: 0x0800_0000, writable: 0xffef_ffff },
    { at: 0x68, bytes: 4, value: 0, writable: 0x001f_ffff },
    { at: 0x6c, bytes: 4, value: 0, writable: 0xffff_80ff },
    { at: 0x70, bytes: 4, value: 0, writable: 0x001f_ffff },
    { at: 0x74, bytes: 4, value: 0, writable: 0xffff_80ff },
    { at: 0x78, bytes: 4, value: 0, writable: 0x001f_ffff },
    { at: 0x7c, bytes: 4, value: 0, writable: 0x001f_ffff },
    // SMBBA, SMBHSTCFG, SMBSLVC, SMBSHDW1 and 2
    { at: 0x90, bytes: 4, value: 1, writable: 0xfff0 },
    { at: 0xd2, bytes: 1, value: 0, writable: 0x0f },
    { at: 0xd3, bytes: 1, value: 0, writable: 0xff },
    { at: 0xd4, bytes: 1, value: 0, writable: 0xff },
    { at: 0xd5, bytes: 1, value: 0, writable: 0xff },
  ],
  windows: {
    power: { kind: 'ports', bytes: 64, base: { at: 0x40 }, enable: { at: 0x80, bit: 1 } },
    smbus: { kind: 'ports', bytes: 16, base: { at: 0x90 }, enable: { at: 0xd2, bit: 1 } },
  },
}

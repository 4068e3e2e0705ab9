import type { OwnRegister, OwnWindow, PciIdentity } from './pci-function.ts'

const intel = 0x8086

/** Of an interrupt that is not routed. */
const notRouted = 0x80
const routeBits = 0x8f

/** PIRQRC registers: to which input of the interrupt controllers PIRQA# to PIRQD# go. */
export function interruptRoutes(at: number): readonly OwnRegister[] {
  return [0, 1, 2, 3].map((index) => ({
    at: at + index,
    bytes: 1,
    value: notRouted,
    writable: routeBits,
  }))
}

/** The 82371SB (290550), function 0: the bridge to the ISA bus. */
export const piix3IsaBridge: PciIdentity = {
  vendor: intel,
  device: 0x7000,
  classCode: 0x06_0100,
  status: 0x0200,
  isMultifunction: true,
  own: [
    // IORT, XBCS: timings, and which X-bus devices are decoded.
    { at: 0x4c, bytes: 1, value: 0x4d, writable: 0xff },
    { at: 0x4e, bytes: 2, value: 0x0003, writable: 0x01f7 },
    ...interruptRoutes(0x60),
    // TOM, MSTAT (its bit 15 is only ever cleared), MBIRQ0
    { at: 0x69, bytes: 1, value: 0x02, writable: 0xfe },
    { at: 0x6a, bytes: 2, value: 0, writable: 0x00d1 },
    { at: 0x70, bytes: 1, value: notRouted, writable: 0xef },
    // MBDMA0 and 1, PCSC, APICBASE, DLC, SMICNTL, SMIEN, SEE, FTMR, CTLTMR, CTHTMR. Nothing requests an SMI.
    { at: 0x76, bytes: 1, value: 0x0c, writable: 0x8f },
    { at: 0x77, bytes: 1, value: 0x0c, writable: 0x8f },
    { at: 0x78, bytes: 2, value: 0x0002, writable: 0xffff },
    { at: 0x80, bytes: 1, value: 0, writable: 0x7f },
    { at: 0x82, bytes: 1, value: 0, writable: 0x0f },
    { at: 0xa0, bytes: 1, value: 0x08, writable: 0x1f },
    { at: 0xa2, bytes: 2, value: 0, writable: 0x01ff },
    { at: 0xa4, bytes: 4, value: 0, writable: 0xefff_fffb },
    { at: 0xa8, bytes: 1, value: 0x0f, writable: 0xff },
    { at: 0xac, bytes: 1, value: 0, writable: 0xff },
    { at: 0xae, bytes: 1, value: 0, writable: 0xff },
  ],
}

const decodeEnable = 0x80

/** Ports that are decoded while IDETIM's bit 15 is set. */
const legacyPorts = (base: number, bytes: number, timing: number): OwnWindow => ({
  kind: 'ports',
  bytes,
  base,
  enable: { at: timing + 1, bit: decodeEnable },
  obeysCommand: true,
})

/**
 * The 82371SB's function 1: two IDE channels at their historical ports. Its bus master's ports can be moved,
 * and nobody is there.
 */
export const piix3Ide: PciIdentity = {
  vendor: intel,
  device: 0x7010,
  classCode: 0x01_0180,
  status: 0x0280,
  bars: [null, null, null, null, { kind: 'ports', bytes: 16 }],
  own: [
    // IDETIM of both channels, SIDETIM
    { at: 0x40, bytes: 2, value: 0, writable: 0xf3ff },
    { at: 0x42, bytes: 2, value: 0, writable: 0xf3ff },
    { at: 0x44, bytes: 1, value: 0, writable: 0xff },
  ],
  windows: {
    primaryCommand: legacyPorts(0x1f0, 8, 0x40),
    primaryControl: legacyPorts(0x3f6, 1, 0x40),
    secondaryCommand: legacyPorts(0x170, 8, 0x42),
    secondaryControl: legacyPorts(0x376, 1, 0x42),
  },
}

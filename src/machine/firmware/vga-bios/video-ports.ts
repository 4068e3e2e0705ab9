import type { Ports } from '../../bus/port-space.ts'

export const videoPort = {
  attribute: 0x3c0,
  attributeRead: 0x3c1,
  miscellaneous: 0x3c2,
  sequencer: 0x3c4,
  dacMask: 0x3c6,
  dacReadIndex: 0x3c7,
  dacWriteIndex: 0x3c8,
  dacData: 0x3c9,
  miscellaneousRead: 0x3cc,
  graphics: 0x3ce,
  monochromeCrtc: 0x3b4,
  colorCrtc: 0x3d4,
} as const

/** From a CRT controller's index port: input status 1. */
const statusFromCrtc = 6
/** In the attribute controller's index: the screen is fed from the palette. */
export const paletteOn = 0x20

/** A register behind an index port, whose data port is the next one. */
export function setRegister(ports: Ports, indexPort: number, index: number, value: number): void {
  ports.write(indexPort, 2, index | (value << 8))
}

export function register(ports: Ports, indexPort: number, index: number): number {
  ports.write(indexPort, 1, index)
  return ports.read(indexPort + 1, 1)
}

/** Where the CRT controller is in the mode at hand. */
export function crtcPort(ports: Ports): number {
  const isColor = (ports.read(videoPort.miscellaneousRead, 1) & 1) !== 0
  return isColor ? videoPort.colorCrtc : videoPort.monochromeCrtc
}

/** A register of the attribute controller; the screen stays on. */
export function setAttribute(ports: Ports, index: number, value: number): void {
  expectAttributeIndex(ports)
  ports.write(videoPort.attribute, 1, index)
  ports.write(videoPort.attribute, 1, value)
  ports.write(videoPort.attribute, 1, paletteOn)
}

/** Red, green and blue of 6 bits each, of colors from `first` on. */
export function setColors(ports: Ports, first: number, parts: Iterable<number>): void {
  ports.write(videoPort.dacWriteIndex, 1, first)
  for (const part of parts) ports.write(videoPort.dacData, 1, part)
}

/** The attribute controller's port takes an index next. */
export function expectAttributeIndex(ports: Ports): void {
  ports.read(crtcPort(ports) + statusFromCrtc, 1)
}

/** A register of the attribute controller. */
export function attribute(ports: Ports, index: number): number {
  expectAttributeIndex(ports)
  ports.write(videoPort.attribute, 1, index | paletteOn)
  const value = ports.read(videoPort.attributeRead, 1)
  expectAttributeIndex(ports)
  return value
}

/** Red, green and blue of colors from `first` on. */
export function colors(ports: Ports, first: number, count: number): Uint8Array {
  ports.write(videoPort.dacReadIndex, 1, first)
  return Uint8Array.from({ length: 3 * count }, () => ports.read(videoPort.dacData, 1))
}

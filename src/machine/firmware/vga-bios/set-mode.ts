import type { Ports } from '../../bus/port-space.ts'
import { modeColors, type VideoMode } from './mode-tables.ts'
import {
  crtcPort,
  expectAttributeIndex,
  paletteOn,
  setColors,
  setRegister,
  videoPort,
} from './video-ports.ts'

/** Of the sequencer: held while clocks change, and runs. */
const reset = { held: 1, running: 3 } as const
const screenOff = 0x20
/** The CRT controller's register that protects 0 to 7, without that bit. */
const unprotected = { index: 0x11, value: 0 } as const
const colors = 256

/** Writes all registers of a mode. Its colors are another matter, and so is what is in memory. */
export function writeModeRegisters(ports: Ports, mode: VideoMode): void {
  const { sequencer, crtc, graphics, attribute } = mode
  setRegister(ports, videoPort.sequencer, 0, reset.held)
  setRegister(ports, videoPort.sequencer, 1, (sequencer[1] ?? 0) | screenOff)
  ports.write(videoPort.miscellaneous, 1, mode.miscellaneous)
  writeFrom(ports, videoPort.sequencer, sequencer, 2)
  setRegister(ports, videoPort.sequencer, 0, reset.running)
  const at = crtcPort(ports)
  setRegister(ports, at, unprotected.index, unprotected.value)
  writeFrom(ports, at, crtc, 0)
  writeFrom(ports, videoPort.graphics, graphics, 0)
  expectAttributeIndex(ports)
  for (const [index, value] of attribute.entries()) {
    ports.write(videoPort.attribute, 1, index)
    ports.write(videoPort.attribute, 1, value)
  }
  ports.write(videoPort.attribute, 1, paletteOn)
  setRegister(ports, videoPort.sequencer, 1, sequencer[1] ?? 0)
}

/** The colors of a mode; those that it does not name are black. */
export function writeModeColors(ports: Ports, number: number): void {
  const parts = modeColors(number)
  ports.write(videoPort.dacMask, 1, 0xff)
  setColors(ports, 0, [...parts, ...new Array<number>(3 * colors - parts.length).fill(0)])
}

function writeFrom(ports: Ports, indexPort: number, values: readonly number[], first: number): void {
  for (let index = first; index < values.length; index++) {
    setRegister(ports, indexPort, index, values[index] ?? 0)
  }
}

import { font, glyphHeight } from '../../../support/font-8x16.ts'
import type { Ports } from '../../bus/port-space.ts'
import { glyphBytes } from './load-font.ts'
import { modeColors, videoMode } from './mode-tables.ts'
import { writeModeRegisters } from './set-mode.ts'
import { setColors, videoPort } from './video-ports.ts'

/** Planes past all registers: a machine is built sooner than by the way of a guest. */
export interface FontPlanes {
  setBytes(plane: number, at: number, bytes: Uint8Array): void
}

const startMode = 3
const fontPlane = 2

/** What POST does to a VGA after reset: mode 3 with its font; the cells are left alone. */
export function startVideo(ports: Ports, planes: FontPlanes): void {
  const mode = videoMode(startMode)
  if (mode) writeModeRegisters(ports, mode)
  ports.write(videoPort.dacMask, 1, 0xff)
  setColors(ports, 0, modeColors(startMode))
  const glyphs = new Uint8Array((font.length / glyphHeight) * glyphBytes)
  for (let code = 0; code * glyphBytes < glyphs.length; code++) {
    glyphs.set(font.subarray(code * glyphHeight, (code + 1) * glyphHeight), code * glyphBytes)
  }
  planes.setBytes(fontPlane, 0, glyphs)
}

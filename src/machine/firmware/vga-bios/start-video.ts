import { font, glyphHeight } from '../../../support/font-8x16.ts'
import type { Ports } from '../../bus/port-space.ts'
import { type FontMemory, loadFont } from './load-font.ts'
import { videoMode } from './mode-tables.ts'
import { writeModeColors, writeModeRegisters } from './set-mode.ts'

const startMode = 3

/** What POST does to the VGA: mode 3 with its font; the cells are left alone. */
export function startVideo(ports: Ports, memory: FontMemory): void {
  const mode = videoMode(startMode)
  if (mode) writeModeRegisters(ports, mode)
  writeModeColors(ports, startMode)
  loadFont(ports, memory, { glyphs: font, height: glyphHeight, first: 0, block: 0 })
}

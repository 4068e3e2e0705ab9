import type { Frame } from '../../bios/frame.ts'
import { colors, setColors } from '../video-ports.ts'
import { display, displayEnable, displayRegister, setDisplayRegister } from './display-registers.ts'
import { inMode, vbeStatus } from './vbe-function.ts'

const mostDepth = 8
const allColors = 256

const isWide = (enable: number) => (enable & displayEnable.wideDac) !== 0

/** Function 08h: bits of a color's parts in the DAC; of those that it has, the next that are fewer. */
export const controlDac = inMode(({ regs }, { ports }, mode) => {
  if (mode.depth > mostDepth) return vbeStatus.notInMode
  const enable = displayRegister(ports, display.enable)
  switch (regs.bl) {
    case 0: {
      const next = regs.bh >= 8 ? enable | displayEnable.wideDac : enable & ~displayEnable.wideDac
      setDisplayRegister(ports, display.enable, next)
      regs.bh = isWide(next) ? 8 : 6
      return vbeStatus.done
    }
    case 1:
      regs.bh = isWide(enable) ? 8 : 6
      return vbeStatus.done
    default:
      return vbeStatus.failed
  }
})

/** Function 09h, by BL; there is no second palette. */
const access = { set: 0x00, get: 0x01, setSecond: 0x02, getSecond: 0x03, setInRetrace: 0x80 } as const

/** Function 09h: blue, green, red and a byte that means nothing, for each color. */
export const accessPalette = inMode((frame, { ports }, mode) => {
  const { bl, cx, dx, di } = frame.regs
  if (mode.depth > mostDepth) return vbeStatus.notInMode
  if (dx + cx > allColors) return vbeStatus.failed
  switch (bl) {
    case access.set:
    case access.setInRetrace:
      setColors(ports, dx, turned(readColors(frame, di, cx), 4, 3))
      return vbeStatus.done
    case access.get:
      frame.write('es', di, Uint8Array.from(turned(colors(ports, dx, cx), 3, 4)))
      return vbeStatus.done
    case access.setSecond:
    case access.getSecond:
      return vbeStatus.notByHardware
    default:
      return vbeStatus.failed
  }
})

const readColors = (frame: Frame, di: number, count: number) => frame.read('es', di, 4 * count)

/** Three parts the other way round, of colors of so many bytes each. */
function turned(parts: Uint8Array, from: 3 | 4, to: 3 | 4): readonly number[] {
  const count = parts.length / from
  return Array.from({ length: count * to }, (_, at) => {
    const [color, part] = [Math.floor(at / to), at % to]
    return part < 3 ? (parts[color * from + 2 - part] ?? 0) : 0
  })
}

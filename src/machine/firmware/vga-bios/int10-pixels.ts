import type { Platform, Service } from '../bios/service.ts'
import { modeFacts } from './mode-facts.ts'
import { type Raster, rasterOf } from './raster.ts'

const exclusiveOr = 0x80

interface Pixel {
  readonly raster: Raster
  readonly depth: number
  readonly column: number
  /** In its eight, from the left. */
  readonly dot: number
}

function pixelAt(platform: Platform, x: number): Pixel | null {
  const facts = modeFacts(platform.data.videoMode)
  if (!facts || facts.kind === 'text' || x >= 8 * facts.columns) return null
  return { raster: rasterOf(platform, facts), depth: facts.depth, column: x >> 3, dot: x & 7 }
}

const writePixel: Service = ({ regs }, platform) => {
  const pixel = pixelAt(platform, regs.cx)
  if (!pixel) return 'done'
  const { raster, depth, column, dot } = pixel
  const eight = [...raster.read(regs.bh, column, regs.dx)]
  const color = regs.al & (2 ** depth - 1)
  const isXor = depth < 8 && (regs.al & exclusiveOr) !== 0
  eight[dot] = isXor ? (eight[dot] ?? 0) ^ color : color
  raster.write(regs.bh, column, regs.dx, eight)
  return 'done'
}

const readPixel: Service = ({ regs }, platform) => {
  const pixel = pixelAt(platform, regs.cx)
  regs.al = pixel?.raster.read(regs.bh, pixel.column, regs.dx)[pixel.dot] ?? 0
  return 'done'
}

/** Functions of single pixels, by AH. */
export const pixelFunctions: ReadonlyMap<number, Service> = new Map([
  [0x0c, writePixel],
  [0x0d, readPixel],
])

import type { Platform, Service } from '../bios/service.ts'
import { factsNow } from './facts-now.ts'
import type { Raster } from './raster.ts'
import { rasterOf } from './raster-of.ts'

const exclusiveOr = 0x80

interface Pixel {
  readonly raster: Raster
  readonly depth: number
  readonly column: number
  /** In its eight, from the left. */
  readonly dot: number
}

function pixelAt(platform: Platform, x: number): Pixel | null {
  const facts = factsNow(platform)
  if (!facts || facts.kind === 'text' || x >= 8 * facts.columns) return null
  return { raster: rasterOf(platform, facts), depth: facts.depth, column: x >> 3, dot: x & 7 }
}

const writePixel: Service = ({ regs }, platform) => {
  const pixel = pixelAt(platform, regs.cx)
  if (!pixel) return 'done'
  const { raster, depth, column, dot } = pixel
  const eight = [...raster.read(regs.bh, column, regs.dx)]
  const color = raster.ink?.(regs.al) ?? regs.al & (2 ** depth - 1)
  const isXor = depth < 8 && (regs.al & exclusiveOr) !== 0
  eight[dot] = isXor ? (eight[dot] ?? 0) ^ color : color
  raster.write(regs.bh, column, regs.dx, eight)
  return 'done'
}

const readPixel: Service = ({ regs }, platform) => {
  const pixel = pixelAt(platform, regs.cx)
  const value = pixel?.raster.read(regs.bh, pixel.column, regs.dx)[pixel.dot] ?? 0
  regs.al = pixel?.raster.colorOf?.(value) ?? value
  return 'done'
}

/** Functions of single pixels, by AH. */
export const pixelFunctions: ReadonlyMap<number, Service> = new Map([
  [0x0c, writePixel],
  [0x0d, readPixel],
])

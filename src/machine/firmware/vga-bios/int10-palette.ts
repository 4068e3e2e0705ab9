import type { Frame } from '../bios/frame.ts'
import type { Platform, Service } from '../bios/service.ts'
import { factsNow } from './facts-now.ts'
import { attribute, colors, setAttribute, setColors, videoPort } from './video-ports.ts'

const register = { mode: 0x10, border: 0x11, select: 0x14 } as const
const paletteColors = 16
const bits = { blink: 0x08, sixteenBanks: 0x80 } as const

type Function = (frame: Frame, platform: Platform) => void

const setOne: Function = ({ regs }, { ports }) => {
  if (regs.bl <= register.select) setAttribute(ports, regs.bl, regs.bh)
}

const setBorder: Function = ({ regs }, { ports }) => setAttribute(ports, register.border, regs.bh)

/** Sixteen registers and the border. */
const setAll: Function = (frame, { ports }) => {
  const values = frame.read('es', frame.regs.dx, paletteColors + 1)
  for (const [index, value] of values.entries()) {
    setAttribute(ports, index < paletteColors ? index : register.border, value)
  }
}

const setBlink: Function = ({ regs }, { ports }) => {
  const mode = attribute(ports, register.mode)
  setAttribute(ports, register.mode, regs.bl & 1 ? mode | bits.blink : mode & ~bits.blink)
}

const getOne: Function = ({ regs }, { ports }) => {
  if (regs.bl <= register.select) regs.bh = attribute(ports, regs.bl)
}

const getBorder: Function = ({ regs }, { ports }) => {
  regs.bh = attribute(ports, register.border)
}

const getAll: Function = (frame, { ports }) => {
  const indexes = [...Array(paletteColors).keys(), register.border]
  frame.write(
    'es',
    frame.regs.dx,
    Uint8Array.from(indexes, (index) => attribute(ports, index)),
  )
}

const setColor: Function = ({ regs }, { ports }) =>
  setColors(ports, regs.bx & 0xff, [regs.dh, regs.ch, regs.cl])

const setBlock: Function = (frame, { ports }) => {
  const { bx, cx, dx } = frame.regs
  setColors(ports, bx & 0xff, frame.read('es', dx, 3 * cx))
}

const setMask: Function = ({ regs }, { ports }) => ports.write(videoPort.dacMask, 1, regs.bl)

const getMask: Function = ({ regs }, { ports }) => {
  regs.bl = ports.read(videoPort.dacMask, 1)
}

/** Which part of the DAC sixteen colors come from: BL 0 chooses the size of parts, 1 the part. */
const selectBank: Function = ({ regs }, { ports }) => {
  const mode = attribute(ports, register.mode)
  if (regs.bl === 0) {
    setAttribute(ports, register.mode, (mode & ~bits.sixteenBanks) | (regs.bh & 1 ? bits.sixteenBanks : 0))
  } else setAttribute(ports, register.select, mode & bits.sixteenBanks ? regs.bh & 15 : (regs.bh & 3) << 2)
}

const getColor: Function = ({ regs }, { ports }) => {
  const [red = 0, green = 0, blue = 0] = colors(ports, regs.bx & 0xff, 1)
  Object.assign(regs, { dh: red, ch: green, cl: blue })
}

const getBlock: Function = (frame, { ports }) => {
  const { bx, cx, dx } = frame.regs
  frame.write('es', dx, colors(ports, bx & 0xff, cx))
}

const getBank: Function = ({ regs }, { ports }) => {
  const isSixteen = (attribute(ports, register.mode) & bits.sixteenBanks) !== 0
  const select = attribute(ports, register.select)
  Object.assign(regs, { bl: isSixteen ? 1 : 0, bh: isSixteen ? select & 15 : (select >> 2) & 3 })
}

/** To levels of gray that are as bright: 30% red, 59% green, 11% blue. */
const toGray: Function = ({ regs }, { ports }) => {
  const parts = colors(ports, regs.bx & 0xff, regs.cx)
  const grays = parts.map((_, at) => {
    const first = at - (at % 3)
    const [red = 0, green = 0, blue = 0] = parts.subarray(first, first + 3)
    return Math.round(0.3 * red + 0.59 * green + 0.11 * blue)
  })
  setColors(ports, regs.bx & 0xff, grays)
}

/** Function 10h, by AL. */
const functions: Readonly<Record<number, Function>> = {
  ...{ 0: setOne, 1: setBorder, 2: setAll, 3: setBlink, 7: getOne, 8: getBorder, 9: getAll },
  ...{ 16: setColor, 18: setBlock, 19: selectBank, 21: getColor, 23: getBlock, 24: setMask, 25: getMask },
  ...{ 26: getBank, 27: toGray },
}

const palette: Service = (frame, platform) => {
  functions[frame.regs.al]?.(frame, platform)
  return 'done'
}

const intensity = 0x10

/**
 * The CGA's palettes: BH 0 sets border and background, 1 chooses green, red, brown or cyan, magenta, white.
 */
const cgaPalette: Service = ({ regs }, platform) => {
  const { ports } = platform
  const bright = (attribute(ports, 1) & intensity) !== 0
  if (regs.bh === 0) {
    const isGraphics = factsNow(platform)?.kind !== 'text'
    const color = (regs.bl & 7) | (regs.bl & 8 ? intensity : 0)
    setAttribute(ports, register.border, color)
    if (isGraphics) setAttribute(ports, 0, color)
    if (isGraphics) for (const index of [1, 2, 3]) setIntensity(platform, index, (regs.bl & intensity) !== 0)
  } else {
    for (const index of [1, 2, 3]) {
      setAttribute(ports, index, 2 * index + (regs.bl & 1 ? 1 : 0))
      setIntensity(platform, index, bright)
    }
  }
  return 'done'
}

function setIntensity({ ports }: Platform, index: number, isBright: boolean): void {
  const color = attribute(ports, index)
  setAttribute(ports, index, isBright ? color | intensity : color & ~intensity)
}

/** Functions of colors, by AH (Ralf Brown's Interrupt List). */
export const paletteFunctions: ReadonlyMap<number, Service> = new Map([
  [0x0b, cgaPalette],
  [0x10, palette],
])

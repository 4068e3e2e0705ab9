import type { Platform, Service } from '../bios/service.ts'
import { shapeCursor } from './cursor.ts'
import { fonts } from './fonts.ts'
import { loadFont } from './load-font.ts'
import { romFonts, romSegment } from './rom-map.ts'
import { setVector } from './vectors.ts'
import { crtcPort, register, setRegister, videoPort } from './video-ports.ts'

const fontVector = { upperHalf: 0x1f, graphics: 0x43 } as const
/** The CRT controller's registers that a height of characters is about. */
const crtc = { overflow: 0x07, lines: 0x09, displayEnd: 0x12 } as const
/** Function 11h adds this to load a font and to set the height. */
const setsHeight = 0x10
const romHeights: Readonly<Record<number, keyof typeof fonts>> = { 1: 14, 2: 8, 4: 16 }

/** Functions 1100h to 1114h: into plane 2. */
const loadText: Service = (frame, platform) => {
  const { al, bh, bl, bp, cx, dx } = frame.regs
  const number = al & ~setsHeight
  const romHeight = romHeights[number]
  if (number === 3) {
    setRegister(platform.ports, videoPort.sequencer, 3, bl)
    return 'done'
  }
  if (number !== 0 && !romHeight) return 'done'
  const font = romHeight ? fonts[romHeight] : { glyphs: frame.read('es', bp, cx * bh), height: bh }
  if (font.height === 0 || font.height > 32) return 'done'
  loadFont(platform.ports, platform.memory, { ...font, first: romHeight ? 0 : dx, block: bl })
  if (al & setsHeight) setCharacterHeight(platform, font.height)
  return 'done'
}

/** As many rows as fit on the lines of the mode. */
function setCharacterHeight(platform: Platform, height: number): void {
  const { data, ports } = platform
  const at = crtcPort(ports)
  const overflow = register(ports, at, crtc.overflow)
  const lines = (register(ports, at, crtc.displayEnd) | ((overflow & 2) << 7) | ((overflow & 0x40) << 3)) + 1
  const rows = Math.floor(lines / height)
  setRegister(ports, at, crtc.lines, (register(ports, at, crtc.lines) & 0xe0) | (height - 1))
  const shown = rows * height - 1
  setRegister(ports, at, crtc.displayEnd, shown & 0xff)
  setRegister(ports, at, crtc.overflow, (overflow & ~0x42) | ((shown >> 7) & 2) | ((shown >> 3) & 0x40))
  Object.assign(data, {
    characterHeight: height,
    lastRow: rows - 1,
    pageBytes: (data.columns * rows * 2 + 0xff) & ~0xff,
  })
  shapeCursor(platform, data.cursorShape >> 8, data.cursorShape & 0xff)
}

/** Functions 1120h to 1124h: what graphics modes draw with. BL and DL tell the number of rows. */
const useForGraphics: Service = (frame, { data, memory }) => {
  const { al, bl, bp, cx, dl } = frame.regs
  const es = frame.selector('es')
  if (al === 0x20) {
    setVector(memory, fontVector.upperHalf, es, bp)
    return 'done'
  }
  const height = romHeights[al === 0x22 ? 1 : al === 0x23 ? 2 : 4] ?? 16
  if (al === 0x21) setVector(memory, fontVector.graphics, es, bp)
  else setVector(memory, fontVector.graphics, romSegment, romFonts[height])
  const rows = [dl, 14, 25, 43][bl] ?? 25
  Object.assign(data, { characterHeight: al === 0x21 ? cx : height, lastRow: rows - 1 })
  return 'done'
}

/** Function 1130h: where a font is; BH 0 and 1 are what vectors point to. */
const fontInformation: Service = (frame, { data, memory }) => {
  const { regs } = frame
  const rom = [
    null,
    null,
    romFonts[14],
    romFonts[8],
    romFonts[8] + 8 * 128,
    romFonts[14],
    romFonts[16],
    romFonts[16],
  ]
  const offset = rom[regs.bh]
  if (offset === undefined) return 'done'
  const vector = memory.read(4 * (regs.bh === 0 ? fontVector.upperHalf : fontVector.graphics), 4)
  const [low = 0, high = 0, segmentLow = 0, segmentHigh = 0] = vector
  frame.setSegment('es', offset === null ? segmentLow | (segmentHigh << 8) : romSegment)
  Object.assign(regs, { bp: offset ?? low | (high << 8), cx: data.characterHeight, dl: data.lastRow })
  return 'done'
}

const characterGenerator: Service = (frame, platform) => {
  const { al } = frame.regs
  if (al < 0x20) return loadText(frame, platform)
  if (al <= 0x24) return useForGraphics(frame, platform)
  return al === 0x30 ? fontInformation(frame, platform) : 'done'
}

/** Function 11h (Ralf Brown's Interrupt List). */
export const fontFunctions: ReadonlyMap<number, Service> = new Map([[0x11, characterGenerator]])

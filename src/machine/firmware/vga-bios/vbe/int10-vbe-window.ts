import { videoMemoryBytes } from '../../../layout.ts'
import type { Registers } from '../../bios/registers.ts'
import type { Platform } from '../../bios/service.ts'
import { display, displayRegister, setDisplayRegister } from './display-registers.ts'
import { inMode, vbeStatus } from './vbe-function.ts'
import { bitsOfPixel, bytesOfLines, type VbeMode } from './vbe-modes.ts'

const banks = videoMemoryBytes / 0x1_0000
/** Pixels that a line is made of. */
const step = 8
const widest = 16_000

/** Function 05h: which bank the window at A0000h shows. */
export const controlWindow = inMode(({ regs }, { ports }, mode) => {
  if (mode.isLinear) return vbeStatus.notInMode
  if (regs.bl !== 0 || regs.bh > 1) return vbeStatus.failed
  if (regs.bh === 1) regs.dx = displayRegister(ports, display.bank)
  else if (regs.dx >= banks) return vbeStatus.failed
  else setDisplayRegister(ports, display.bank, regs.dx)
  return vbeStatus.done
})

/** Function 06h, by BL. */
const lineLength = { setPixels: 0, get: 1, setBytes: 2, getMost: 3 } as const

/** Function 06h: lines may be longer than the screen is wide. */
export const controlLines = inMode(({ regs }, platform, mode) => {
  switch (regs.bl) {
    case lineLength.setPixels:
      return setLine(regs, platform, mode, regs.cx)
    case lineLength.setBytes:
      return setLine(regs, platform, mode, Math.ceil(regs.cx / bytesOfLines(mode, 1)))
    case lineLength.get:
      return tellLine(regs, mode, displayRegister(platform.ports, display.virtualWidth))
    case lineLength.getMost:
      return tellLine(regs, mode, mostPixels(mode))
    default:
      return vbeStatus.failed
  }
})

/** The next longer line that is possible. */
function setLine(regs: Registers, { ports }: Platform, mode: VbeMode, pixels: number): number {
  const rounded = Math.ceil(pixels / step) * step
  if (rounded > mostPixels(mode)) return vbeStatus.notByHardware
  setDisplayRegister(ports, display.virtualWidth, rounded)
  return tellLine(regs, mode, displayRegister(ports, display.virtualWidth))
}

function tellLine(regs: Registers, mode: VbeMode, pixels: number): number {
  const lines = Math.min(Math.floor((videoMemoryBytes * 8) / (pixels * bitsOfPixel(mode))), 0xffff)
  Object.assign(regs, { bx: bytesOfLines(mode, pixels), cx: pixels, dx: lines })
  return vbeStatus.done
}

function mostPixels(mode: VbeMode): number {
  const fitting = Math.floor((videoMemoryBytes * 8) / (mode.height * bitsOfPixel(mode)))
  return Math.min(fitting - (fitting % step), widest)
}

/** Function 07h, by BL; 80h more: in the vertical retrace. */
const start = { set: 0, get: 1, setAddress: 2, wasShown: 4 } as const
const inRetrace = 0x80

/** Function 07h: which part of the memory the screen shows. */
export const controlStart = inMode(({ regs }, { ports }, mode) => {
  switch (regs.bl) {
    case start.set:
    case start.set | inRetrace:
      return show(ports, mode, regs.cx, regs.dx)
    case start.get: {
      const [cx, dx] = [display.xOffset, display.yOffset].map((index) => displayRegister(ports, index))
      Object.assign(regs, { bh: 0, cx, dx })
      return vbeStatus.done
    }
    case start.setAddress:
    case start.setAddress | inRetrace: {
      const pixel = Math.floor(regs.ecx / bytesOfLines(mode, 1))
      const pixels = displayRegister(ports, display.virtualWidth)
      return show(ports, mode, pixel % pixels, Math.floor(pixel / pixels))
    }
    case start.wasShown:
      regs.cx = 1
      return vbeStatus.done
    default:
      return vbeStatus.failed
  }
})

/** Not beyond the end of the memory. */
function show(ports: Platform['ports'], mode: VbeMode, x: number, y: number): number {
  const pixels = displayRegister(ports, display.virtualWidth)
  const end = (y + mode.height - 1) * pixels + x + mode.width
  if ((end * bitsOfPixel(mode)) / 8 > videoMemoryBytes) return vbeStatus.notByHardware
  setDisplayRegister(ports, display.xOffset, x)
  setDisplayRegister(ports, display.yOffset, y)
  return vbeStatus.done
}

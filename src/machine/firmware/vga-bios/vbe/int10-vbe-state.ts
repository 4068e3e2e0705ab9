import { controlParts, type SavedVideoPart, videoParts } from '../video-state.ts'
import { display, displayRegister, setDisplayRegister } from './display-registers.ts'
import { type VbeFunction, vbeStatus } from './vbe-function.ts'

/** Registers in the order in which they can be put back: a mode is switched on before it is moved. */
const kept = [
  ...[display.width, display.height, display.depth, display.enable],
  ...[display.bank, display.virtualWidth, display.xOffset, display.yOffset],
] as const
/** The bit of the enable register that leaves memory alone. */
const keepsMemory = 0x80

const displayPart: SavedVideoPart = {
  bytes: 2 * kept.length + 2,
  save: ({ ports, data }) => [
    ...kept.flatMap((index) => twoBytes(displayRegister(ports, index))),
    ...twoBytes(data.vbeMode),
  ],
  restore({ ports, data }, saved) {
    const word = (at: number) => (saved[at] ?? 0) | ((saved[at + 1] ?? 0) << 8)
    setDisplayRegister(ports, display.enable, 0)
    for (const [at, index] of kept.entries()) {
      const value = word(2 * at)
      setDisplayRegister(ports, index, index === display.enable ? value | keepsMemory : value)
    }
    setDisplayRegister(ports, display.enable, word(2 * kept.indexOf(display.enable)))
    data.vbeMode = word(2 * kept.length)
  },
}

const twoBytes = (value: number) => [value & 0xff, value >> 8]

/** By bit of CX: the VGA's registers, BIOS data, the DAC, and those of VBE. */
const parts = [...videoParts, displayPart]

/** Function 04h. */
export const controlState: VbeFunction = (frame, platform) =>
  controlParts(frame, platform, parts, frame.regs.dl) ? vbeStatus.done : vbeStatus.failed

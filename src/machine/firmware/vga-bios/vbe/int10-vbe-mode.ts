import type { Frame } from '../../bios/frame.ts'
import type { Platform } from '../../bios/service.ts'
import { mostPages } from '../cursor.ts'
import { setBiosMode } from '../int10-mode.ts'
import { videoMode } from '../mode-tables.ts'
import { romFonts, romSegment } from '../rom-map.ts'
import { writeModeColors, writeModeRegisters } from '../set-mode.ts'
import { setVector } from '../vectors.ts'
import { display, displayEnable, setDisplayRegister, switchDisplayOff } from './display-registers.ts'
import { type VbeFunction, vbeStatus } from './vbe-function.ts'
import { type VbeMode, vbeModes } from './vbe-modes.ts'

/** Of a mode as BX has it. */
const bit = { number: 0x1ff, linear: 0x4000, keepsMemory: 0x8000 } as const
/** The VGA's modes with as many planes, or with indexes and colors. */
const vgaMode = { planar: 0x12, packed: 0x13 } as const
/** Where the BIOS data area has the mode's number: none of those that it knows. */
const noBiosMode = 0xff
const characterHeight = 16
const vgaKeepsMemory = 0x80

/** Function 02h: own refresh rates (bit 11) make no difference to what is shown. */
export const setVbeMode: VbeFunction = (frame, platform) => {
  const { bx } = frame.regs
  const number = bx & bit.number
  if (number < 0x100) return setVgaMode(frame, platform)
  const mode = vbeModes.get(number)
  if (!mode || (mode.depth === 4 && (bx & bit.linear) !== 0)) return vbeStatus.failed
  showMode(platform, mode, bx)
  noteMode(platform, mode, bx)
  return vbeStatus.done
}

function setVgaMode({ regs }: Frame, platform: Platform): number {
  const keeps = (regs.bx & bit.keepsMemory) !== 0 ? vgaKeepsMemory : 0
  const isSet = setBiosMode(platform, (regs.bx & 0x7f) | keeps)
  return isSet ? vbeStatus.done : vbeStatus.failed
}

function showMode({ ports }: Platform, { width, height, depth }: VbeMode, bx: number): void {
  const number = depth === 4 ? vgaMode.planar : vgaMode.packed
  const registers = videoMode(number)
  switchDisplayOff(ports)
  if (registers) writeModeRegisters(ports, registers)
  writeModeColors(ports, number)
  setDisplayRegister(ports, display.width, width)
  setDisplayRegister(ports, display.height, height)
  setDisplayRegister(ports, display.depth, depth)
  const linear = bx & bit.linear ? displayEnable.linear : 0
  const keeps = bx & bit.keepsMemory ? displayEnable.keepsMemory : 0
  setDisplayRegister(ports, display.enable, displayEnable.on | linear | keeps)
}

/** In the BIOS data area. */
function noteMode({ data, memory }: Platform, { width, height }: VbeMode, bx: number): void {
  setVector(memory, 0x1f, romSegment, romFonts[8] + 8 * 128)
  setVector(memory, 0x43, romSegment, romFonts[characterHeight])
  memory.write(0x450, new Uint8Array(2 * mostPages))
  Object.assign(data, {
    vbeMode: bx & (bit.number | bit.linear | bit.keepsMemory),
    ...{ videoMode: noBiosMode, columns: width / 8, lastRow: Math.floor(height / characterHeight) - 1 },
    ...{ characterHeight, pageBytes: 0, pageAt: 0, page: 0, cursorShape: 0 },
    videoControl:
      bx & bit.keepsMemory ? data.videoControl | vgaKeepsMemory : data.videoControl & ~vgaKeepsMemory,
  })
}

/** Function 03h. */
export const getVbeMode: VbeFunction = ({ regs }, { data }) => {
  const keeps = data.videoControl & vgaKeepsMemory ? bit.keepsMemory : 0
  regs.bx = data.vbeMode || data.videoMode | keeps
  return vbeStatus.done
}

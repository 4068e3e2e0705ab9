import { ports } from '../../../layout.ts'
import { bytesOfRows, word } from '../../bios/machine-code.ts'
import { romSegment, vbeRom } from '../rom-map.ts'
import { protectedModeCode, protectedModeEntries } from './protected-mode-code.ts'
import { type VbeFunction, vbeStatus } from './vbe-function.ts'

const endOfList = 0xffff
const dacPorts = [0x3c8, 0x3c9] as const
/** Offsets of three functions, and of a list. */
const headerBytes = 8

const code = bytesOfRows(protectedModeCode)

/** Offsets from its own beginning, code, ports that the code uses; and no memory. */
export const protectedModeTable: readonly number[] = [
  ...word(headerBytes + protectedModeEntries.setWindow),
  ...word(headerBytes + protectedModeEntries.setDisplayStart),
  ...word(headerBytes + protectedModeEntries.setPrimaryPalette),
  ...word(headerBytes + code.length),
  ...code,
  ...[ports.vbe.first, ports.vbe.first + 1, ...dacPorts, endOfList, endOfList].flatMap(word),
]

/** Function 0Ah: where the table is, and how long. */
export const protectedModeInterface: VbeFunction = (frame) => {
  if (frame.regs.bl !== 0) return vbeStatus.failed
  frame.setSegment('es', romSegment)
  Object.assign(frame.regs, { di: vbeRom.protectedMode, cx: protectedModeTable.length })
  return vbeStatus.done
}

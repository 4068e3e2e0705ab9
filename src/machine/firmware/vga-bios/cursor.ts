import type { Platform } from '../bios/service.ts'
import { crtcPort, setRegister } from './video-ports.ts'

/** Of each page a column and a row, in the BIOS data area. */
const positions = 0x450
export const mostPages = 8
const crtc = { start: 0x0a, end: 0x0b, startAddress: 0x0c, cursor: 0x0e } as const
/** Bits of `videoControl` (487h). */
const noEmulation = 1

export interface CursorPlace {
  readonly column: number
  readonly row: number
}

export function cursorOf({ memory }: Platform, page: number): CursorPlace {
  const place = memory.readNumber(positions + 2 * (page % mostPages), 2)
  return { column: place & 0xff, row: place >> 8 }
}

export function moveCursor(platform: Platform, page: number, { column, row }: CursorPlace): void {
  const { data, memory } = platform
  memory.writeNumber(positions + 2 * (page % mostPages), 2, (row << 8) | column)
  if (page === data.page) showCursor(platform)
}

/** Of the page that is shown. */
function showCursor(platform: Platform): void {
  const { data } = platform
  const { column, row } = cursorOf(platform, data.page)
  setCrtcWord(platform, crtc.cursor, data.pageAt / 2 + row * data.columns + column)
}

/** `page` is shown from now on, with its cursor. */
export function showPage(platform: Platform, page: number, isText: boolean): void {
  const { data } = platform
  const at = page * data.pageBytes
  Object.assign(data, { page, pageAt: at & 0xffff })
  setCrtcWord(platform, crtc.startAddress, isText ? at / 2 : at)
  showCursor(platform)
}

/** First and last line; of a CGA's characters of eight lines, unless emulation is off. */
export function shapeCursor({ data, ports }: Platform, first: number, last: number): void {
  data.cursorShape = (first << 8) | last
  const isEmulated = (data.videoControl & noEmulation) === 0
  const scale = (line: number) => (isEmulated ? emulatedLine(line, data.characterHeight) : line)
  const at = crtcPort(ports)
  setRegister(ports, at, crtc.start, (first & 0x60) | scale(first & 0x1f))
  setRegister(ports, at, crtc.end, scale(last & 0x1f))
}

/** Lines near the foot of eight are as near to the foot of more. */
function emulatedLine(line: number, height: number): number {
  return line > 3 && line < 8 && height > 8 ? line + height - 9 : line
}

function setCrtcWord({ ports }: Platform, index: number, value: number): void {
  const at = crtcPort(ports)
  setRegister(ports, at, index, (value >> 8) & 0xff)
  setRegister(ports, at, index + 1, value & 0xff)
}

import type { Platform, Service } from '../bios/service.ts'
import { mostPages, shapeCursor } from './cursor.ts'
import { fonts } from './fonts.ts'
import { loadFont } from './load-font.ts'
import { modeFacts, type VgaModeFacts } from './mode-facts.ts'
import { videoMode } from './mode-tables.ts'
import { romFonts, romSegment } from './rom-map.ts'
import { writeModeColors, writeModeRegisters } from './set-mode.ts'
import { switchDisplayOff } from './vbe/display-registers.ts'
import { setVector } from './vectors.ts'
import { crtcPort } from './video-ports.ts'

const keepsMemory = 0x80
/** Bit of `videoOptions` (489h): modes come without their colors. */
const keepsColors = 0x08
const textShape = { first: 6, last: 7 } as const
const windowBytes = { text: 0x8000, cga: 0x4000, planar: 0x1_0000, bytes: 0x1_0000 } as const
const blankCell = 0x0720

const setMode: Service = ({ regs }, platform) => {
  const number = regs.al & 0x7f
  if (setBiosMode(platform, regs.al)) regs.al = number > 7 ? 0x20 : number === 6 ? 0x3f : 0x30
  return 'done'
}

/** False where there is no such mode. Bit 7: what is in memory stays. */
export function setBiosMode(platform: Platform, al: number): boolean {
  const facts = modeFacts(al & 0x7f)
  const mode = videoMode(al & 0x7f)
  if (!facts || !mode) return false
  switchDisplayOff(platform.ports)
  writeModeRegisters(platform.ports, mode)
  if ((platform.data.videoOptions & keepsColors) === 0) writeModeColors(platform.ports, facts.number)
  if ((al & keepsMemory) === 0) clear(platform, facts)
  noteMode(platform, facts, (al & keepsMemory) !== 0)
  if (facts.kind === 'text') loadFont(platform.ports, platform.memory, { ...fonts[16], first: 0, block: 0 })
  return true
}

function clear({ memory }: Platform, { kind, memory: at }: VgaModeFacts): void {
  const bytes = windowBytes[kind]
  const blank = kind === 'text' ? new Uint16Array(bytes / 2).fill(blankCell).buffer : new ArrayBuffer(bytes)
  memory.write(at, new Uint8Array(blank))
}

/** In the BIOS data area. */
function noteMode(platform: Platform, facts: VgaModeFacts, isKept: boolean): void {
  const { data, memory, ports } = platform
  const { number, kind, columns, rows, height, pageBytes } = facts
  memory.write(0x450, new Uint8Array(2 * mostPages))
  Object.assign(data, {
    ...{
      videoMode: number,
      vbeMode: 0,
      columns,
      pageBytes,
      pageAt: 0,
      page: 0,
      lastRow: rows - 1,
      characterHeight: height,
    },
    crtcPort: crtcPort(ports),
    videoControl: isKept ? data.videoControl | keepsMemory : data.videoControl & ~keepsMemory,
  })
  if (kind === 'text') shapeCursor(platform, textShape.first, textShape.last)
  else data.cursorShape = 0
  setVector(memory, 0x1f, romSegment, romFonts[8] + 8 * 128)
  setVector(memory, 0x43, romSegment, romFonts[height])
}

/** Functions of modes, by AH. */
export const modeFunctions: ReadonlyMap<number, Service> = new Map([[0x00, setMode]])

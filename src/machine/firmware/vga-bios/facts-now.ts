import type { Platform } from '../bios/service.ts'
import { type ModeFacts, modeFacts } from './mode-facts.ts'
import { type VbeMode, vbeModes } from './vbe/vbe-modes.ts'

const vbeNumber = 0x1ff
const [window, windowBytes] = [0xa_0000, 0x1_0000]
const height = 16

/** Of the mode at hand; null where a monitor program has set one that this BIOS does not know. */
export function factsNow({ data }: Platform): ModeFacts | null {
  const mode = vbeModes.get(data.vbeMode & vbeNumber)
  return mode ? vbeFacts(mode, data.videoMode) : modeFacts(data.videoMode)
}

/** Characters of 16 lines; planes that are larger than the window have none. */
function vbeFacts({ width, height: lines, depth }: VbeMode, number: number): ModeFacts | null {
  const isPlanar = depth === 4
  if (isPlanar && (width / 8) * lines > windowBytes) return null
  const [columns, rows] = [width / 8, Math.floor(lines / height)]
  const kind = isPlanar ? 'planar' : 'pixels'
  return { number, kind, columns, rows, height, memory: window, pageBytes: 0, pages: 1, depth }
}

import type { Frame } from '../bios/frame.ts'
import type { Platform } from '../bios/service.ts'
import { writeModeRegisters } from './set-mode.ts'
import { attribute, colors, crtcPort, register, setColors, videoPort } from './video-ports.ts'

/** A part of what an adapter is doing, as bytes. */
export interface SavedVideoPart {
  readonly bytes: number
  save(platform: Platform): readonly number[]
  restore(platform: Platform, saved: Uint8Array): void
}

/** Indexed registers. */
const counts = { sequencer: 5, crtc: 25, graphics: 9, attribute: 21 } as const

const indexes = (count: number) => Array.from({ length: count }, (_, index) => index)

const registers: SavedVideoPart = {
  bytes: 1 + counts.sequencer + counts.crtc + counts.graphics + counts.attribute,
  save({ ports }) {
    const at = crtcPort(ports)
    return [
      ports.read(videoPort.miscellaneousRead, 1),
      ...indexes(counts.sequencer).map((index) => register(ports, videoPort.sequencer, index)),
      ...indexes(counts.crtc).map((index) => register(ports, at, index)),
      ...indexes(counts.graphics).map((index) => register(ports, videoPort.graphics, index)),
      ...indexes(counts.attribute).map((index) => attribute(ports, index)),
    ]
  },
  restore({ ports }, saved) {
    const [sequencer, crtc] = [1, 1 + counts.sequencer]
    const graphics = crtc + counts.crtc
    const attributes = graphics + counts.graphics
    writeModeRegisters(ports, {
      miscellaneous: saved[0] ?? 0,
      sequencer: [...saved.subarray(sequencer, crtc)],
      crtc: [...saved.subarray(crtc, graphics)],
      graphics: [...saved.subarray(graphics, attributes)],
      attribute: [...saved.subarray(attributes)],
    })
  },
}

/** Of the BIOS data area: mode and cursors, rows and options; and vectors of fonts. */
const dataRanges = [
  [0x449, 0x1e],
  [0x484, 7],
  [4 * 0x1f, 4],
  [4 * 0x43, 4],
] as const

const biosData: SavedVideoPart = {
  bytes: dataRanges.reduce((sum, [, count]) => sum + count, 0),
  save: ({ memory }) => dataRanges.flatMap(([at, count]) => [...memory.read(at, count)]),
  restore({ memory }, saved) {
    let from = 0
    for (const [at, count] of dataRanges) {
      memory.write(at, saved.subarray(from, from + count))
      from += count
    }
  },
}

const allColors = 256

const colorTable: SavedVideoPart = {
  bytes: 1 + 3 * allColors,
  save: ({ ports }) => [ports.read(videoPort.dacMask, 1), ...colors(ports, 0, allColors)],
  restore({ ports }, saved) {
    ports.write(videoPort.dacMask, 1, saved[0] ?? 0)
    setColors(ports, 0, saved.subarray(1))
  },
}

const blockBytes = 64
const action = { size: 0, save: 1, restore: 2 } as const

/**
 * Tells in BX how many blocks of 64 bytes the parts need that CX names, or saves them to ES:BX one after the
 * other, or restores them, the last first: it says what the others mean. False: no such action.
 */
export function controlParts(
  frame: Frame,
  platform: Platform,
  parts: readonly SavedVideoPart[],
  what: number,
): boolean {
  const { regs } = frame
  const chosen = parts.filter((_, bit) => (regs.cx >> bit) & 1)
  const bytes = chosen.reduce((sum, part) => sum + part.bytes, 0)
  if (what === action.size) regs.bx = Math.ceil(bytes / blockBytes)
  else if (what === action.save) {
    frame.write('es', regs.bx, Uint8Array.from(chosen.flatMap((part) => part.save(platform))))
  } else if (what === action.restore) {
    let end = regs.bx + bytes
    for (const part of chosen.toReversed()) {
      end -= part.bytes
      part.restore(platform, frame.read('es', end, part.bytes))
    }
  } else return false
  return true
}

/** In the order of the bits that choose them (Ralf Brown's Interrupt List, INT 10h function 1Ch). */
export const videoParts: readonly SavedVideoPart[] = [registers, biosData, colorTable]

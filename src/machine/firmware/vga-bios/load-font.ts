import type { Ports } from '../../bus/port-space.ts'
import { register, setRegister, videoPort } from './video-ports.ts'

/** Where memory is written to; addresses are linear. */
export interface FontMemory {
  write(address: number, bytes: Uint8Array): void
}

/** Each character has room for so many lines in plane 2. */
export const glyphBytes = 32
const window = 0xa_0000
/** Plane 2 alone at A0000h, byte by byte: registers of sequencer and graphics controller. */
const planeTwo = [
  [videoPort.sequencer, 2, 0x04],
  [videoPort.sequencer, 4, 0x06],
  [videoPort.graphics, 4, 0x02],
  [videoPort.graphics, 5, 0x00],
  [videoPort.graphics, 6, 0x04],
] as const

/** Offsets in plane 2 of the eight fonts, by the number that INT 10h functions 11h give them. */
const fontBlocks = [0x0000, 0x4000, 0x8000, 0xc000, 0x2000, 0x6000, 0xa000, 0xe000] as const

/** Puts characters of `height` lines from `first` on into a font of plane 2. */
export function loadFont(
  ports: Ports,
  memory: FontMemory,
  font: {
    readonly glyphs: Uint8Array
    readonly height: number
    readonly first: number
    readonly block: number
  },
): void {
  const before = planeTwo.map(([port, index]) => [port, index, register(ports, port, index)] as const)
  for (const [port, index, value] of planeTwo) setRegister(ports, port, index, value)
  const base = window + (fontBlocks[font.block & 7] ?? 0)
  for (let at = 0; at < font.glyphs.length; at += font.height) {
    const character = font.first + at / font.height
    memory.write(base + glyphBytes * character, font.glyphs.subarray(at, at + font.height))
  }
  for (const [port, index, value] of before) setRegister(ports, port, index, value)
}

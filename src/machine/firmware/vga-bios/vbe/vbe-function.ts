import type { Frame } from '../../bios/frame.ts'
import type { Platform } from '../../bios/service.ts'
import { type VbeMode, vbeModes } from './vbe-modes.ts'

/** What AH tells (VBE 3.0, 4.1). */
export const vbeStatus = { done: 0, failed: 1, notByHardware: 2, notInMode: 3 } as const

/** One function: answers its status. */
export type VbeFunction = (frame: Frame, platform: Platform) => number

const modeNumber = 0x1ff
const linear = 0x4000

/** The mode that was set, and whether its memory is linear; null in the VGA's own. */
function modeAtHand({ data }: Platform): (VbeMode & { readonly isLinear: boolean }) | null {
  const mode = vbeModes.get(data.vbeMode & modeNumber)
  return mode ? { ...mode, isLinear: (data.vbeMode & linear) !== 0 } : null
}

/** A function of modes of VBE alone. */
export function inMode(
  act: (frame: Frame, platform: Platform, mode: VbeMode & { readonly isLinear: boolean }) => number,
): VbeFunction {
  return (frame, platform) => {
    const mode = modeAtHand(platform)
    return mode ? act(frame, platform, mode) : vbeStatus.notInMode
  }
}

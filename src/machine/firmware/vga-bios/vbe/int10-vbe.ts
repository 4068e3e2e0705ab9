import type { Service } from '../../bios/service.ts'
import { controllerInformation, modeInformation } from './int10-controller.ts'
import { protectedModeInterface } from './int10-protected-mode.ts'
import { getVbeMode, setVbeMode } from './int10-vbe-mode.ts'
import { controlPower, identifyMonitor } from './int10-vbe-monitor.ts'
import { accessPalette, controlDac } from './int10-vbe-palette.ts'
import { controlState } from './int10-vbe-state.ts'
import { controlLines, controlStart, controlWindow } from './int10-vbe-window.ts'
import type { VbeFunction } from './vbe-function.ts'

/** By AL. */
const functions: Readonly<Record<number, VbeFunction>> = {
  0: controllerInformation,
  1: modeInformation,
  2: setVbeMode,
  3: getVbeMode,
  4: controlState,
  5: controlWindow,
  6: controlLines,
  7: controlStart,
  8: controlDac,
  9: accessPalette,
  10: protectedModeInterface,
  16: controlPower,
  21: identifyMonitor,
}

const understood = 0x4f
const unknown = 0x0100

const extensions: Service = (frame, platform) => {
  const status = functions[frame.regs.al]?.(frame, platform)
  frame.regs.ax = status === undefined ? unknown : status * 0x100 + understood
  return 'done'
}

/** Function 4Fh (VESA BIOS Extension 3.0). */
export const vbeFunctions: ReadonlyMap<number, Service> = new Map([[0x4f, extensions]])

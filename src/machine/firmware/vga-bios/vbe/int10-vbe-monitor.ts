import { edid } from '../../../../support/edid.ts'
import type { Frame } from '../../bios/frame.ts'
import type { Platform } from '../../bios/service.ts'
import { register, setRegister, videoPort } from '../video-ports.ts'
import { type VbeFunction, vbeStatus } from './vbe-function.ts'

/** VBE/PM 1.0, and its states but "reduced on": standby, suspend, off. */
const power = { version: 0x10, states: 0x07 } as const
const states: readonly number[] = [0, 1, 2, 4]
const screenOff = 0x20

/** Function 10h (VBE/PM 1.0): the monitor's power. It shows something while it is on. */
export const controlPower: VbeFunction = ({ regs }, platform) => {
  switch (regs.bl) {
    case 0:
      Object.assign(regs, { bl: power.version, bh: power.states })
      return vbeStatus.done
    case 1:
      return setPower(platform, regs.bh)
    case 2:
      regs.bh = platform.data.monitorPower
      return vbeStatus.done
    default:
      return vbeStatus.failed
  }
}

function setPower({ data, ports }: Platform, state: number): number {
  if (!states.includes(state)) return vbeStatus.failed
  const clocking = register(ports, videoPort.sequencer, 1)
  setRegister(ports, videoPort.sequencer, 1, state === 0 ? clocking & ~screenOff : clocking | screenOff)
  data.monitorPower = state
  return vbeStatus.done
}

/** A block takes less than a second, by DDC2. */
const channel = { seconds: 1, levels: 2 } as const

/** Function 15h (VBE/DDC 1.1): what the monitor says of itself. CX is the controller: the first. */
export const identifyMonitor: VbeFunction = (frame: Frame) => {
  const { regs } = frame
  if (regs.cx !== 0) return vbeStatus.failed
  switch (regs.bl) {
    case 0:
      Object.assign(regs, { bh: channel.seconds, bl: channel.levels })
      return vbeStatus.done
    case 1:
      if (regs.dx !== 0) return vbeStatus.failed
      frame.write('es', regs.di, edid)
      return vbeStatus.done
    default:
      return vbeStatus.failed
  }
}

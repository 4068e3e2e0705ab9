import { stopMotors } from './floppy-motors.ts'
import type { Service } from './service.ts'

/** Counts of 18.2 Hz a day. */
const ticksADay = 0x18_00b0

/** IRQ 0: counts; the handler in ROM calls INT 1Ch and ends the interrupt. */
export const int08: Service = (_frame, platform) => {
  const { data } = platform
  const ticks = data.ticks + 1
  if (ticks < ticksADay) data.ticks = ticks
  else {
    data.ticks = 0
    data.midnight = 1
  }
  const motorTicks = data.floppyMotorTicks
  if (motorTicks > 0) data.floppyMotorTicks = motorTicks - 1
  if (motorTicks === 1) stopMotors(platform)
  return 'done'
}

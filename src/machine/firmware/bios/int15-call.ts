import type { Frame } from './frame.ts'
import type { Outcome, Service } from './service.ts'

const notSupported = 0x86

/** The status in AH; CF says whether it is an error. */
export function answer(frame: Frame, status = 0): Outcome {
  frame.regs.ah = status
  frame.flag('cf', status !== 0)
  return 'done'
}

/** CF is clear, and no register changes but those that the service has set. */
export function succeed(frame: Frame): Outcome {
  frame.flag('cf', false)
  return 'done'
}

/** The answer to what is not there. */
export function refuse(frame: Frame): Outcome {
  return answer(frame, notSupported)
}

/** A function that is a table of its own by AL. */
export function bySubfunction(
  rows: readonly (readonly [al: number, service: Service])[],
  unknown: Service = refuse,
): Service {
  const table = new Map(rows)
  return (frame, platform) => (table.get(frame.regs.al) ?? unknown)(frame, platform)
}

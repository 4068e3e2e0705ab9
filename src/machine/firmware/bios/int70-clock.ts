import { cmos, readCmos } from './cmos.ts'
import { microsecondsPerPeriod, stopEventWait, waitFlag } from './int15-waits.ts'
import type { Platform, Service } from './service.ts'

const cause = { periodic: 0x40, alarm: 0x20 } as const

/** IRQ 8: AL becomes what the handler in ROM looks at, 1 for an alarm. */
export const int70: Service = ({ regs }, platform) => {
  const causes = readCmos(platform.ports, cmos.statusC) & readCmos(platform.ports, cmos.statusB)
  if ((causes & cause.periodic) !== 0) countDown(platform)
  regs.al = (causes & cause.alarm) !== 0 ? 1 : 0
  return 'done'
}

/** Of INT 15h function 83h. */
function countDown(platform: Platform): void {
  const { data, memory } = platform
  if ((data.waitFlag & waitFlag.active) === 0) return
  const left = data.waitMicroseconds - microsecondsPerPeriod
  data.waitMicroseconds = Math.max(left, 0)
  if (left > 0) return
  const at = data.waitSegment * 16 + data.waitOffset
  const [byte = 0] = memory.read(at, 1)
  memory.write(at, Uint8Array.of(byte | waitFlag.over))
  stopEventWait(platform)
}

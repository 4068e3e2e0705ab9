import { ticksPerSecond } from '../../clock.ts'
import { cmos, readCmos, writeCmos } from './cmos.ts'
import type { Frame } from './frame.ts'
import { answer, succeed } from './int15-call.ts'
import type { Platform, Service } from './service.ts'

const busy = 0x83
const cancel = 1
const periodic = 0x40
/** What a periodic interrupt of 1,024 Hz takes off the count. */
export const microsecondsPerPeriod = 976
/** Bits of the flag in the data area, and of the byte that the caller named. */
export const waitFlag = { active: 0x01, over: 0x80 } as const

const ticksOf = (microseconds: number) => Math.ceil((microseconds * ticksPerSecond) / 1e6)
const microseconds = ({ regs }: Frame) => regs.cx * 0x1_0000 + regs.dx

/** CX:DX microseconds pass. */
const wait: Service = (frame, { clock, data }) => {
  if (frame.isRepeated) return succeed(frame)
  if ((data.waitFlag & waitFlag.active) !== 0) return answer(frame, busy)
  return { againAt: clock.now + ticksOf(microseconds(frame)) }
}

/** Bit 7 of the byte at ES:BX is set when CX:DX microseconds have passed, counted by the real-time clock. */
const waitForEvent: Service = (frame, platform) => {
  const { data, ports } = platform
  if (frame.regs.al === cancel) {
    stopEventWait(platform)
    return succeed(frame)
  }
  if ((data.waitFlag & waitFlag.active) !== 0) return answer(frame, busy)
  data.waitOffset = frame.regs.bx
  data.waitSegment = frame.selector('es')
  data.waitMicroseconds = microseconds(frame)
  data.waitFlag = waitFlag.active
  writeCmos(ports, cmos.statusB, readCmos(ports, cmos.statusB) | periodic)
  return succeed(frame)
}

export function stopEventWait({ data, ports }: Platform): void {
  data.waitFlag = 0
  writeCmos(ports, cmos.statusB, readCmos(ports, cmos.statusB) & ~periodic)
}

export const waitFunctions = new Map<number, Service>([
  [0x83, waitForEvent],
  [0x86, wait],
])

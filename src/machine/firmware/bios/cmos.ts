import { ports as layout } from '../../layout.ts'
import type { Platform } from './service.ts'

/** Registers of the real-time clock and bytes of its RAM. */
export const cmos = {
  seconds: 0x00,
  secondsAlarm: 0x01,
  minutes: 0x02,
  minutesAlarm: 0x03,
  hours: 0x04,
  hoursAlarm: 0x05,
  day: 0x07,
  month: 0x08,
  year: 0x09,
  statusA: 0x0a,
  statusB: 0x0b,
  statusC: 0x0c,
  century: 0x32,
} as const

const { first } = layout.rtc

export function readCmos(ports: Platform['ports'], index: number): number {
  ports.write(first, 1, index)
  return ports.read(first + 1, 1)
}

export function writeCmos(ports: Platform['ports'], index: number, value: number): void {
  ports.write(first, 1, index)
  ports.write(first + 1, 1, value)
}

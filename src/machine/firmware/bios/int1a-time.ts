import { ticksPerSecond } from '../../clock.ts'
import { cmos, readCmos, writeCmos } from './cmos.ts'
import type { Frame } from './frame.ts'
import { pciServices } from './int1a-pci.ts'
import { byFunction, type Outcome, type Platform, type Service } from './service.ts'

const updateInProgress = 0x80
const control = { set: 0x80, alarm: 0x20, daylightSaving: 0x01 } as const
/** An update is over by then. */
const updateTicks = Math.ceil(ticksPerSecond * 2.3e-3)

function answer(frame: Frame, isFailed = false): Outcome {
  frame.flag('cf', isFailed)
  return 'done'
}

/** Timer interrupts since midnight, and whether midnight has passed since somebody asked. */
const getTicks: Service = (frame, { data }) => {
  const { regs } = frame
  regs.cx = data.ticks >>> 16
  regs.dx = data.ticks & 0xffff
  regs.ax = data.midnight
  data.midnight = 0
  return answer(frame)
}

const setTicks: Service = (frame, { data }) => {
  const { regs } = frame
  data.ticks = regs.cx * 0x1_0000 + regs.dx
  data.midnight = 0
  regs.ah = 0
  return answer(frame)
}

/** Reads the clock when it is not being updated. */
function outsideOfUpdates(read: (frame: Frame, platform: Platform) => Outcome): Service {
  return (frame, platform) => {
    const isUpdating = (readCmos(platform.ports, cmos.statusA) & updateInProgress) !== 0
    return isUpdating ? { againAt: platform.clock.now + updateTicks } : read(frame, platform)
  }
}

/** In BCD, as the clock has it. */
const getTime = outsideOfUpdates((frame, { ports }) => {
  const { regs } = frame
  regs.dh = readCmos(ports, cmos.seconds)
  regs.cl = readCmos(ports, cmos.minutes)
  regs.ch = readCmos(ports, cmos.hours)
  regs.dl = readCmos(ports, cmos.statusB) & control.daylightSaving
  regs.ah = 0
  regs.al = regs.ch
  return answer(frame)
})

const getDate = outsideOfUpdates((frame, { ports }) => {
  const { regs } = frame
  regs.cl = readCmos(ports, cmos.year)
  regs.dh = readCmos(ports, cmos.month)
  regs.dl = readCmos(ports, cmos.day)
  regs.ch = readCmos(ports, cmos.century)
  regs.ah = 0
  regs.al = regs.ch
  return answer(frame)
})

/** Writes registers of the clock while it stands still, and then these bits of register B. */
function setClock(
  { ports }: Platform,
  registers: readonly (readonly [index: number, value: number])[],
  bits: number,
): void {
  const statusB = readCmos(ports, cmos.statusB)
  writeCmos(ports, cmos.statusB, statusB | control.set)
  for (const [index, value] of registers) writeCmos(ports, index, value)
  writeCmos(ports, cmos.statusB, (statusB & ~(control.set | control.daylightSaving)) | bits)
}

const setTime: Service = (frame, platform) => {
  const { ch, cl, dh, dl } = frame.regs
  const time = [
    [cmos.seconds, dh],
    [cmos.minutes, cl],
    [cmos.hours, ch],
  ] as const
  setClock(platform, time, dl & control.daylightSaving)
  frame.regs.ax = readCmos(platform.ports, cmos.statusB)
  return answer(frame)
}

const setDate: Service = (frame, platform) => {
  const { ch, cl, dh, dl } = frame.regs
  const date = [
    [cmos.year, cl],
    [cmos.month, dh],
    [cmos.day, dl],
    [cmos.century, ch],
  ] as const
  setClock(platform, date, readCmos(platform.ports, cmos.statusB) & control.daylightSaving)
  frame.regs.ax = readCmos(platform.ports, cmos.statusB)
  return answer(frame)
}

/** INT 4Ah is called at CH:CL:DH. One alarm is set at a time. */
const setAlarm: Service = (frame, { ports }) => {
  const { regs } = frame
  const statusB = readCmos(ports, cmos.statusB)
  regs.ax = 0
  if ((statusB & control.alarm) !== 0) return answer(frame, true)
  writeCmos(ports, cmos.secondsAlarm, regs.dh)
  writeCmos(ports, cmos.minutesAlarm, regs.cl)
  writeCmos(ports, cmos.hoursAlarm, regs.ch)
  writeCmos(ports, cmos.statusB, statusB | control.alarm)
  return answer(frame)
}

const cancelAlarm: Service = (frame, { ports }) => {
  const statusB = readCmos(ports, cmos.statusB)
  writeCmos(ports, cmos.statusB, statusB & ~control.alarm)
  frame.regs.ax = statusB
  return answer(frame)
}

const functions = new Map<number, Service>([
  ...pciServices,
  [0x00, getTicks],
  [0x01, setTicks],
  [0x02, getTime],
  [0x03, setTime],
  [0x04, getDate],
  [0x05, setDate],
  [0x06, setAlarm],
  [0x07, cancelAlarm],
])

/** INT 1Ah: time of day, and the PCI BIOS. */
export const int1a = byFunction(functions, (frame) => answer(frame, true))

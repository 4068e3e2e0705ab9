import { ticksPerSecond } from '../../clock.ts'
import type { Frame } from './frame.ts'
import { byFunction, type Outcome, type Platform, type Service } from './service.ts'

const ports = ['com1', 'com2', 'com3', 'com4'] as const
const timeouts = ['com1Timeout', 'com2Timeout', 'com3Timeout', 'com4Timeout'] as const
/** Offsets of a 16550's registers. */
const register = { data: 0, interrupts: 1, line: 3, modem: 4, lineStatus: 5, modemStatus: 6 } as const
const dataReady = 0x01
const holdingEmpty = 0x20
const timedOut = 0x80
const divisorAccess = 0x80
const clockHz = 115_200
/** Of bits 5 to 7 of a mode. */
const rates = [110, 150, 300, 600, 1200, 2400, 4800, 9600] as const
/** DTR and RTS. */
const ready = 0x03
const pollTicks = Math.ceil(ticksPerSecond / 10_000)
/** What a count in the data area stands for. */
const timeoutTicks = Math.ceil(ticksPerSecond / 18.2)

interface Port {
  readonly read: (offset: number) => number
  readonly write: (offset: number, value: number) => void
}

/** The port that DX names, or null where that is none. */
function portOf({ regs }: Frame, platform: Platform): Port | null {
  const name = ports[regs.dx]
  const base = name ? platform.data[name] : 0
  if (base === 0) return null
  return {
    read: (offset) => platform.ports.read(base + offset, 1),
    write: (offset, value) => platform.ports.write(base + offset, 1, value),
  }
}

function refuse(frame: Frame): Outcome {
  frame.flag('cf', true)
  return 'done'
}

function withPort(act: (frame: Frame, platform: Platform, port: Port) => Outcome): Service {
  return (frame, platform) => {
    const port = portOf(frame, platform)
    if (!port) return refuse(frame)
    frame.flag('cf', false)
    return act(frame, platform, port)
  }
}

function status({ regs }: Frame, port: Port): Outcome {
  regs.ah = port.read(register.lineStatus)
  regs.al = port.read(register.modemStatus)
  return 'done'
}

/** AL: rate in bits 5 to 7, then parity, stop bits and length as the line control register has them. */
const initialize = withPort((frame, _platform, port) => {
  const mode = frame.regs.al
  const divisor = Math.floor(clockHz / (rates[mode >> 5] ?? rates[7]))
  port.write(register.line, divisorAccess)
  port.write(register.data, divisor & 0xff)
  port.write(register.interrupts, divisor >> 8)
  port.write(register.line, mode & 0x1f)
  port.write(register.interrupts, 0)
  return status(frame, port)
})

/** Until these bits of the line's status are on, or the port's time is over; null when they are. */
function awaitLine(frame: Frame, platform: Platform, port: Port, bits: number): Outcome | null {
  if ((port.read(register.lineStatus) & bits) !== 0) return null
  const { now } = platform.clock
  const timeout = timeouts[frame.regs.dx] ?? timeouts[0]
  const until = frame.isRepeated ? frame.memo : now + platform.data[timeout] * timeoutTicks
  if (now < until) return { againAt: Math.min(now + pollTicks, until), memo: until }
  frame.regs.ah = port.read(register.lineStatus) | timedOut
  return 'done'
}

const send = withPort((frame, platform, port) => {
  port.write(register.modem, port.read(register.modem) | ready)
  const outcome = awaitLine(frame, platform, port, holdingEmpty)
  if (outcome) return outcome
  port.write(register.data, frame.regs.al)
  frame.regs.ah = port.read(register.lineStatus)
  return 'done'
})

const receive = withPort((frame, platform, port) => {
  const outcome = awaitLine(frame, platform, port, dataReady)
  if (outcome) return outcome
  frame.regs.ah = port.read(register.lineStatus) & 0x1e
  frame.regs.al = port.read(register.data)
  return 'done'
})

const functions = new Map<number, Service>([
  [0x00, initialize],
  [0x01, send],
  [0x02, receive],
  [0x03, withPort((frame, _platform, port) => status(frame, port))],
])

/** INT 14h: serial ports. */
export const int14 = byFunction(functions, refuse)

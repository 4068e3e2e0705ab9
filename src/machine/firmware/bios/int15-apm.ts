import { ports, softOff } from '../../layout.ts'
import { apmEntry, romSegment } from './bios-rom.ts'
import { answer, bySubfunction, succeed } from './int15-call.ts'
import type { Service } from './service.ts'

/** Advanced Power Management BIOS Interface Specification 1.2, appendix A. */
const error = { unknownDevice: 0x09, invalidParameter: 0x0a, notSupported: 0x0c, noEvent: 0x80 } as const
const version = 0x0102
const signature = 0x504d
/** Connections from protected mode, of 16 and of 32 bits; the BIOS' power management is on. */
const capabilities = 0x03
const device = { bios: 0x0000, all: 0x0001, displays: 0x0100, none: 0xffff } as const
const state = { off: 3, last: 4 } as const

const sleepEnable = 0x2000
const pm1Control = ports.powerManagement.first + 4

/** Classes of devices up to batteries, and the two that mean all. */
const isDevice = (bx: number) => bx < 0x0900 || bx === device.none

const check: Service = (frame) => {
  const { regs } = frame
  if (regs.bx !== device.bios) return answer(frame, error.unknownDevice)
  Object.assign(regs, { ax: version, bx: signature, cx: capabilities })
  return succeed(frame)
}

/** For what needs nothing done. */
const accept: Service = (frame) =>
  isDevice(frame.regs.bx) ? succeed(frame) : answer(frame, error.unknownDevice)

/** Time passes to the next event of a device. */
const idle: Service = (frame) => (frame.isRepeated ? succeed(frame) : 'idle')

/** Of all devices only "off" does something: the board's power goes off as ACPI would switch it. */
const setState: Service = (frame, platform) => {
  const { bx, cx } = frame.regs
  if (!isDevice(bx)) return answer(frame, error.unknownDevice)
  if (cx > state.last) return answer(frame, error.invalidParameter)
  if (bx === device.all && cx === state.off) {
    platform.ports.write(pm1Control, 2, sleepEnable | (softOff << 10))
  }
  return succeed(frame)
}

/** Everything is enabled, and engaged. */
const getFlags =
  (cx: number): Service =>
  (frame, platform) => {
    frame.regs.cx = cx
    return accept(frame, platform)
  }

/** On line, without a battery. */
const getPowerStatus: Service = (frame) => {
  Object.assign(frame.regs, { bx: 0x01ff, cx: 0x80ff, dx: 0xffff })
  return succeed(frame)
}

const getEvent: Service = (frame) => answer(frame, error.noEvent)

/** What a driver and this BIOS both speak; 1.2 is the newest there is. */
const agreeOnVersion: Service = (frame) => {
  frame.regs.ax = Math.min(version, Math.max(frame.regs.cx, 0x0100))
  return succeed(frame)
}

/** No batteries, no ways to wake up. */
const getCapabilities: Service = (frame) => {
  Object.assign(frame.regs, { bl: 0, cx: 0 })
  return succeed(frame)
}

/** Of the BIOS's segment, which all of it is in. */
const segmentBytes = 0xfff0

/** Where the code for far calls is, its segment and that of its data, and how long they are. */
const connect16: Service = (frame) => {
  const { regs } = frame
  if (regs.bx !== device.bios) return answer(frame, error.unknownDevice)
  Object.assign(regs, { ax: romSegment, bx: apmEntry, cx: romSegment, si: segmentBytes, di: segmentBytes })
  return succeed(frame)
}

/** The same, with segments of code of 32 and of 16 bits. */
const connect32: Service = (frame) => {
  const { regs } = frame
  if (regs.bx !== device.bios) return answer(frame, error.unknownDevice)
  Object.assign(regs, { ax: romSegment, ebx: apmEntry, cx: romSegment, dx: romSegment })
  Object.assign(regs, { esi: segmentBytes * 0x1_0001, di: segmentBytes })
  return succeed(frame)
}

const functions = 0x53
/** Those before it connect. */
const firstFar = 0x04

export const apmFunctions = new Map<number, Service>([
  [
    functions,
    bySubfunction(
      [
        [0x00, check],
        [0x01, accept],
        [0x02, connect16],
        [0x03, connect32],
        [0x04, accept],
        [0x05, idle],
        [0x06, succeed],
        [0x07, setState],
        [0x08, accept],
        [0x09, accept],
        [0x0a, getPowerStatus],
        [0x0b, getEvent],
        [0x0c, getFlags(0)],
        [0x0d, accept],
        [0x0e, agreeOnVersion],
        [0x0f, accept],
        [0x10, getCapabilities],
      ],
      (frame) => answer(frame, error.notSupported),
    ),
  ],
])

/** All of them but those of INT 15h alone, called far. */
export const apm: Service = (frame, platform) => {
  const { ah, al } = frame.regs
  const act = al < firstFar ? undefined : apmFunctions.get(ah)
  return act ? act(frame, platform) : answer(frame, error.notSupported)
}

import type { Frame } from '../bios/frame.ts'
import { bytesOf } from '../bios/little-endian.ts'
import type { Platform, Service } from '../bios/service.ts'
import { factsNow } from './facts-now.ts'
import { romSegment, staticFunctionality } from './rom-map.ts'
import { register, setRegister, videoPort } from './video-ports.ts'
import { controlParts, videoParts } from './video-state.ts'

type Function = (frame: Frame, platform: Platform) => void

/** A color adapter with 256 KiB; switches as of an EGA with an enhanced monitor. */
const adapter: Function = ({ regs }, { data }) => {
  Object.assign(regs, { bh: data.videoMode === 7 ? 1 : 0, bl: 3, ch: 0, cl: 9 })
}

/** Sets or clears bits of a byte in the BIOS data area by AL: 0 is on. */
const option =
  (field: 'videoControl' | 'videoOptions', bit: number, whenZero: boolean): Function =>
  ({ regs }, { data }) => {
    const isOn = (regs.al === 0) === whenZero
    data[field] = isOn ? data[field] | bit : data[field] & ~bit
    regs.al = 0x12
  }

const lines: Readonly<Record<number, number>> = { 0: 0x80, 1: 0x00, 2: 0x10 }

/** For the next mode set: 200, 350 or 400 lines of text. */
const setLines: Function = ({ regs }, { data }) => {
  const value = lines[regs.al]
  if (value === undefined) return
  data.videoOptions = (data.videoOptions & ~0x90) | value
  regs.al = 0x12
}

const screenOff = 0x20

const refresh: Function = ({ regs }, { ports }) => {
  const clocking = register(ports, videoPort.sequencer, 1)
  const value = regs.al === 0 ? clocking & ~screenOff : clocking | screenOff
  setRegister(ports, videoPort.sequencer, 1, value)
  regs.al = 0x12
}

const understood: Function = ({ regs }) => {
  regs.al = 0x12
}

/** Function 12h, by BL. */
const selections: Readonly<Record<number, Function>> = {
  16: adapter,
  48: setLines,
  49: option('videoOptions', 0x08, false),
  50: understood,
  51: option('videoOptions', 0x02, true),
  52: option('videoControl', 0x01, false),
  54: refresh,
}

const select: Service = (frame, platform) => {
  selections[frame.regs.bl]?.(frame, platform)
  return 'done'
}

/** A VGA with a color monitor, and no other. */
const combination: Service = ({ regs }) => {
  if (regs.al === 0) Object.assign(regs, { al: 0x1a, bl: 8, bh: 0 })
  else if (regs.al === 1) regs.al = 0x1a
  return 'done'
}

const stateBytes = 64

/** Function 1Bh: a table of 64 bytes at ES:DI. */
const functionality: Service = (frame, platform) => {
  const { regs } = frame
  const { memory } = platform
  if (regs.bx !== 0) return 'done'
  const facts = factsNow(platform)
  const state = new Uint8Array(stateBytes)
  state.set([...bytesOf(staticFunctionality, 2), ...bytesOf(romSegment, 2)])
  state.set(memory.read(0x449, 30), 4)
  state.set(memory.read(0x484, 3), 34)
  state.set([8, 0, ...bytesOf(facts ? 2 ** facts.depth : 0, 2), facts?.pages ?? 1, 2], 37)
  state[49] = 3
  frame.write('es', regs.di, state)
  regs.al = 0x1b
  return 'done'
}

/** Function 1Ch: saves and restores registers, BIOS data and colors. */
const videoState: Service = (frame, platform) => {
  if (controlParts(frame, platform, videoParts, frame.regs.al)) frame.regs.al = 0x1c
  return 'done'
}

/** Functions that tell and choose, by AH (Ralf Brown's Interrupt List). */
export const informationFunctions: ReadonlyMap<number, Service> = new Map([
  [0x12, select],
  [0x1a, combination],
  [0x1b, functionality],
  [0x1c, videoState],
])

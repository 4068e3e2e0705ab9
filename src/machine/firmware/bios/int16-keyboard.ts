import type { Frame } from './frame.ts'
import { repeatRate } from './int16-repeat-rate.ts'
import { addKey, dropKey, nextKey } from './key-buffer.ts'
import { followLocks } from './keyboard-lights.ts'
import { byFunction, type Outcome, type Platform, type Service } from './service.ts'

/** Function 09h: functions 0300h, 0305h, 0306h, 0Ah, and 10h to 12h, are there. */
const functionality = 0x3d
/** What a translated keyboard of 101 keys answers to its identification. */
const keyboardId = 0x41ab
/** Bits of keyboardDown and keyboardType as function 12h shows them, and SysRq's two places. */
const shown = { down: 0x73, type: 0x0c, systemRequest: 0x04, systemRequestShown: 0x80 } as const

/** The next code as these functions see it; those that they do not know are dropped. */
type Seen = (code: number) => number | null

/** Of 101 keys: a character of F0h only marks codes for these functions alone. */
const extended: Seen = (code) => ((code & 0xff) === 0xf0 && code >> 8 !== 0 ? code & 0xff00 : code)

/** Of 84 keys, as programs for older keyboards expect them. */
const usual: Seen = (code) => {
  const [scan, character] = [code >> 8, code & 0xff]
  if (scan === 0xe0) return character === 0x2f ? 0x352f : 0x1c00 | character
  if (character === 0xe0 && scan !== 0) return scan > 0x84 ? null : scan << 8
  if (character === 0xf0 && scan !== 0) return null
  return scan > 0x84 ? null : code
}

function peek(platform: Platform, seen: Seen): number | null {
  for (let code = nextKey(platform); code !== null; code = nextKey(platform)) {
    const value = seen(code)
    if (value !== null) return value
    dropKey(platform)
  }
  return null
}

function read(seen: Seen): Service {
  return ({ regs }, platform) => {
    const code = peek(platform, seen)
    if (code === null) return 'awaitsKey'
    dropKey(platform)
    regs.ax = code
    return 'done'
  }
}

function look(seen: Seen): Service {
  return (frame, platform) => {
    const code = peek(platform, seen)
    frame.flag('zf', code === null)
    if (code === null) return 'noKey'
    frame.regs.ax = code
    return 'done'
  }
}

function flags({ regs }: Frame, { data }: Platform): Outcome {
  regs.al = data.keyboardFlags
  return 'done'
}

function allFlags({ regs }: Frame, { data }: Platform): Outcome {
  const { keyboardDown, keyboardType } = data
  const isRequest = (keyboardDown & shown.systemRequest) !== 0
  regs.al = data.keyboardFlags
  regs.ah =
    (keyboardDown & shown.down) | (keyboardType & shown.type) | (isRequest ? shown.systemRequestShown : 0)
  return 'done'
}

/** Puts CX into the buffer; AL is 1 where it is full. */
const store: Service = ({ regs }, platform) => {
  regs.al = addKey(platform, regs.cx) ? 0 : 1
  return 'done'
}

const capabilities: Service = ({ regs }) => {
  regs.al = functionality
  return 'done'
}

const identify: Service = ({ regs }) => {
  regs.bx = keyboardId
  return 'done'
}

/** DOS's keyboard drivers look for functions 10h to 12h with it: AH is another, and not above 80h. */
const hasExtended: Service = ({ regs }) => {
  regs.ah = 0x80
  return 'done'
}

const functions = new Map<number, Service>([
  [0x00, read(usual)],
  [0x01, look(usual)],
  [0x02, flags],
  [0x03, repeatRate],
  [0x05, store],
  [0x09, capabilities],
  [0x0a, identify],
  [0x10, read(extended)],
  [0x11, look(extended)],
  [0x12, allFlags],
  [0x92, hasExtended],
])

const known = byFunction(functions, () => 'done')

/**
 * INT 16h: the keyboard; its lights follow locks that a program has set in the BIOS data area. Where there is
 * no function nothing changes: so function A2h tells that those of 122 keys are not there, and a click (04h)
 * only the PCjr has.
 */
export const int16: Service = (frame, platform) => {
  followLocks(platform)
  return known(frame, platform)
}

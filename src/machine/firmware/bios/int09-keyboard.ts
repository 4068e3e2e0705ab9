import { ports as layout } from '../../layout.ts'
import { afterKey } from './after-key.ts'
import { addKey, emptyKeyBuffer } from './key-buffer.ts'
import { extendedKeys, type Key, keypadDigits, keys } from './key-codes.ts'
import { takeAnswer, tellLights } from './keyboard-lights.ts'
import type { Platform, Service } from './service.ts'

/** Bits of keyboardFlags. */
const flag = {
  rightShift: 0x01,
  leftShift: 0x02,
  ctrl: 0x04,
  alt: 0x08,
  scrollLock: 0x10,
  numLock: 0x20,
  capsLock: 0x40,
  insert: 0x80,
} as const
/** Bits of keyboardDown: keys that are down, and the pause. */
const down = {
  leftCtrl: 0x01,
  leftAlt: 0x02,
  systemRequest: 0x04,
  pause: 0x08,
  scrollLock: 0x10,
  numLock: 0x20,
  capsLock: 0x40,
} as const
const insertDown = 0x80
/** Bits of keyboardType. */
const more = { afterE1: 0x01, afterE0: 0x02, rightCtrl: 0x04, rightAlt: 0x08 } as const
const breakSeen = 0x80

const prefix = { e0: 0xe0, e1: 0xe1 } as const
const released = 0x80
/** Bytes of a keyboard that are no keys: acknowledge, resend, echo, overruns. */
const replies: ReadonlySet<number> = new Set([0xfa, 0xfe, 0xee, 0x00, 0xff])

const scan = {
  ctrl: 0x1d,
  leftShift: 0x2a,
  rightShift: 0x36,
  printScreen: 0x37,
  alt: 0x38,
  capsLock: 0x3a,
  numLock: 0x45,
  scrollLock: 0x46,
  insert: 0x52,
  delete: 0x53,
  systemRequest: 0x54,
} as const

type Lock = 'capsLock' | 'numLock' | 'scrollLock'

const locks = new Map<number, Lock>([
  [scan.capsLock, 'capsLock'],
  [scan.numLock, 'numLock'],
  [scan.scrollLock, 'scrollLock'],
])

const pulseReset = 0xfe
const warmBoot = 0x1234

/** IRQ 1, with the byte from port 60h in AL: flags and the key buffer of the BIOS data area. */
export const int09: Service = ({ regs }, platform) => {
  regs.al = take(platform, regs.al)
  return 'done'
}

/** The key Pause: what was interrupted stands still until another one is pressed, which does nothing else. */
export const pause: Service = (_frame, { data }) =>
  (data.keyboardDown & down.pause) !== 0 ? 'awaitsKey' : 'done'

function take(platform: Platform, byte: number): number {
  const { data } = platform
  const before = data.keyboardType & (more.afterE0 | more.afterE1)
  if (byte === prefix.e0 || byte === prefix.e1) {
    data.keyboardType |= byte === prefix.e0 ? more.afterE0 : more.afterE1
    return afterKey.nothing
  }
  if ((before & more.afterE1) !== 0) {
    // Pause is E1 1D 45 and E1 9D C5.
    if ((byte & 0x7f) === scan.ctrl) return afterKey.nothing
    data.keyboardType &= ~more.afterE1
    if (byte !== scan.numLock) return afterKey.nothing
    data.keyboardDown |= down.pause
    return afterKey.pause
  }
  data.keyboardType &= ~more.afterE0
  const isExtended = before !== 0
  if (replies.has(byte) && !isExtended) {
    takeAnswer(platform, byte)
    return afterKey.nothing
  }
  return byte >= released ? release(platform, byte & 0x7f, isExtended) : press(platform, byte, isExtended)
}

function release(platform: Platform, code: number, isExtended: boolean): number {
  const { data } = platform
  changeShifts(platform, code, isExtended, false)
  const lock = locks.get(code)
  if (lock) data.keyboardDown &= ~down[lock]
  if (code === scan.insert) data.keyboardDown &= ~insertDown
  if (code === scan.systemRequest) {
    data.keyboardDown &= ~down.systemRequest
    return afterKey.systemRequestEnds
  }
  if (code === scan.alt && data.altNumber !== 0) {
    addKey(platform, data.altNumber)
    data.altNumber = 0
  }
  return afterKey.nothing
}

function press(platform: Platform, code: number, isExtended: boolean): number {
  const { data } = platform
  if (changeShifts(platform, code, isExtended, true)) return afterKey.nothing
  if ((data.keyboardDown & down.pause) !== 0) {
    data.keyboardDown &= ~down.pause
    return afterKey.nothing
  }
  const isCtrl = (data.keyboardFlags & flag.ctrl) !== 0
  const isAlt = (data.keyboardFlags & flag.alt) !== 0
  if (isCtrl && isAlt && code === scan.delete) return reset(platform)
  if (isCtrl && isExtended && code === scan.scrollLock) return breakKey(platform)
  if (code === scan.systemRequest || (isAlt && isExtended && code === scan.printScreen)) {
    data.keyboardDown |= down.systemRequest
    return afterKey.systemRequest
  }
  if (isExtended && code === scan.printScreen && !isCtrl) return afterKey.printScreen
  const lock = isExtended ? undefined : locks.get(code)
  if (lock) {
    toggle(platform, lock)
    return afterKey.nothing
  }
  if (code === scan.insert && !isAlt && !isCtrl) {
    data.keyboardFlags ^= flag.insert
    data.keyboardDown |= insertDown
  }
  enter(platform, code, isExtended)
  return afterKey.nothing
}

/** Whether the key is one that is held; Shift after E0h is how extended keys undo NumLock. */
function changeShifts({ data }: Platform, code: number, isExtended: boolean, isDown: boolean): boolean {
  const set = (field: 'keyboardFlags' | 'keyboardDown' | 'keyboardType', bits: number) => {
    data[field] = isDown ? data[field] | bits : data[field] & ~bits
  }
  switch (code) {
    case scan.leftShift:
    case scan.rightShift:
      if (!isExtended) set('keyboardFlags', code === scan.leftShift ? flag.leftShift : flag.rightShift)
      return true
    case scan.ctrl:
      if (isExtended) set('keyboardType', more.rightCtrl)
      else set('keyboardDown', down.leftCtrl)
      hold(data, flag.ctrl, (data.keyboardDown & down.leftCtrl) | (data.keyboardType & more.rightCtrl))
      return true
    case scan.alt:
      if (isExtended) set('keyboardType', more.rightAlt)
      else set('keyboardDown', down.leftAlt)
      hold(data, flag.alt, (data.keyboardDown & down.leftAlt) | (data.keyboardType & more.rightAlt))
      return true
    default:
      return false
  }
}

function hold(data: Platform['data'], bit: number, keysDown: number): void {
  data.keyboardFlags = keysDown !== 0 ? data.keyboardFlags | bit : data.keyboardFlags & ~bit
}

/** Held down, the key repeats: it turns the lock only once. */
function toggle(platform: Platform, lock: Lock): void {
  const { data } = platform
  if ((data.keyboardDown & down[lock]) !== 0) return
  data.keyboardDown |= down[lock]
  data.keyboardFlags ^= flag[lock]
  tellLights(platform)
}

function enter(platform: Platform, code: number, isExtended: boolean): void {
  const { data } = platform
  const digit = isExtended ? undefined : keypadDigits.get(code)
  if ((data.keyboardFlags & flag.alt) !== 0 && digit !== undefined) {
    data.altNumber = (data.altNumber * 10 + digit) & 0xff
    return
  }
  const key = (isExtended ? extendedKeys : keys).get(code)
  const value = key && codeOf(key, data.keyboardFlags)
  if (value != null) addKey(platform, value)
}

function codeOf(key: Key, flags: number): number | null {
  if ((flags & flag.alt) !== 0) return key.alt
  if ((flags & flag.ctrl) !== 0) return key.ctrl
  const isShifted = (flags & (flag.leftShift | flag.rightShift)) !== 0
  const isLocked =
    (key.group === 'letter' && (flags & flag.capsLock) !== 0) ||
    (key.group === 'keypad' && (flags & flag.numLock) !== 0)
  return isShifted !== isLocked ? key.shift : key.plain
}

function reset({ data, ports }: Platform): number {
  data.warmBoot = warmBoot
  ports.write(layout.keyboardController.first + 4, 1, pulseReset)
  return afterKey.nothing
}

function breakKey(platform: Platform): number {
  platform.data.breakFlag |= breakSeen
  emptyKeyBuffer(platform)
  addKey(platform, 0)
  return afterKey.break
}

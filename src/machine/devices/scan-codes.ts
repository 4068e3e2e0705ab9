/**
 * Scan codes of a US keyboard by key: the names are those by which tests press keys. Set 2 is what keyboards
 * speak, set 1 what an 8042 makes of it (IBM PS/2 Hardware Interface Technical Reference, Keyboard).
 */

export type CodeSet = 1 | 2

/** Make codes in set 2, a byte in hexadecimal each. */
const plain: Readonly<Record<string, string>> = {
  ...codes('abcdefghijklm', '1c 32 21 23 24 2b 34 33 43 3b 42 4b 3a'),
  ...codes('nopqrstuvwxyz', '31 44 4d 15 2d 1b 2c 3c 2a 1d 22 35 1a'),
  ...codes('0123456789', '45 16 1e 26 25 2e 36 3d 3e 46'),
  ...codes("-=[]\\;'`,./", '4e 55 54 5b 5d 4c 52 0e 41 49 4a'),
  ...named('enter escape tab space backspace', '5a 76 0d 29 66'),
  ...named('shift ctrl alt rightshift capslock numlock scrolllock', '12 14 11 59 58 77 7e'),
  ...named('f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12', '05 06 04 0c 03 0b 83 0a 01 09 78 07'),
  ...named('kp0 kp1 kp2 kp3 kp4 kp5 kp6 kp7 kp8 kp9', '70 69 72 7a 6b 73 74 6c 75 7d'),
  ...named('kpmultiply kpminus kpplus kpdot', '7c 7b 79 71'),
}

/** Keys that came with the 101-key keyboard: E0h stands in front. */
const extended: Readonly<Record<string, string>> = {
  ...named('meta rightctrl rightmeta rightalt menu', '1f 14 27 11 2f'),
  ...named('insert home pageup delete end pagedown', '70 6c 7d 71 69 7a'),
  ...named('up left down right kpdivide kpenter', '75 6b 72 74 4a 5a'),
}

const release = 0xf0
const extension = 0xe0

/** Keys that make others of Pause and Print Screen. */
export type HeldKey = 'shift' | 'rightshift' | 'ctrl' | 'rightctrl' | 'alt' | 'rightalt'

const heldKeys: ReadonlySet<string> = new Set<HeldKey>([
  ...(['shift', 'rightshift', 'ctrl', 'rightctrl', 'alt', 'rightalt'] as const),
])

export function isHeldKey(key: string): key is HeldKey {
  return heldKeys.has(key)
}

/**
 * Bytes of a key going down, or up, in set 2, while others are held; null: there is no such key. Pause sends
 * all when it goes down.
 */
export function scanCode(key: string, isDown: boolean, held: readonly HeldKey[]): readonly number[] | null {
  if (key === 'pause') return isDown ? pauseCode(held) : []
  if (key === 'printscreen') return printScreenCode(isDown, held)
  const prefix = key in extended ? [extension] : []
  const code = Object.hasOwn(extended, key) ? extended[key] : Object.hasOwn(plain, key) ? plain[key] : null
  if (code == null) return null
  return [...prefix, ...(isDown ? [] : [release]), Number.parseInt(code, 16)]
}

/** With Ctrl it is Break. */
function pauseCode(held: readonly HeldKey[]): readonly number[] {
  const isBreak = held.includes('ctrl') || held.includes('rightctrl')
  if (isBreak) return [extension, 0x7e, extension, release, 0x7e]
  return [0xe1, 0x14, 0x77, 0xe1, release, 0x14, release, 0x77]
}

/** With Alt it is System Request; with Shift or Ctrl it does without a Shift of its own. */
function printScreenCode(isDown: boolean, held: readonly HeldKey[]): readonly number[] {
  if (held.includes('alt') || held.includes('rightalt')) return isDown ? [0x84] : [release, 0x84]
  const key = isDown ? [extension, 0x7c] : [extension, release, 0x7c]
  if (held.length > 0) return key
  return isDown ? [extension, 0x12, ...key] : [...key, extension, release, 0x12]
}

/**
 * What an 8042 makes of bytes 00h to 7Fh from a keyboard; 83h and 84h are the only others that it changes.
 */
const translation = [
  'ff 43 41 3f 3d 3b 3c 58 64 44 42 40 3e 0f 29 59',
  '65 38 2a 70 1d 10 02 5a 66 71 2c 1f 1e 11 03 5b',
  '67 2e 2d 20 12 05 04 5c 68 39 2f 21 14 13 06 5d',
  '69 31 30 23 22 15 07 5e 6a 72 32 24 16 08 09 5f',
  '6b 33 25 17 18 0b 0a 60 6c 34 35 26 27 19 0c 61',
  '6d 73 28 74 1a 0d 62 6e 3a 36 1c 1b 75 2b 63 76',
  '55 56 77 78 79 7a 0e 7b 7c 4f 7d 4b 47 7e 7f 6f',
  '52 53 50 4c 4d 48 01 45 57 4e 51 4a 37 49 46 54',
].flatMap((row) => row.split(' ').map((byte) => Number.parseInt(byte, 16)))

/** One byte of set 2 as set 1: `isRelease` is whether F0h came before it. */
export function translated(byte: number, isRelease: boolean): number {
  const code = translation[byte] ?? (byte === 0x83 ? 0x41 : byte === 0x84 ? 0x54 : byte)
  return isRelease ? code | 0x80 : code
}

/** All bytes of set 2 in set 1: releases are a bit instead of a prefix. */
export function inSet1(bytes: readonly number[]): readonly number[] {
  return bytes.flatMap((byte, index) =>
    byte === release ? [] : [translated(byte, bytes[index - 1] === release)],
  )
}

function codes(keys: string, bytes: string): Record<string, string> {
  return named(Array.from(keys).join(' '), bytes)
}

function named(keys: string, bytes: string): Record<string, string> {
  const values = bytes.split(' ')
  return Object.fromEntries(keys.split(' ').map((key, index) => [key, values[index] ?? '']))
}

/** What INT 16h answers for a key: BIOS scan code in the upper byte, character in the lower. */
export interface KeyCodes {
  readonly plain: number
  readonly shift: number
  /** Null: the key with Ctrl, or Alt, gives nothing. */
  readonly ctrl: number | null
  readonly alt: number | null
}

/** Which lock turns Shift around. */
export type KeyGroup = 'plain' | 'letter' | 'keypad'

export interface Key extends KeyCodes {
  readonly group: KeyGroup
}

const none = '----'

/** By scan code of set 1: plain, with Shift, Ctrl, Alt (Ralf Brown's Interrupt List, tables 00006, 00007). */
const rows = `
  01 011b 011b 011b 0100  02 0231 0221 ---- 7800  03 0332 0340 0300 7900  04 0433 0423 ---- 7a00
  05 0534 0524 ---- 7b00  06 0635 0625 ---- 7c00  07 0736 075e 071e 7d00  08 0837 0826 ---- 7e00
  09 0938 092a ---- 7f00  0a 0a39 0a28 ---- 8000  0b 0b30 0b29 ---- 8100  0c 0c2d 0c5f 0c1f 8200
  0d 0d3d 0d2b ---- 8300  0e 0e08 0e08 0e7f 0e00  0f 0f09 0f00 9400 a500  1a 1a5b 1a7b 1a1b 1a00
  1b 1b5d 1b7d 1b1d 1b00  1c 1c0d 1c0d 1c0a 1c00  27 273b 273a ---- 2700  28 2827 2822 ---- 2800
  29 2960 297e ---- 2900  2b 2b5c 2b7c 2b1c 2b00  33 332c 333c ---- 3300  34 342e 343e ---- 3400
  35 352f 353f ---- 3500  37 372a 372a 9600 3700  39 3920 3920 3920 3920  3b 3b00 5400 5e00 6800
  3c 3c00 5500 5f00 6900  3d 3d00 5600 6000 6a00  3e 3e00 5700 6100 6b00  3f 3f00 5800 6200 6c00
  40 4000 5900 6300 6d00  41 4100 5a00 6400 6e00  42 4200 5b00 6500 6f00  43 4300 5c00 6600 7000
  44 4400 5d00 6700 7100  4a 4a2d 4a2d 8e00 4a00  4e 4e2b 4e2b 9000 4e00  56 565c 567c ---- ----
  57 8500 8700 8900 8b00  58 8600 8800 8a00 8c00`

/** On the numeric keypad: Alt with a digit is a part of a character's number. */
const keypadRows = `
  47 4700 4737 7700 ----  48 4800 4838 8d00 ----  49 4900 4939 8400 ----  4b 4b00 4b34 7300 ----
  4c 4cf0 4c35 8f00 ----  4d 4d00 4d36 7400 ----  4f 4f00 4f31 7500 ----  50 5000 5032 9100 ----
  51 5100 5133 7600 ----  52 5200 5230 9200 ----  53 5300 532e 9300 ----`

/** Keys with E0h in front. */
const extendedRows = `
  1c e00d e00d e00a a600  35 e02f e02f 9500 a400  47 47e0 47e0 77e0 9700  48 48e0 48e0 8de0 9800
  49 49e0 49e0 84e0 9900  4b 4be0 4be0 73e0 9b00  4d 4de0 4de0 74e0 9d00  4f 4fe0 4fe0 75e0 9f00
  50 50e0 50e0 91e0 a000  51 51e0 51e0 76e0 a100  52 52e0 52e0 92e0 a200  53 53e0 53e0 93e0 a300`

const letterRows = [
  [0x10, 'qwertyuiop'],
  [0x1e, 'asdfghjkl'],
  [0x2c, 'zxcvbnm'],
] as const

function keysOf(table: string, group: KeyGroup): readonly (readonly [scan: number, key: Key])[] {
  const fields = table.trim().split(/\s+/)
  const code = (text = none) => (text === none ? null : Number.parseInt(text, 16))
  return Array.from({ length: fields.length / 5 }, (_, index) => {
    const [scan, plain, shift, ctrl, alt] = fields.slice(5 * index, 5 * index + 5).map(code)
    return [scan ?? 0, { group, plain: plain ?? 0, shift: shift ?? 0, ctrl: ctrl ?? null, alt: alt ?? null }]
  })
}

function letterKeys(): readonly (readonly [scan: number, key: Key])[] {
  return letterRows.flatMap(([first, letters]) =>
    Array.from(letters, (letter, index): readonly [number, Key] => {
      const scan = first + index
      const code = scan << 8
      const small = letter.charCodeAt(0)
      return [
        scan,
        {
          group: 'letter',
          plain: code | small,
          shift: code | (small - 0x20),
          ctrl: code | (small & 0x1f),
          alt: code,
        },
      ]
    }),
  )
}

/** By scan code of set 1. */
export const keys: ReadonlyMap<number, Key> = new Map([
  ...keysOf(rows, 'plain'),
  ...keysOf(keypadRows, 'keypad'),
  ...letterKeys(),
])

/** The same, with E0h in front. */
export const extendedKeys: ReadonlyMap<number, Key> = new Map(keysOf(extendedRows, 'plain'))

/** Digits of the keypad by their scan codes, for characters by number. */
export const keypadDigits: ReadonlyMap<number, number> = new Map(
  [0x52, 0x4f, 0x50, 0x51, 0x4b, 0x4c, 0x4d, 0x47, 0x48, 0x49].map((scan, digit) => [scan, digit]),
)

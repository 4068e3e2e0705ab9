import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { eachEngine, embedded } from './each-engine.ts'

/** Keys, and what INT 16h answers to functions 00h and 10h (Ralf Brown's list, tables 00006 and 00007). */
const rows: readonly (readonly [keys: string, usual: number | null, extended: number])[] = [
  ['a', 0x1e61, 0x1e61],
  ['A', 0x1e41, 0x1e41],
  ['ctrl-a', 0x1e01, 0x1e01],
  ['alt-a', 0x1e00, 0x1e00],
  ['1', 0x0231, 0x0231],
  ['!', 0x0221, 0x0221],
  ['alt-1', 0x7800, 0x7800],
  ['ctrl-2', 0x0300, 0x0300],
  ['ctrl-6', 0x071e, 0x071e],
  ['enter', 0x1c0d, 0x1c0d],
  ['ctrl-enter', 0x1c0a, 0x1c0a],
  ['kpenter', 0x1c0d, 0xe00d],
  ['kpdivide', 0x352f, 0xe02f],
  ['kpmultiply', 0x372a, 0x372a],
  ['escape', 0x011b, 0x011b],
  ['backspace', 0x0e08, 0x0e08],
  ['ctrl-backspace', 0x0e7f, 0x0e7f],
  ['tab', 0x0f09, 0x0f09],
  ['shift-tab', 0x0f00, 0x0f00],
  ['space', 0x3920, 0x3920],
  ['f1', 0x3b00, 0x3b00],
  ['shift-f1', 0x5400, 0x5400],
  ['ctrl-f1', 0x5e00, 0x5e00],
  ['alt-f1', 0x6800, 0x6800],
  ['f11', null, 0x8500],
  ['shift-f12', null, 0x8800],
  ['up', 0x4800, 0x48e0],
  ['delete', 0x5300, 0x53e0],
  ['ctrl-left', 0x7300, 0x73e0],
  ['pagedown', 0x5100, 0x51e0],
  ['kp8', 0x4800, 0x4800],
  ['shift-kp8', 0x4838, 0x4838],
  ['kpminus', 0x4a2d, 0x4a2d],
  ['[', 0x1a5b, 0x1a5b],
  ['{', 0x1a7b, 0x1a7b],
  ['\\', 0x2b5c, 0x2b5c],
  ['`', 0x2960, 0x2960],
]

const minute = 60_000

describe.each(eachEngine)('keys on $name', (engine) => {
  let guest: BiosCaller
  beforeAll(async () => {
    guest = await openBiosCaller(engine)
  }, minute)
  afterAll(() => guest.machine.close())

  /** The code that a waiting function gets from these keys. */
  async function codeOf(keys: readonly string[], ah: number): Promise<number> {
    await guest.begin(0x16, { ax: ah << 8 })
    await guest.machine.input({ to: 'keyboard', keys })
    return (await guest.answer()).eax & 0xffff
  }

  test.each(rows)('%s', async (keys, usual, extended) => {
    expect(await codeOf([keys], 0x10)).toBe(extended)
    if (usual !== null) expect(await codeOf([keys], 0x00)).toBe(usual)
  })

  test('NumLock and CapsLock turn Shift around', async () => {
    await guest.machine.input({ to: 'keyboard', keys: ['capslock', 'numlock'] })
    expect(await codeOf(['q'], 0)).toBe(0x1051)
    expect(await codeOf(['Q'], 0)).toBe(0x1071)
    expect(await codeOf(['1'], 0)).toBe(0x0231)
    expect(await codeOf(['kp5'], 0)).toBe(0x4c35)
    expect(await codeOf(['shift-kp4'], 0)).toBe(0x4b00)
    expect((await guest.call(0x16, { ax: 0x0200 })).eax & 0x70).toBe(0x60)
    await guest.machine.input({ to: 'keyboard', keys: ['capslock', 'numlock'] })
    expect(await codeOf(['q'], 0)).toBe(0x1071)
    expect((await guest.call(0x16, { ax: 0x0200 })).eax & 0x70).toBe(0)
  })

  test('lights are of the locks that are on, and the keyboard has answered', async () => {
    const lights = async () => {
      await guest.call(0x16, { ax: 0x0200 })
      return [...(await guest.read(0x40, 0x97, 1))]
    }
    await guest.machine.input({ to: 'keyboard', keys: ['capslock', 'scrolllock'] })
    expect(await codeOf(['q'], 0)).toBe(0x1051)
    expect(await lights()).toEqual([0x05])
    await guest.machine.input({ to: 'keyboard', keys: ['capslock', 'scrolllock'] })
    expect(await codeOf(['q'], 0)).toBe(0x1071)
    expect(await lights()).toEqual([0])
  })

  test.each([0x01, 0x02, 0x11, 0x12])(
    'lights follow locks that a program has set, with the next call of INT 16h, function %i',
    async (ah) => {
      const after = async (flags: number) => {
        await guest.poke(0x40, 0x17, flags)
        await guest.call(0x16, { ax: ah << 8 })
        await guest.call(0x15, { ax: 0x8600, cx: 1 })
        const [lights = 0] = await guest.read(0x40, 0x97, 1)
        return lights & 7
      }
      expect(await after(0x60)).toBe(6)
      expect(await after(0x10)).toBe(1)
      expect(await after(0)).toBe(0)
      expect((await guest.call(0x16, { ax: 0x0100 })).flags & 0x40).toBe(0x40)
    },
  )

  test('keys wait in the buffer, 15 of them', async () => {
    for (const code of Array.from({ length: 15 }, (_, index) => 0x1e61 + index)) {
      expect((await guest.call(0x16, { ax: 0x0500, cx: code })).eax & 0xff).toBe(0)
    }
    expect((await guest.call(0x16, { ax: 0x0500, cx: 1 })).eax & 0xff).toBe(1)
    const peeked = await guest.call(0x16, { ax: 0x0100 })
    expect([peeked.eax & 0xffff, peeked.flags & 0x40]).toEqual([0x1e61, 0])
    const codes: number[] = []
    for (let index = 0; index < 15; index++) codes.push((await guest.call(0x16, { ax: 0 })).eax & 0xffff)
    expect(codes).toEqual(Array.from({ length: 15 }, (_, index) => 0x1e61 + index))
  })

  test('more keys than that wait where they are typed', async () => {
    const text = 'abcdefghijklmnopqrst'
    await guest.machine.input({ to: 'keyboard', keys: [...text] })
    await guest.call(0x15, { ax: 0x8600, cx: 0x000f })
    let taken = ''
    for (const _ of text) taken += String.fromCharCode((await guest.call(0x16, { ax: 0 })).eax & 0xff)
    expect(taken).toBe(text)
  })
})

test('keys that an 84-key keyboard has not are not given to its functions', async () => {
  const guest = await openBiosCaller(embedded)
  await guest.begin(0x16, { ax: 0 })
  await guest.machine.input({ to: 'keyboard', keys: ['f11', 'x'] })
  expect((await guest.answer()).eax & 0xffff).toBe(0x2d78)
  await guest.machine.close()
})

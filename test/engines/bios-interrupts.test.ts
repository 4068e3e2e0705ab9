import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { eachEngine, embedded } from './each-engine.ts'
import { callProgram, putProgram, setVectors } from './guest-program.ts'

const wait = { ax: 0x8600, cx: 0, dx: 0 } as const
const microseconds = (count: number) => ({ ...wait, cx: count >>> 16, dx: count & 0xffff })

/** The next key of the buffer, taken; null where none comes: it goes down when the last one was taken. */
async function takeKey(guest: BiosCaller): Promise<number | null> {
  await guest.call(0x15, microseconds(100_000))
  const { eax, flags } = await guest.call(0x16, { ax: 0x1100 })
  if (flags & 0x40) return null
  await guest.call(0x16, { ax: 0x1000 })
  return eax & 0xffff
}

/** Handlers that count their calls, and where they do. */
const [handlerAt, countAt] = [0x9300, 0x93f0]
const countCall = `inc byte [cs:${countAt}]`

/** Of ATA: a command without data. */
const checkPowerMode = 0xe5

describe.each(eachEngine)('interrupts on $name', (engine) => {
  let guest: BiosCaller
  /** Code that goes on to INT 15h as it is in ROM. */
  let system: string
  beforeAll(async () => {
    guest = await openBiosCaller(engine)
    const vector = await guest.read(0, 4 * 0x15, 4)
    system = `jmp ${vector.readUInt16LE(2)}:${vector.readUInt16LE(0)}`
  }, 60_000)
  afterAll(() => guest.machine.close())

  /** How often the handler was called since the last time. */
  async function calls(): Promise<number> {
    const [count = 0] = await guest.read(0, countAt, 1)
    await guest.poke(0, countAt, 0)
    return count
  }

  async function handle(vector: number, code = ''): Promise<void> {
    await guest.poke(0, countAt, 0)
    await putProgram(guest, `${countCall}; ${code}; iret`, handlerAt)
    await setVectors(guest, { [vector]: handlerAt })
  }

  test('08: motors of floppy drives stop when their time is over', async () => {
    await guest.output(0x3f2, 0x1c)
    await guest.poke(0x40, 0x3f, 1)
    await guest.poke(0x40, 0x40, 2)
    await guest.call(0x15, microseconds(200_000))
    const [motors = 0xff, ticks] = await guest.read(0x40, 0x3f, 2)
    expect([ticks, (await guest.input(0x3f2)) & 0xf0]).toEqual([0, 0])
    // SeaBIOS leaves the byte alone: docs/quirks.md.
    if (engine === embedded) expect(motors & 0x0f).toBe(0)
  })

  test('75: goes on to 02, which finds its registers', async () => {
    await handle(0x02)
    expect((await guest.call(0x75, { ax: 0x1234 })).eax & 0xffff).toBe(0x1234)
    expect(await calls()).toBe(1)
  })

  // IBM PC AT Technical Reference, BIOS listing, HD_INT.
  test('76: a disk that interrupts sets the flag at 40:8E, and can again', async () => {
    const done: number[][] = []
    for (let round = 0; round < 2; round++) {
      await guest.poke(0x40, 0x8e, 0)
      const [before = -1] = await guest.read(0x40, 0x8e, 1)
      await guest.output(0x3f6, 0)
      await guest.output(0x1f6, 0xa0)
      await guest.output(0x1f7, checkPowerMode)
      await guest.call(0x15, microseconds(50_000))
      const [after = -1] = await guest.read(0x40, 0x8e, 1)
      done.push([before, after, (await guest.input(0x1f7)) & 0x89])
    }
    const once = [0, 0xff, 0]
    expect(done).toEqual([once, once])
  })

  test('08: a midnight begins the next day', async () => {
    await guest.call(0x1a, { ax: 0x0100, cx: 0x18, dx: 0xae })
    await guest.call(0x15, microseconds(300_000))
    const { eax, ecx, edx } = await guest.call(0x1a, { ax: 0 })
    expect([eax & 0xff, ecx & 0xffff]).toEqual([1, 0])
    expect(edx & 0xffff).toBeLessThan(engine === embedded ? 6 : 200)
    expect((await guest.call(0x1a, { ax: 0 })).eax & 0xff).toBe(0)
  })

  test('4A is called at an alarm, once', async () => {
    await handle(0x4a)
    await guest.call(0x1a, { ax: 0x0300, cx: 0x2200, dx: 0x5800 })
    await guest.call(0x1a, { ax: 0x0600, cx: 0x2201, dx: 0 })
    await guest.call(0x15, microseconds(3_000_000))
    expect(await calls()).toBe(1)
    await guest.call(0x1a, { ax: 0x0700 })
  })

  const press = (...keys: string[]) => guest.machine.input({ to: 'keyboard', keys })
  const nextKey = () => takeKey(guest)
  const settle = () => guest.call(0x15, microseconds(100_000))

  test.each([
    ['printscreen', 0x05, 'printscreen'],
    ['Ctrl-Break', 0x1b, 'ctrl-pause'],
  ])('09: %s calls %i', async (_, vector, key) => {
    await handle(vector)
    await press(key)
    await settle()
    expect(await calls()).toBe(1)
    if (vector !== 0x1b) return
    expect(((await guest.read(0x40, 0x71, 1))[0] ?? 0) & 0x80).toBe(0x80)
    expect(await nextKey()).toBe(0)
    await guest.poke(0x40, 0x71, 0)
  })

  test('09: SysRq is told by 15/85 when it goes down, and up', async () => {
    const note = `${countCall}; shl word [cs:${countAt} + 2], 8; mov [cs:${countAt} + 2], al; iret`
    await putProgram(guest, `cmp ah, 0x85; jne old; ${note}; old: ${system}`, handlerAt)
    await guest.machine.write('physical', BigInt(countAt), Uint8Array.of(0, 0, 0xff, 0xff))
    await setVectors(guest, { 21: handlerAt })
    await press('alt-printscreen')
    await settle()
    expect((await guest.read(0, countAt, 4)).toString('hex')).toBe('02000100')
  })

  test('09: 15/4F is asked about each byte: it takes one, and changes another', async () => {
    const swap =
      'cmp ah, 0x4f; jne old; cmp al, 0x1e; je taken; cmp al, 0x9e; je taken; cmp al, 0x30; jne pass; mov al, 0x2e'
    const flags =
      'push bp; mov bp, sp; or byte [bp+6], 1; pop bp; iret; taken: push bp; mov bp, sp; and byte [bp+6], 0xfe; pop bp; iret'
    await putProgram(guest, `${swap}; pass: ${flags}; old: ${system}`, handlerAt)
    await setVectors(guest, { 21: handlerAt })
    await press('a', 'b', 'x')
    await settle()
    expect([await nextKey(), await nextKey(), await nextKey()]).toEqual([0x2e63, 0x2d78, null])
  })
})

test('a character by its number, with Alt and the keypad', async () => {
  const guest = await openBiosCaller(embedded)
  // One key at a time: digits that are more are added to the same number.
  await guest.machine.input({ to: 'keyboard', keys: ['alt-kp6', 'x'] })
  await guest.call(0x15, microseconds(100_000))
  expect([await takeKey(guest), await takeKey(guest)]).toEqual([6, 0x2d78])
  await guest.machine.close()
})

test('Pause stops the program until a key is pressed, which is no other thing', async () => {
  const guest = await openBiosCaller(embedded)
  await guest.machine.input({ to: 'keyboard', keys: ['pause'] })
  const down = async () => ((await guest.machine.read('physical', 0x418n, 1))[0] ?? 0) & 0x08
  expect(await guest.run({ on: 'waitsForKey' })).toMatchObject({ why: 'condition' })
  expect(await down()).toBe(0x08)
  await guest.machine.input({ to: 'keyboard', keys: ['x', 'y'] })
  await guest.call(0x15, microseconds(100_000))
  expect([await down(), await takeKey(guest), await takeKey(guest)]).toEqual([0, 0x1579, null])
  await guest.machine.close()
})

test('an exception of x87 is an NMI, and the next one too', async () => {
  const guest = await openBiosCaller(embedded)
  await putProgram(guest, `fnclex; inc byte [cs:${countAt}]; iret`, handlerAt)
  await setVectors(guest, { [0x02]: handlerAt })
  // Division by zero is not masked.
  const divide = 'mov word [0x93f2], 0x037b; sti; fninit; fldcw [0x93f2]; fld1; fldz; fdivp; fwait; nop; iret'
  for (const count of [1, 2]) {
    await callProgram(guest, divide)
    expect([...(await guest.read(0, countAt, 1))]).toEqual([count])
  }
  await guest.machine.close()
})

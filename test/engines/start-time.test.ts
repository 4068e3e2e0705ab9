import { describe, expect, onTestFinished, test } from 'vitest'
import { type BiosCaller, openBiosCaller } from './bios-caller.ts'
import { eachEngine, embedded, type TestEngine } from './each-engine.ts'

async function openAt(engine: TestEngine, startTime?: string): Promise<BiosCaller> {
  const guest = await openBiosCaller(engine, [], { ...(startTime !== undefined && { startTime }) })
  onTestFinished(async () => {
    await guest.machine.close()
  })
  return guest
}

/** INT 1Ah function 00h. */
async function ticksOf(guest: BiosCaller) {
  const { eax, ecx, edx } = await guest.call(0x1a, { ax: 0 })
  return { ticks: (ecx & 0xffff) * 0x1_0000 + (edx & 0xffff), midnight: eax & 0xff }
}

const hz = 1_193_182 / 65_536

describe.each(eachEngine)('the clock on $name', (engine) => {
  test('begins when it is told to, and the ticks of the day with it', async () => {
    const guest = await openAt(engine, '2024-02-29T13:14:15')
    const { ticks } = await ticksOf(guest)
    const expected = Math.floor(((13 * 60 + 14) * 60 + 15) * hz)
    expect(ticks).toBeGreaterThanOrEqual(expected)
    // QEMU's BIOS takes a while.
    expect(ticks).toBeLessThan(expected + (engine.isExact ? 2 : 60 * hz))
    const date = await guest.call(0x1a, { ax: 0x0400 })
    expect([date.ecx & 0xffff, date.edx & 0xffff]).toEqual([0x2024, 0x0229])
    expect((await guest.call(0x1a, { ax: 0x0200 })).ecx & 0xff00).toBe(0x1300)
  })

  // At midnight no ticks would have passed, and guests that seed random numbers with them get 0.
  test('begins at noon where nobody says when', async () => {
    const guest = await openAt(engine)
    expect((await ticksOf(guest)).ticks).toBeGreaterThanOrEqual(Math.floor(12 * 60 * 60 * hz))
    const date = await guest.call(0x1a, { ax: 0x0400 })
    expect([date.ecx & 0xffff, date.edx & 0xffff]).toEqual([0x2020, 0x0101])
    expect((await guest.call(0x1a, { ax: 0x0200 })).ecx & 0xff00).toBe(0x1200)
  })
})

test('a midnight begins the next day, and is told once', async () => {
  const guest = await openAt(embedded, '2023-12-31T23:59:59')
  await guest.call(0x15, { ax: 0x8600, cx: 0x1e, dx: 0 })
  const { ticks, midnight } = await ticksOf(guest)
  expect([midnight, (await ticksOf(guest)).midnight]).toEqual([1, 0])
  expect(ticks).toBeLessThan(2 * hz)
  const date = await guest.call(0x1a, { ax: 0x0400 })
  expect([date.ecx & 0xffff, date.edx & 0xffff]).toEqual([0x2024, 0x0101])
})

import { describe, expect, test } from 'vitest'
import { realMedia } from './real-media.ts'
import { movedAlong, recorded } from './save-points.ts'
import { waitingMedium } from './waiting-medium.ts'

describe('a run that is saved goes on in another machine', { timeout: 240_000 }, () => {
  test('inside a key wait, a read and a repeated instruction', async () => {
    const { recording, hash } = await recorded(waitingMedium)
    const moved = movedAlong(waitingMedium, recording, 16)
    expect(moved.hash).toBe(hash)
    expect(new Set(moved.places)).toEqual(new Set(['key', 'call', 'repetition']))
  })

  test.each([
    ['ISOLINUX CD: menu, power off', 8],
    ['GRUB CD: higher-half by multiboot2', 3],
    ['boot-sector: long mode from the first sector', 3],
  ] as const)('%s, %i times on its way', async (name, times) => {
    const medium = realMedia.find((row) => row.name === name)
    if (!medium) throw new Error(`${name} is not among the media`)
    const { recording, hash } = await recorded(medium)
    const moved = movedAlong(medium, recording, times)
    expect(moved.hash).toBe(hash)
  })
})

import { describe, expect, test } from 'vitest'
import { openPlan } from '../engines/embedded/open-embedded.ts'
import { openPlan as openOnQemu } from '../engines/qemu/open-kernel.ts'
import { testQemus } from '../engines/qemu/test-qemus.ts'
import { guestCells } from './guest-cells.ts'
import { mediumPlan, play, rest } from './play.ts'
import { type RealMedium, realMedia } from './real-media.ts'

const known = new Map<RealMedium, Promise<readonly Cells[]>>()

type Cells = ReturnType<typeof guestCells>

/** What the embedded engine shows at each sight. */
function cellsOf(medium: RealMedium): Promise<readonly Cells[]> {
  const before = known.get(medium)
  if (before) return before
  const cells = embeddedCells(medium)
  known.set(medium, cells)
  return cells
}

async function embeddedCells(medium: RealMedium): Promise<readonly Cells[]> {
  const open = await openPlan(mediumPlan(medium))
  const cells: Cells[] = []
  await play(open, medium, async (sight, screen) => {
    cells.push(guestCells(await screen(), sight))
  })
  await open.machine.close()
  return cells
}

describe.each(testQemus)('real media on QEMU $version as on ours', { timeout: 180_000 }, (qemu) => {
  test.each(realMedia)('$name', async (medium) => {
    const expected = await cellsOf(medium)
    const open = await openOnQemu(qemu, mediumPlan(medium))
    let sights = 0
    await play(open, medium, async (sight, screen) => {
      const cells = expected[sights++]
      // It may still be writing: a sight is named by one text of many.
      const seen = async () => {
        await rest(open)
        return guestCells(await screen(), sight)
      }
      await expect.poll(seen, { timeout: 10_000, interval: 0 }).toEqual(cells)
    })
    await open.machine.close()
    expect(sights).toBe(expected.length)
  })
})

import { describe, expect, test } from 'vitest'
import type { Medium } from '../../src/boot/plan.ts'
import { linesOf } from '../../src/observe/text-screen.ts'
import { openPlan } from '../engines/embedded/open-embedded.ts'
import { planOf } from '../engines/plans.ts'
import { guestFile } from './debian-guests.ts'

/** Boots a medium by our BIOS to a text on its screen; answers the lines of that. */
async function shown(kind: Medium['kind'], path: string, pattern: string): Promise<readonly string[]> {
  const start = { kind: 'firmware', firmware: 'bios', bootOrder: ['boot'] } as const
  const { machine, run } = await openPlan(planOf(start, { media: [{ id: 'boot', kind, path }] }))
  const stop = await run({ on: 'screen', pattern: { pattern }, shown: true })
  const screen = await machine.screen()
  await machine.close()
  const lines = screen.kind === 'text' ? linesOf(screen) : []
  expect(stop, lines.join('\n')).toMatchObject({ why: 'condition' })
  return lines
}

describe('real media on the embedded engine', { timeout: 120_000 }, () => {
  test('memtest86+ from its ISO, whose boot image is a floppy disk', async () => {
    const iso = guestFile('memtest86+', 'usr/lib/memtest86+', 'memtest86+x64.iso')
    const lines = await shown('cdrom', iso, 'Press <F1> to configure')
    expect(lines[0]).toMatch(/^ +Memtest86\+ v\d/)
  })
})

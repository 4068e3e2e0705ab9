import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Screen } from '../../src/observe/screen.ts'
import { linesOf } from '../../src/observe/text-screen.ts'
import { drawScreen } from '../../src/report/draw-screen.ts'
import { openPlan } from '../engines/embedded/open-embedded.ts'
import { mediumPlan, play } from './play.ts'
import { realMedia } from './real-media.ts'

/** The picture by its hash, and what can be read on it. */
function frameOf(screen: Screen): string {
  const { width, height, pixels } = drawScreen(screen)
  const hash = createHash('sha256').update(pixels).digest('hex').slice(0, 16)
  const lines = screen.kind === 'text' ? linesOf(screen) : []
  return [`${width} × ${height} ${hash}`, ...lines.filter((line) => line !== '')].join('\n')
}

describe('real media on the embedded engine', { timeout: 240_000 }, () => {
  test.each(realMedia)('$name', async (medium) => {
    const open = await openPlan(mediumPlan(medium))
    const frames: string[] = []
    await play(open, medium, async (_sight, screen) => {
      frames.push(frameOf(await screen()))
    })
    await open.machine.close()
    expect(frames).toMatchSnapshot()
  })
})

import { expect, test } from 'vitest'
import { openPlan } from '../engines/embedded/open-embedded.ts'
import { mediumPlan, play } from './play.ts'
import { grubTestDisk } from './real-media.ts'

// All but the last compute for long; that polls the clock for ten seconds.
test.each(['div', 'pbkdf2', 'shift', 'sleep'])(
  "GRUB's own test %s passes on the embedded engine",
  async (name) => {
    const medium = grubTestDisk([name])
    const open = await openPlan(mediumPlan(medium))
    await play(open, medium, async () => {})
    expect(open.printed('com1')).toContain('ALL TESTS PASSED')
    await open.machine.close()
  },
)

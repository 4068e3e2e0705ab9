import { expect } from 'vitest'
import { openPlan } from '../engines/embedded/open-embedded.ts'
import { mediumPlan, play } from './play.ts'
import { grubTestDisk } from './real-media.ts'

/** Runs one of GRUB's own tests on the embedded engine, on a disk made for it. */
export async function passesGrubTest(name: string): Promise<void> {
  const medium = grubTestDisk([name])
  const open = await openPlan(mediumPlan(medium))
  await play(open, medium, async () => {})
  expect(open.printed('com1')).toContain('ALL TESTS PASSED')
  await open.machine.close()
}

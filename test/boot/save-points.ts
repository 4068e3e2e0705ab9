import { expect } from 'vitest'
import { hashOf, MediaGuest } from '../machine/media-guest.ts'
import { Random } from '../oracle/random.ts'
import { mediumPlan } from './play.ts'
import type { RealMedium } from './real-media.ts'
import { type Recording, record, replay } from './recorded-run.ts'

/** What goes on where a run was saved: `call` is one of the BIOS that waits for its time, so of a drive. */
export type Place = 'call' | 'key' | 'repetition' | 'elsewhere'

/** Goes through a medium and answers how, with a hash of all that is left at its end. */
export async function recorded(medium: RealMedium): Promise<{ recording: Recording; hash: string }> {
  const guest = new MediaGuest(mediumPlan(medium))
  const recording = await record(guest, medium)
  const hash = hashOf(guest.save())
  guest.close()
  return { recording, hash }
}

/**
 * Does a recorded run once more, and moves it at random ticks to a machine that never ran: what is loaded is
 * saved as the same. Answers the hash at its end, and where it was saved.
 */
export function movedAlong(
  medium: RealMedium,
  recording: Recording,
  count: number,
): { hash: string; places: readonly Place[] } {
  const random = new Random(`saved ${medium.name}`)
  const points = Array.from({ length: count }, () => random.below(recording.tick))
  const places: Place[] = []
  const end = replay(
    new MediaGuest(mediumPlan(medium)),
    recording,
    points.toSorted((one, other) => one - other),
    (guest) => {
      const saved = guest.save()
      const next = new MediaGuest(mediumPlan(medium))
      next.load(saved)
      expect(hashOf(next.save())).toBe(hashOf(saved))
      places.push(placeOf(guest))
      guest.close()
      return next
    },
  )
  const hash = hashOf(end.save())
  end.close()
  return { hash, places }
}

/** Of a guest that is not needed any more. */
function placeOf({ machine }: MediaGuest): Place {
  const { calls, isWaiting } = machine.save().bios
  if (calls.some(([, { forKey }]) => forKey)) return 'key'
  if (isWaiting) return 'call'
  const [prefix = 0] = machine.memory.peek(machine.linearRip, 1) ?? []
  const before = machine.linearRip
  machine.run(1)
  return (prefix & 0xfe) === 0xf2 && machine.linearRip === before ? 'repetition' : 'elsewhere'
}

import { nsAtTick } from '../../machine/clock.ts'
import type { Machine } from '../../machine/machine.ts'
import type { TimelineEvent } from '../../observe/timeline.ts'

export function readTimeline({ timeline }: Machine): readonly TimelineEvent[] {
  return timeline.map(({ what, units, tick, times }) => ({
    at: { instructions: BigInt(units), ns: nsAtTick(tick) },
    times,
    ...what,
  }))
}

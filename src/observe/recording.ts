import type { Ending } from './ending.ts'
import type { Registers } from './registers.ts'
import type { Screen } from './screen.ts'
import type { TimelineEvent } from './timeline.ts'

/**
 * All that is left of a machine after it was closed. Output bytes are not here: they went to the event sink.
 */
export interface Recording {
  readonly ending: Ending | null
  readonly screen: Screen | null
  readonly registers: Registers | null
  /** What happened last; null where the engine does not tell. */
  readonly timeline: readonly TimelineEvent[] | null
  /** What the engine itself printed (QEMU's stderr). */
  readonly engineLog: string
}

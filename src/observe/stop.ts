import type { Activity } from './activity.ts'
import type { Ending } from './ending.ts'
import type { Instant } from './instant.ts'

/**
 * Why the machine stands still. `index` names the condition in `StopWhen.any`; for an `output` condition
 * `match` is where it matched.
 */
export type Stop = { readonly at: Instant } & (
  | { readonly why: 'condition'; readonly index: number; readonly match?: TextMatch }
  | { readonly why: 'deadline'; readonly activity: Activity }
  | { readonly why: 'end'; readonly ending: Ending }
)

/** Half-open range in a port's resolved text, in UTF-16 units. */
export interface TextMatch {
  readonly start: number
  readonly end: number
}

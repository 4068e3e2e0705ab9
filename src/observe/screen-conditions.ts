import type { Condition } from './condition.ts'
import { findOnScreen } from './find-on-screen.ts'
import type { Screen } from './screen.ts'

/** The index of the first screen condition that holds. */
export function metOnScreen(conditions: readonly Condition[], screen: Screen): number | null {
  const index = conditions.findIndex(
    (condition) =>
      condition.on === 'screen' && (findOnScreen(screen, condition.pattern) !== null) === condition.shown,
  )
  return index < 0 ? null : index
}

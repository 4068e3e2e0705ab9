import type { Condition, Pattern } from '../observe/condition.ts'
import type { Ending } from '../observe/ending.ts'
import { FAIL_FAST } from '../observe/match.ts'
import type { OutputPort } from '../observe/output.ts'
import type { TextMatch } from '../observe/stop.ts'

/** How a wait for a condition came out. In every case the machine stands still at that point. */
export type Wait =
  /**
   * One holds: `index` of those that were waited for. `match`: where, for a condition on an output; the
   * port's cursor stands behind it now.
   */
  | { readonly came: 'true'; readonly index: number; readonly match: TextMatch | null }
  /** The run ended, or reached its limit, before it held: it can no longer come true. */
  | { readonly came: 'ending'; readonly ending: Ending }
  /** The guest printed one of the fail-fast texts, which this wait did not ask for. */
  | { readonly came: 'failFast'; readonly port: OutputPort; readonly pattern: string; readonly line: string }

/** The outputs on which kernels report that they give up. */
const failFastPorts: readonly OutputPort[] = ['com1', 'debugConsole']

export interface FailFast {
  readonly port: OutputPort
  readonly pattern: string
}

/** What must not be printed while one waits for `wanted`. None where the wait itself asks for such a text. */
export function failFasts(wanted: Condition): readonly FailFast[] {
  if (wanted.on === 'output' && FAIL_FAST.some((text) => asksFor(wanted.pattern, text))) return []
  if (wanted.on === 'screen' && FAIL_FAST.some((text) => asksFor(wanted.pattern.pattern, text))) return []
  const ports = wanted.on === 'output' ? new Set([...failFastPorts, wanted.port]) : failFastPorts
  return [...ports].flatMap((port) => FAIL_FAST.map((pattern) => ({ port, pattern })))
}

function asksFor(pattern: Pattern, text: string): boolean {
  if (typeof pattern === 'string') return pattern.includes(text) || text.includes(pattern)
  return (
    pattern.source.includes(text) || new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(text)
  )
}

/** The whole line of `text` around `at`. */
export function lineAround(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1
  const end = text.indexOf('\n', at)
  return text.slice(start, end < 0 ? undefined : end)
}

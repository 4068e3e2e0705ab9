import type { ColorName } from './colors.ts'
import type { OutputPort } from './output.ts'

/** A text to find literally, or a regular expression. Both survive structured cloning. */
export type Pattern = string | RegExp

/**
 * A text on a text-mode screen, optionally pinned to a place and to colours (all of its cells must have
 * them).
 */
export interface ScreenPattern {
  readonly pattern: Pattern
  readonly row?: number
  readonly column?: number
  readonly foreground?: ColorName
  readonly background?: ColorName
}

/** What a machine can run until. Plain data, judged where the guest runs. */
export type Condition =
  /** `from`: the cursor in the port's resolved text (see `OutputLog`), in UTF-16 units. */
  | { readonly on: 'output'; readonly port: OutputPort; readonly pattern: Pattern; readonly from: number }
  /** `shown: false` waits until the pattern is gone. */
  | { readonly on: 'screen'; readonly pattern: ScreenPattern; readonly shown: boolean }
  /** Two equal frames `settleNs` apart. */
  | { readonly on: 'stillScreen'; readonly settleNs: bigint }
  | { readonly on: 'address'; readonly linear: bigint }
  /**
   * The guest waits for a key: in a call of the BIOS, or by asking it over and over while it does nothing
   * else. Capability `keyWait`.
   */
  | { readonly on: 'waitsForKey' }
  /** So many instructions since power-on. Capability `instructionCount`. */
  | { readonly on: 'instructions'; readonly count: bigint }

/**
 * How far to run: to the first condition that holds, the end of the run, or `deadlineNs` of guest time since
 * power-on.
 */
export interface StopWhen {
  readonly deadlineNs: bigint
  readonly any: readonly Condition[]
}

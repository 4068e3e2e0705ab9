/** What a kernel image that is a test file tells about its tests. */
export interface GuestLanguage {
  readonly name: string
  /** The names of its tests, where they are known without running the image. */
  readonly tests?: readonly string[]
  /** A parser for one run. */
  parser(): GuestParser
}

/**
 * Reads what a guest prints, piece by piece; where the pieces are cut makes no difference. Every event stands
 * at the time of the piece that completed it.
 */
export interface GuestParser {
  /**
   * @param text of the first serial port, CR LF as a line feed, escape sequences taken out.
   * @param atNs guest time.
   */
  feed(text: string, atNs: bigint): readonly GuestEvent[]
  /** The run is over: what follows for tests that are open or were never seen. Call it once. */
  finish(end: RunEnd): readonly GuestEvent[]
}

/** How a run ended, already judged. */
export interface RunEnd {
  readonly atNs: bigint
  /** Whether it ended as a run should whose tests all passed. */
  readonly asExpected: boolean
  /** Follows "The guest": `exited with 0x11 (status 35)`. */
  readonly description: string
  /** The faults on the way to a triple fault, for below a message; else empty. */
  readonly faults: string
  /** What a run that did not end as expected should have done, in a sentence; else empty. */
  readonly expected: string
}

export type GuestEvent = { readonly atNs: bigint } & (
  | { readonly kind: 'begin'; readonly name: string }
  /** Printed by the test that is open, or by none. */
  | { readonly kind: 'output'; readonly text: string }
  /** Ends the open test. */
  | { readonly kind: 'end'; readonly state: 'pass' }
  | { readonly kind: 'end'; readonly state: 'fail'; readonly failure: GuestFailure }
  /** Tests that were announced and never ran, because a test before them ended the run. */
  | { readonly kind: 'notRun'; readonly count: number; readonly reason: string }
  /** The run as a whole failed, though no test did. */
  | { readonly kind: 'runFailed'; readonly failure: GuestFailure }
)

export interface GuestFailure {
  readonly message: string
  /** Where in the guest's source, as the guest printed it. Lines and columns count from 1. */
  readonly location?: { readonly file: string; readonly line: number; readonly column: number }
  /** The two sides of a failed comparison: `assert_eq!(left, right)`. */
  readonly left?: string
  readonly right?: string
}

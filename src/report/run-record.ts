import type { CellChange } from './changed-cells.ts'

/**
 * What the HTML report is made of: written by the reporter at the end of a run, as JSON. Paths are relative
 * to the root.
 */
export interface RunRecord {
  readonly version: 1
  /** When the run ended, ISO 8601. */
  readonly at: string
  readonly tests: { readonly passed: number; readonly failed: number; readonly skipped: number }
  readonly comparisons: readonly ComparisonRecord[]
  readonly failures: readonly FailureRecord[]
  /** Reference screenshots that no test of the run asked for; empty when not every test ran. */
  readonly obsolete: readonly string[]
}

export interface TestRecord {
  /** The test file. */
  readonly file: string
  /** The names of its suites and its own, joined with ` > `. */
  readonly name: string
  readonly project: string
}

/**
 * `created`: there was no reference and one was written. `missing`: there was none, and none was written.
 * `updated`: it differed, and the actual picture was accepted.
 */
export type ComparisonOutcome = 'match' | 'mismatch' | 'created' | 'missing' | 'updated'

/** One `toMatchScreenshot`. */
export interface ComparisonRecord {
  readonly test: TestRecord
  /** Of the screenshot. */
  readonly name: string
  readonly outcome: ComparisonOutcome
  readonly reference: string | null
  readonly actual: string | null
  readonly difference: string | null
  /** Pixels that differ, of those compared. */
  readonly mismatched: number
  readonly compared: number
  /** As `640×400`. */
  readonly referenceSize: string | null
  readonly actualSize: string
  /** What changed cell by cell; null for graphics screens and different sizes. */
  readonly cells: readonly CellChange[] | null
}

/** A test that failed, with what it left behind. */
export interface FailureRecord {
  readonly test: TestRecord
  readonly messages: readonly string[]
  readonly serialLogs: readonly string[]
  readonly screens: readonly string[]
}

import type { AddressSpace } from '../src/observe/address-space.ts'
import type { Condition } from '../src/observe/condition.ts'
import type { Ending } from '../src/observe/ending.ts'
import type { OutputPort } from '../src/observe/output.ts'
import type { OutputLog } from '../src/observe/output-log.ts'
import type { Registers } from '../src/observe/registers.ts'
import type { Screen } from '../src/observe/screen.ts'

/** What a matcher looks at. */
export interface Observations {
  output: OutputObservation
  screen: Screen
  addressSpace: AddressSpace
  registers: Registers
  ending: Ending
}

/** One port's text and where the search begins. */
export interface OutputObservation {
  readonly port: OutputPort
  readonly log: OutputLog
  readonly cursor: number
}

/** What every failure message ends with: how the run stands, the last serial lines, the screen. */
export interface Surroundings {
  readonly ending: Ending | null
  readonly serial: OutputLog
  readonly screen: Screen | null
}

export interface Verdict {
  readonly pass: boolean
  /** The whole failure message, for whichever way round the assertion was; built only when shown. */
  readonly message: () => string
  readonly expected?: unknown
  readonly actual?: unknown
}

/**
 * A pure judgement of one observation. Knows no test host: `src/vitest/expect.ts` alone turns these into Vitest matchers.
 * @typeParam Reads which observation it takes.
 * @typeParam Args what the user passes after the subject.
 */
export interface Matcher<Reads extends keyof Observations, Args extends readonly unknown[]> {
  readonly name: string
  readonly reads: Reads
  /** What a machine can wait for so that a positive assertion may come true. Absent: decided at once. */
  readonly condition?: (
    seen: { readonly cursor: number; readonly port: OutputPort },
    ...args: Args
  ) => Condition
  judge(seen: Observations[Reads], around: Surroundings, negated: boolean, ...args: Args): Verdict
}

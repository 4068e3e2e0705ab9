import type { AddressSpace } from '../src/observe/address-space.ts'
import type { Condition } from '../src/observe/condition.ts'
import type { Ending } from '../src/observe/ending.ts'
import type { OutputPort } from '../src/observe/output.ts'
import type { OutputLog } from '../src/observe/output-log.ts'
import type { Registers } from '../src/observe/registers.ts'
import type { Screen } from '../src/observe/screen.ts'
import type { TextMatch } from '../src/observe/stop.ts'

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
  /** False: the machine stands at its first instruction, and no wait has let it run. */
  readonly hasRun: boolean
  /** Of the first serial port. */
  readonly serial: OutputLog
  readonly screen: Screen | null
  /** Set when the wait was cut short because the guest printed that it gives up. */
  readonly failFast: FailFastHit | null
}

/** A fail-fast text that was printed while a test waited for something else. */
export interface FailFastHit {
  readonly port: OutputPort
  readonly pattern: string
  /** The whole line it was printed on. */
  readonly line: string
}

/** How an assertion came out. */
export interface Verdict {
  /** As test hosts want it: with `.not` a true one is the failure. */
  readonly pass: boolean
  /** The whole failure message, for whichever way round the assertion was; built only when shown. */
  readonly message: () => string
  readonly expected?: unknown
  readonly actual?: unknown
  /** Where an output matched: the port's cursor moves behind it. */
  readonly match?: TextMatch
}

/**
 * What the machine does before the observation is taken: it runs to a condition, or to its ending, or stays
 * as it is. A run that ends, or reaches its limit, or prints a fail-fast text ends every wait.
 */
export type WaitFor = Condition | 'ending' | 'nothing'

/** The subject of an output matcher as it stands when the wait begins; other matchers need not look at it. */
export interface WaitSubject {
  readonly port: OutputPort
  readonly cursor: number
}

/**
 * A pure judgement of one observation. Knows no test host: `src/vitest/expect.ts` alone turns these into
 * Vitest matchers.
 * @typeParam Reads which observation it takes.
 * @typeParam Args what the user passes after the subject.
 */
export interface Matcher<Reads extends keyof Observations, Args extends readonly unknown[]> {
  readonly name: string
  readonly reads: Reads
  waitFor(subject: WaitSubject, negated: boolean, ...args: Args): WaitFor
  /** The output port that the arguments name instead of the subject's own. */
  readonly port?: (...args: Args) => OutputPort | undefined
  judge(seen: Observations[Reads], around: Surroundings, negated: boolean, ...args: Args): Verdict
}

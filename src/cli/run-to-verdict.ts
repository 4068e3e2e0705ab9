import type { Condition } from '../observe/condition.ts'
import type { Ending } from '../observe/ending.ts'
import {
  asExpectation,
  describeEnding,
  describeExpectation,
  type Expectation,
  isCrash,
  judge,
  success,
} from '../observe/expectation.ts'
import { outputPorts } from '../observe/output.ts'
import type { Session } from '../session/session.ts'
import { conditionOf } from '../session/until.ts'
import type { Until } from '../session/vm.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import type { RunExpectations } from './run-expectations.ts'

/** How a run came out. */
export interface RunVerdict {
  /** Null: the run was stopped where `--until`, or all of `--expect`, held. */
  readonly ending: Ending | null
  readonly ok: boolean
  readonly status: ExitStatus
  /** One line: what happened and, for a run that is not ok, what should have. */
  readonly sentence: string
}

/** A text or screen that was asked for: it has come once one of its conditions has held. */
interface Wanted {
  readonly spelt: string
  readonly conditions: readonly Condition[]
}

/**
 * Runs a session as far as it is asked to: to its ending, to `until`, or, where only texts and screens are
 * expected, to where all of them have come.
 * @param expected null: nothing was asked for, so the default holds: an exit with 0x10, or just to reach
 * `until`.
 */
export async function runToVerdict(
  session: Session,
  expected: RunExpectations | null,
  until: Until | null,
): Promise<RunVerdict> {
  const endings = expected?.endings ?? (until === null ? [success] : [])
  const point = until === null ? null : conditionOf(until, session.facts.file.image, 0)
  const { missing, reached } = await follow(session, wantedOf(expected), point)
  if (reached) return verdictAt('the guest reached --until', missing, endings)
  if (point === null && endings.length === 0 && missing.length === 0 && session.ending === null) {
    return verdictAt('everything expected has come', [], [])
  }
  const verdict = verdictOn(await session.end(), endings, missing, point !== null)
  const meant = verdict.ending && asExpectation(verdict.ending)
  if (expected !== null || point !== null || meant === null) return verdict
  return { ...verdict, sentence: `${verdict.sentence}; if it is meant to end so: --expect ${meant}` }
}

/** Runs until everything wanted has come, or to `point`, or to the ending. */
async function follow(
  session: Session,
  wanted: readonly Wanted[],
  point: Condition | null,
): Promise<{ missing: readonly Wanted[]; reached: boolean }> {
  let missing = wanted
  while (missing.length > 0 || point !== null) {
    const conditions = missing.flatMap((one) => one.conditions)
    const ending = await session.runUntil(...conditions, ...(point === null ? [] : [point]))
    if (ending.kind !== 'stopped') break
    const { condition } = ending
    if (condition === point) return { missing, reached: true }
    missing = missing.filter((one) => !one.conditions.includes(condition))
  }
  return { missing, reached: false }
}

function wantedOf(expected: RunExpectations | null): readonly Wanted[] {
  const texts = (expected?.texts ?? []).map(({ spelt, pattern }) => ({
    spelt,
    conditions: outputPorts.map((port) => ({ on: 'output', port, pattern, from: 0 }) as const),
  }))
  const screens = (expected?.screens ?? []).map(({ spelt, pattern }) => ({
    spelt,
    conditions: [{ on: 'screen', pattern: { pattern }, shown: true } as const],
  }))
  return [...texts, ...screens]
}

/** Of a run that was stopped on purpose: at `--until`, or where everything expected had come. */
function verdictAt(where: string, missing: readonly Wanted[], endings: readonly Expectation[]): RunVerdict {
  const ok = missing.length === 0 && endings.length === 0
  const status = ok ? exitStatus.asExpected : exitStatus.notAsExpected
  return { ending: null, ok, status, sentence: [where, ...complaints(missing, endings)].join('; ') }
}

function verdictOn(
  ending: Ending,
  endings: readonly Expectation[],
  missing: readonly Wanted[],
  missedPoint: boolean,
): RunVerdict {
  const unmet = endings.filter((expectation) => !judge(ending, expectation))
  const crashed = endings.length === 0 && isCrash(ending)
  const ok = unmet.length === 0 && missing.length === 0 && !crashed && !missedPoint
  const what = `the guest ${describeEnding(ending, endings[0])}`
  const point = missedPoint ? ['it did not reach --until'] : []
  return {
    ending,
    ok,
    status: ok ? exitStatus.asExpected : statusOf(ending, endings),
    sentence: ok ? what : [what, ...point, ...complaints(missing, unmet)].join('; '),
  }
}

function complaints(missing: readonly Wanted[], unmet: readonly Expectation[]): readonly string[] {
  const expected = unmet.map((expectation) => describeExpectation(expectation))
  return [
    ...(expected.length > 0 ? [`expected it ${expected.join(' and ')}`] : []),
    ...(missing.length > 0 ? [`never came: ${missing.map(({ spelt }) => spelt).join(', ')}`] : []),
  ]
}

/** A limit that somebody expected, but in another way, is an ordinary failure. */
function statusOf(ending: Ending, endings: readonly Expectation[]): ExitStatus {
  if (ending.kind !== 'limit') return exitStatus.notAsExpected
  const isNamed = endings.some(({ kind }) => kind === 'limit')
  return isNamed ? exitStatus.notAsExpected : exitStatus.limit
}

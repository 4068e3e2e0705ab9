import { describeFaults } from '../src/observe/describe-faults.ts'
import type { Ending } from '../src/observe/ending.ts'
import type { PresetName } from '../src/observe/exit-presets.ts'
import {
  asExpectation,
  describeEnding,
  describeExpectation,
  type Expectation,
  expectationForms,
  judge,
  type PlainEnding,
  parseExpectation,
  success,
} from '../src/observe/expectation.ts'
import { didYouMean } from '../src/support/closest.ts'
import { KernelTestError } from '../src/support/errors.ts'
import { hex } from '../src/support/hex.ts'
import type { Matcher, Surroundings } from './matcher.ts'
import { failureMessage } from './message.ts'

/**
 * How a run should end: `'success'` (isa-debug-exit with 0x10), another value that the guest writes, the exit
 * status QEMU would have, an ending by its name, or what a known project writes when all is well.
 */
export type ExpectedExit =
  | 'success'
  | number
  | { readonly status: number }
  | PlainEnding
  | 'limit'
  | `limit=${'idle' | 'busy' | 'waitsForKey' | 'firmware'}`
  | PresetName

/** Runs the guest to its ending, which must be the expected one; `'success'` where none is named. */
export const toExit: Matcher<'ending', [expected?: ExpectedExit]> = {
  name: 'toExit',
  reads: 'ending',

  waitFor: () => 'ending',

  judge(ending, around, negated, expected = 'success') {
    const expectation = expectationOf(expected)
    // Nothing is known about the guest's own ending when its engine was lost.
    const pass = judge(ending, expectation) || (negated && ending.kind === 'engineError')
    return { pass, message: () => message(ending, around, negated, expectation) }
  },
}

function expectationOf(expected: ExpectedExit): Expectation {
  if (typeof expected === 'number') return { kind: 'exit', value: expected }
  if (typeof expected === 'object' && typeof expected?.status === 'number') {
    return { kind: 'status', status: expected.status }
  }
  const expectation = typeof expected === 'string' ? parseExpectation(expected) : null
  if (expectation) return expectation
  const guess = didYouMean(String(expected), expectationForms)
  const forms = `It takes a number, { status }, or one of: ${expectationForms.join(', ')}.`
  throw new KernelTestError(
    'KT5001',
    `toExit does not know ${JSON.stringify(expected)}`,
    `${guess} ${forms}`.trim(),
  )
}

function message(ending: Ending, around: Surroundings, negated: boolean, expectation: Expectation): string {
  const expected = `Expected the guest ${negated ? 'not ' : ''}${describeExpectation(expectation)}.`
  const actual = `It ${describeEnding(ending, negated ? success : expectation)}.`
  return failureMessage(
    [expected, actual, describeFaults(ending), hint(ending, negated, expectation)],
    around,
    false,
  )
}

function hint(ending: Ending, negated: boolean, expectation: Expectation): string {
  if (negated) return ''
  const meant = asExpectation(ending)
  if (meant !== null) return `If it is meant to end so, expect that: toExit('${meant}').`
  if (ending.kind !== 'exit') return ''
  const rewrite = `Write toExit(${hex(ending.value)}) or toExit({ status: ${ending.status} }).`
  if (expectation.kind === 'exit' && expectation.value === ending.status) {
    return `${ending.status} is the exit status of QEMU's process for the value ${hex(ending.value)}. ${rewrite}`
  }
  if (expectation.kind === 'status' && expectation.status === ending.value) {
    return `${expectation.status} is the value that the guest wrote. ${rewrite}`
  }
  return ''
}

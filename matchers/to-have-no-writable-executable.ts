import type { AddressSpace } from '../src/observe/address-space.ts'
import { pagingSummary, rangeRows, sizeText } from '../src/observe/address-space-table.ts'
import type { MappedRange } from '../src/observe/mapped-runs.ts'
import { countOf } from '../src/report/log-lines.ts'
import type { Matcher, Surroundings } from './matcher.ts'
import { failureMessage } from './message.ts'
import { protectionHints } from './protection-hints.ts'

/** No page is both writable and executable (W^X). Decided at once, on the machine as it stands. */
export const toHaveNoWritableExecutable: Matcher<'addressSpace', []> = {
  name: 'toHaveNoWritableExecutable',
  reads: 'addressSpace',

  waitFor: () => 'nothing',

  judge(space, around, negated) {
    const bad = space.ranges().filter((range) => range.writable && range.executable)
    // What the bound on tables left out may hold such a page, so its absence is not known.
    const undecided = bad.length === 0 && space.truncated
    const pass = undecided ? negated : bad.length === 0
    return { pass, message: () => message(space, around, negated, bad, undecided) }
  },
}

const shownRanges = 10

function message(
  space: AddressSpace,
  around: Surroundings,
  negated: boolean,
  bad: readonly MappedRange[],
  undecided: boolean,
): string {
  const expected = negated
    ? 'Expected the page tables to have a page that is both writable and executable.'
    : 'Expected the page tables to have no page that is both writable and executable.'
  const hints = negated || undecided ? [] : protectionHints(space, ['writable', 'executable'])
  return failureMessage([expected, finding(bad, undecided), ...hints, `${pagingSummary(space)}.`], around)
}

function finding(bad: readonly MappedRange[], undecided: boolean): string {
  if (undecided) {
    return 'Not decided: none was found, but the page tables are larger than what kerneltest reads, or loop.'
  }
  if (bad.length === 0) return 'None is.'
  const total = bad.reduce((sum, range) => sum + range.size, 0n)
  const more = bad.length - shownRanges
  return [
    `${countOf(bad.length, 'range')} ${bad.length === 1 ? 'is' : 'are'} both, ${sizeText(total)} in all:`,
    ...rangeRows(bad.slice(0, shownRanges)).map((row) => `  ${row}`.trimEnd()),
    ...(more > 0 ? [`  … and ${countOf(more, 'more range')}`] : []),
  ].join('\n')
}

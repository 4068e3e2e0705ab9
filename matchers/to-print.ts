import type { Pattern } from '../src/observe/condition.ts'
import { findOnScreen } from '../src/observe/find-on-screen.ts'
import { findInText } from '../src/observe/match.ts'
import { type OutputPort, outputPorts } from '../src/observe/output.ts'
import { linesOfText } from '../src/observe/output-log.ts'
import { countOf, describeLog, printable } from '../src/report/log-lines.ts'
import { didYouMean } from '../src/support/closest.ts'
import { KernelTestError } from '../src/support/errors.ts'
import { checkOptions, checkPattern } from './check-arguments.ts'
import type { Matcher, OutputObservation, Surroundings } from './matcher.ts'
import { failureMessage, quote } from './message.ts'
import { nearMiss } from './near-pattern.ts'

/** Where to look. */
export interface ToPrintOptions {
  /** Another port than the subject's own. */
  readonly port?: OutputPort
  /** Where to search from: behind the last match (the default), or the start of everything printed. */
  readonly from?: 'cursor' | 'start'
}

/**
 * The guest prints `pattern` on a port. Waits for it, and moves the port's cursor behind it; a regular
 * expression is tried after each character. With `.not` the run goes to its ending, where it must never have
 * been printed.
 */
export const toPrint: Matcher<'output', [pattern: Pattern, options?: ToPrintOptions]> = {
  name: 'toPrint',
  reads: 'output',

  waitFor({ port, cursor }, negated, pattern, options = {}) {
    checkArguments(pattern, options)
    if (negated) return 'ending'
    return { on: 'output', port: options.port ?? port, pattern, from: options.from === 'start' ? 0 : cursor }
  },

  port(pattern, options = {}) {
    checkArguments(pattern, options)
    return options.port
  },

  judge(seen, around, negated, pattern, options = {}) {
    const from = options.from === 'start' ? 0 : seen.cursor
    const match = findInText(seen.log.text, from, pattern)
    if (match) {
      return { pass: true, match, message: () => printed(seen, around, pattern, match.start) }
    }
    // An absence is known only when nothing more can come.
    if (negated && !isOver(around)) return { pass: true, message: () => undecided(seen, around, pattern) }
    return { pass: false, message: () => notPrinted(seen, around, pattern, from), expected: pattern }
  },
}

/** @throws KernelTestError KT5002 for what would make the search find nothing, or something else. */
function checkArguments(pattern: Pattern, { port, from, ...others }: ToPrintOptions): void {
  checkPattern('toPrint', pattern)
  checkOptions('toPrint', others, ['port', 'from'])
  const isPort = port === undefined || outputPorts.includes(port)
  if (isPort && (from === undefined || from === 'cursor' || from === 'start')) return
  const [option, value, known] = isPort ? ['from', from, ['cursor', 'start']] : ['port', port, outputPorts]
  throw new KernelTestError(
    'KT5002',
    `toPrint got { ${option}: ${JSON.stringify(value)} }`,
    `${didYouMean(String(value), known)} It is one of ${known.join(', ')}.`.trim(),
  )
}

function isOver({ ending }: Surroundings): boolean {
  return ending !== null && !['limit', 'stopped', 'engineError'].includes(ending.kind)
}

function notPrinted(seen: OutputObservation, around: Surroundings, pattern: Pattern, from: number): string {
  const lines = linesOfText(seen.log.text.slice(from))
  const where = from === 0 ? '' : ' since the last match'
  const printedSince = lines.length === 0 ? 'nothing' : countOf(lines.length, 'line')
  return failureMessage(
    [
      `Expected ${seen.port} to print ${quote(pattern)}.`,
      `It printed ${printedSince}${where}${lines.length === 0 ? '' : ', but not that'}.`,
      hint(seen, around, pattern, from, lines),
      seen.port === 'com1' ? '' : describeLog(seen.port, seen.log.text),
    ],
    around,
  )
}

/**
 * The nearest thing found: before the cursor, in another spelling, on the screen or on the first serial port.
 */
function hint(
  { port, log }: OutputObservation,
  around: Surroundings,
  pattern: Pattern,
  from: number,
  lines: readonly string[],
): string {
  const earlier = from === 0 ? null : findInText(log.text.slice(0, from), 0, pattern)
  if (earlier) {
    const line = lineNumber(log.text, earlier.start)
    return [
      `It was printed before, on line ${line}, but an earlier match is behind it by now.`,
      `To search in everything: toPrint(${quote(pattern)}, { from: 'start' }).`,
    ].join('\n')
  }
  if (port !== 'com1' && findInText(around.serial.text, 0, pattern)) return 'It was printed on com1.'
  const shown = around.screen && findOnScreen(around.screen, { pattern })
  if (shown) {
    return `The screen shows it, in row ${shown.row}: expect(vm.screen).toShow(${quote(pattern)}) looks there.`
  }
  const near = nearMiss(pattern, lines)
  if (!near) return ''
  const line = lineNumber(log.text, from) + near.index
  return `Line ${line} ${near.how}:\n  ${printable(near.line)}`
}

function printed(seen: OutputObservation, around: Surroundings, pattern: Pattern, start: number): string {
  const { port, log } = seen
  const line = lineNumber(log.text, start)
  return failureMessage(
    [
      `Expected ${port} never to print ${quote(pattern)}.`,
      `It did, on line ${line}:\n  ${printable(linesOfText(log.text)[line - 1] ?? '')}`,
      port === 'com1' ? '' : describeLog(port, log.text),
    ],
    around,
  )
}

function undecided(seen: OutputObservation, around: Surroundings, pattern: Pattern): string {
  return failureMessage(
    [
      `Expected ${seen.port} never to print ${quote(pattern)}.`,
      'Not decided (KT4020): it was not printed so far, but the guest has not ended and might still print it.',
      seen.port === 'com1' ? '' : describeLog(seen.port, seen.log.text),
    ],
    around,
  )
}

/** Counts from 1, as editors do. */
function lineNumber(text: string, at: number): number {
  return text.slice(0, at).split(/[\n\r]/).length
}

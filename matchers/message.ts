import { describeFaults } from '../src/observe/describe-faults.ts'
import { describeEnding } from '../src/observe/expectation.ts'
import { describeScreen } from '../src/report/describe-screen.ts'
import { describeLog, printable } from '../src/report/log-lines.ts'
import type { Surroundings } from './matcher.ts'

/**
 * A failure message: the finding, how the run stands, what was printed last and the screen, with blank lines
 * between.
 * @param finding paragraphs: what was expected, what was there, and the nearest thing found. Empty ones are
 * left out.
 */
export function failureMessage(finding: readonly string[], around: Surroundings, ending = true): string {
  return [
    ...finding,
    ending ? standing(around) : '',
    describeLog('com1', around.serial.text),
    around.screen ? describeScreen(around.screen) : 'The screen could not be read.',
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
}

/** How the run stands, and what that means for a wait. */
function standing({ ending, hasRun, failFast }: Surroundings): string {
  if (failFast) {
    return [
      `The wait ended early: the guest printed on ${failFast.port} that it gives up:`,
      `  ${printable(failFast.line)}`,
      `A test that expects this waits for it: toPrint(${quote(failFast.pattern)}).`,
    ].join('\n')
  }
  if (ending === null && !hasRun) {
    return [
      'The guest has not run yet: it stands at its first instruction.',
      'Wait for something first, as toPrint(…) or toShow(…), or boot(image, { until: … }).',
    ].join('\n')
  }
  if (ending === null) return 'The guest has not ended: it is paused.'
  const sentence = [`The guest ${describeEnding(ending)}.`, describeFaults(ending)].filter(Boolean).join('\n')
  if (ending.kind !== 'limit') return sentence
  return `${sentence}\nIf it only needs longer, give it more: boot(image, { limit: '2m' }).`
}

/** A pattern as a user would write it. */
export function quote(pattern: string | RegExp): string {
  return typeof pattern === 'string' ? JSON.stringify(pattern) : String(pattern)
}

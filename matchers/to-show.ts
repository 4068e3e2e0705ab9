import { type ColorName, colorNames, isColorName } from '../src/observe/colors.ts'
import type { Pattern, ScreenPattern } from '../src/observe/condition.ts'
import { findOnScreen, placesOf, type ScreenMatch } from '../src/observe/find-on-screen.ts'
import { findInText } from '../src/observe/match.ts'
import type { Screen, TextScreen } from '../src/observe/screen.ts'
import { colorsOfCells, linesOf } from '../src/observe/text-screen.ts'
import { didYouMean } from '../src/support/closest.ts'
import { KernelTestError } from '../src/support/errors.ts'
import { checkOptions, checkPattern } from './check-arguments.ts'
import type { Matcher, Surroundings } from './matcher.ts'
import { failureMessage, quote } from './message.ts'
import { nearMiss } from './near-pattern.ts'

/** Where and how the text must stand; what is left out may be anything. Rows and columns count from 0. */
export interface ToShowOptions {
  readonly row?: number
  /** Of the text's first character. */
  readonly column?: number
  /** Of every cell of the text. */
  readonly foreground?: ColorName
  readonly background?: ColorName
}

/**
 * A text-mode screen shows a text within one row. Waits for it; with `.not` it waits until it is gone.
 * A regular expression sees each row without the blanks at its end.
 */
export const toShow: Matcher<'screen', [pattern: Pattern, options?: ToShowOptions]> = {
  name: 'toShow',
  reads: 'screen',

  waitFor(_subject, negated, pattern, options = {}) {
    return { on: 'screen', pattern: checked(pattern, options), shown: !negated }
  },

  judge(screen, around, negated, pattern, options = {}) {
    const wanted = checked(pattern, options)
    const found = findOnScreen(screen, wanted)
    if (found && screen.kind === 'text') {
      return { pass: true, message: () => shown(screen, around, wanted, found) }
    }
    // A text cannot be seen in a picture, so a picture proves neither that it is there nor that it is gone.
    const pass = negated && screen.kind === 'graphics'
    return { pass, message: () => notShown(screen, around, negated, wanted), expected: pattern }
  },
}

/** @throws KernelTestError KT5002 for an option or a colour that does not exist. */
function checked(pattern: Pattern, options: ToShowOptions): ScreenPattern {
  checkPattern('toShow', pattern)
  checkOptions('toShow', options, ['row', 'column', 'foreground', 'background'])
  for (const [key, color] of Object.entries({
    foreground: options.foreground,
    background: options.background,
  })) {
    if (color === undefined || isColorName(color)) continue
    throw new KernelTestError(
      'KT5002',
      `toShow does not know the ${key} ${JSON.stringify(color)}`,
      `${didYouMean(String(color), colorNames)} The colours of text mode are ${colorNames.join(', ')}.`.trim(),
    )
  }
  return { pattern, ...options }
}

function shown(screen: TextScreen, around: Surroundings, wanted: ScreenPattern, found: ScreenMatch): string {
  return failureMessage(
    [
      `Expected the screen not to show ${describePattern(wanted)}.`,
      `It does: ${quote(found.text)} ${place(found)} in ${colors(screen, found)}.`,
    ],
    { ...around, screen },
  )
}

function notShown(screen: Screen, around: Surroundings, negated: boolean, wanted: ScreenPattern): string {
  const expected = `Expected the screen ${negated ? 'not ' : ''}to show ${describePattern(wanted)}.`
  if (screen.kind === 'graphics') {
    const mode = 'The screen is in a graphics mode, where kerneltest sees pixels, not text.'
    const hint = 'Compare the picture instead: toMatchScreenshot().'
    return failureMessage([expected, `${mode}\n${hint}`], { ...around, screen })
  }
  return failureMessage([expected, ...nearest(screen, around, wanted)], { ...around, screen })
}

/** The same text elsewhere or in other colours; else what resembles it; else where it was printed instead. */
function nearest(screen: TextScreen, around: Surroundings, wanted: ScreenPattern): string[] {
  const { pattern } = wanted
  const inPlace = [...placesOf(screen, wanted)]
  if (inPlace.length > 0) return [`It shows that text, but in other colours:\n${places(screen, inPlace)}`]
  const outside = outsideScreen(screen, wanted)
  const elsewhere = [...placesOf(screen, { pattern })]
  if (elsewhere.length > 0) {
    return [outside, `It shows that text, but elsewhere:\n${places(screen, elsewhere)}`]
  }
  if (typeof pattern === 'string' && pattern.includes('\n')) {
    return ['A text is looked for within one row, and this one has a line feed in it.']
  }
  const near = nearMiss(pattern, linesOf(screen))
  const nearby = near ? `Row ${near.index} ${near.how}: ${quote(near.line.trim())}` : ''
  const printed = findInText(around.serial.text, 0, pattern)
  const elsewhereHint = printed ? 'It was printed on com1, but it is not on the screen.' : ''
  const hints = [outside, nearby, elsewhereHint].filter((hint) => hint !== '')
  return hints.length > 0 ? hints : ['It shows nothing like it.']
}

function outsideScreen({ rows, columns }: TextScreen, { row = 0, column = 0 }: ScreenPattern): string {
  if (row < rows && column < columns) return ''
  return `The screen has the rows 0 to ${rows - 1} and the columns 0 to ${columns - 1}.`
}

const shownPlaces = 4

function places(screen: TextScreen, found: readonly ScreenMatch[]): string {
  const lines = found
    .slice(0, shownPlaces)
    .map((match) => `  ${quote(match.text)} ${place(match)} in ${colors(screen, match)}`)
  const more = found.length - lines.length
  return [...lines, ...(more > 0 ? [`  … and ${more} more`] : [])].join('\n')
}

function place({ row, column }: ScreenMatch): string {
  return `at row ${row}, column ${column}`
}

function colors(screen: TextScreen, { row, column, length }: ScreenMatch): string {
  return colorsOfCells(screen, row, column, length)
}

/** `"HR" in row 0, from column 0, in red on black`. */
function describePattern({ pattern, row, column, foreground, background }: ScreenPattern): string {
  const parts = [quote(pattern)]
  if (row !== undefined && column !== undefined) parts.push(`at row ${row}, column ${column}`)
  else if (row !== undefined) parts.push(`in row ${row}`)
  else if (column !== undefined) parts.push(`from column ${column}`)
  if (foreground !== undefined && background !== undefined) parts.push(`in ${foreground} on ${background}`)
  else if (foreground !== undefined) parts.push(`in ${foreground}`)
  else if (background !== undefined) parts.push(`on a ${background} background`)
  return parts.join(' ')
}

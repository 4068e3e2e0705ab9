import type { Screen } from '../src/observe/screen.ts'
import { type Area, type Box, boxOf, crop } from '../src/report/area.ts'
import { type CellChange, changedCells, colorsOfRun } from '../src/report/changed-cells.ts'
import { comparePictures, type PictureComparison, type Tolerance } from '../src/report/compare-pictures.ts'
import { drawScreen } from '../src/report/draw-screen.ts'
import { countOf } from '../src/report/log-lines.ts'
import type { Picture } from '../src/report/png.ts'
import { recognizeCells } from '../src/report/recognize-cells.ts'
import { KernelTestError } from '../src/support/errors.ts'
import { glyphHeight, glyphWidth } from '../src/support/font-8x16.ts'
import { checkOptions } from './check-arguments.ts'
import type { Surroundings } from './matcher.ts'
import { failureMessage } from './message.ts'

/** What of the screen is compared, and how exactly. Every pixel must be equal unless a tolerance is given. */
export interface ScreenshotOptions extends Tolerance {
  /** Only this part. Default: the whole screen. */
  readonly region?: Area
  /** Parts of the screen that may look as they like. */
  readonly mask?: Area | readonly Area[]
}

const optionNames: readonly (keyof ScreenshotOptions)[] = [
  'region',
  'mask',
  'threshold',
  'includeAA',
  'allowedMismatchedPixels',
  'allowedMismatchedPixelRatio',
]

/** @throws KernelTestError KT5002 for an option that does not exist, also in a region or mask. */
export function checkScreenshotOptions(options: ScreenshotOptions): void {
  checkOptions('toMatchScreenshot', options, optionNames)
  for (const area of [options.region ?? [], options.mask ?? []].flat()) {
    const names = 'x' in area ? ['x', 'y', 'width', 'height'] : ['row', 'column', 'rows', 'columns']
    checkOptions('the region or mask of toMatchScreenshot', area, names)
  }
}

/**
 * A screen beside its reference. Files, names and whether to write a new reference are the test host's
 * business.
 */
export interface ScreenshotComparison extends PictureComparison {
  readonly reference: Picture
  readonly actual: Picture
  /**
   * What changed cell by cell; null for graphics screens, different sizes, and regions that cut through
   * cells.
   */
  readonly cells: readonly CellChange[] | null
}

/**
 * The part of the screen that a screenshot shows.
 * @throws KernelTestError KT5002 when the region lies outside the screen.
 */
export function pictureOf(screen: Screen, region: Area | undefined): Picture {
  const whole = drawScreen(screen)
  const picture = region === undefined ? whole : crop(whole, boxOf(region))
  if (picture) return picture
  throw new KernelTestError(
    'KT5002',
    `toMatchScreenshot got the region ${JSON.stringify(region)}, which lies outside the screen`,
    `The screen has ${whole.width}×${whole.height} pixels; a cell of text is ${glyphWidth}×${glyphHeight}.`,
  )
}

/**
 * Compares a screen with its reference: a picture that {@link pictureOf} made of an earlier one with the same
 * region.
 */
export function compareScreenshot(
  reference: Picture,
  screen: Screen,
  options: ScreenshotOptions = {},
): ScreenshotComparison {
  checkScreenshotOptions(options)
  const actual = pictureOf(screen, options.region)
  const origin = originOf(options.region)
  const masks = [options.mask ?? []].flat().map((area) => moved(boxOf(area), origin))
  const comparison = comparePictures(reference, actual, masks, options)
  const cells = screen.kind === 'text' ? cellsOf(reference, actual, masks, origin) : null
  return { ...comparison, reference, actual, cells }
}

type Point = Pick<Box, 'x' | 'y'>

/** A region that reaches over the left or upper edge is cut there. */
function originOf(region: Area | undefined): Point {
  const { x, y } = region === undefined ? { x: 0, y: 0 } : boxOf(region)
  return { x: Math.max(0, x), y: Math.max(0, y) }
}

function moved(box: Box, origin: Point): Box {
  return { ...box, x: box.x - origin.x, y: box.y - origin.y }
}

function cellsOf(reference: Picture, actual: Picture, masks: readonly Box[], origin: Point) {
  const row = origin.y / glyphHeight
  const column = origin.x / glyphWidth
  if (!Number.isInteger(row) || !Number.isInteger(column)) return null
  const before = recognizeCells(withMasked(reference, actual, masks))
  const after = recognizeCells(actual)
  return before && after && changedCells(before, after, row, column)
}

/** The reference with the masked parts of the actual picture, so that nothing in them counts as changed. */
function withMasked(reference: Picture, actual: Picture, masks: readonly Box[]): Picture {
  const pixels = reference.pixels.slice()
  const width = Math.min(reference.width, actual.width)
  const height = Math.min(reference.height, actual.height)
  for (const mask of masks) {
    const left = Math.max(0, mask.x)
    const right = Math.min(width, mask.x + mask.width)
    if (right <= left) continue
    for (let y = Math.max(0, mask.y); y < Math.min(height, mask.y + mask.height); y++) {
      const from = actual.pixels.subarray((y * actual.width + left) * 4, (y * actual.width + right) * 4)
      pixels.set(from, (y * reference.width + left) * 4)
    }
  }
  return { ...reference, pixels }
}

/**
 * The failure message.
 * @param files a line for each picture that was written, and how to accept the new look.
 */
export function screenshotMessage(
  name: string,
  comparison: ScreenshotComparison,
  around: Surroundings,
  files: readonly string[] = [],
): string {
  const finding = [
    `Expected the screen to match the screenshot ${JSON.stringify(name)}.`,
    difference(comparison),
    changes(comparison.cells),
    files.join('\n'),
  ]
  return failureMessage(finding, around)
}

function difference({ reference, actual, sameSize, mismatched, compared }: ScreenshotComparison): string {
  if (!sameSize) {
    return `It has ${sizeOf(actual)} pixels, the reference ${sizeOf(reference)}.`
  }
  const percent = ((100 * mismatched) / compared).toFixed(2)
  return `${mismatched} of ${countOf(compared, 'pixel')} differ (${percent} %).`
}

function sizeOf({ width, height }: Picture): string {
  return `${width}×${height}`
}

const shownChanges = 12

/** From so many on, blanks at the end of a text are told by their number: nobody counts them. */
const countedBlanks = 4

function changes(cells: readonly CellChange[] | null): string {
  if (cells === null || cells.length === 0) return ''
  const lines = cells
    .slice(0, shownChanges)
    .flatMap(({ row, column, before, after }) => [
      `  row ${row}, column ${column}:`,
      `    was ${runText(before)}`,
      `    now ${runText(after)}`,
    ])
  const more = cells.length - shownChanges
  return ['Changed cells:', ...lines, ...(more > 0 ? [`  … and ${countOf(more, 'more place')}`] : [])].join(
    '\n',
  )
}

function runText(run: CellChange['before']): string {
  const text = run.map((piece) => piece.text).join('')
  const colors = colorsOfRun(run)
  const shown = text.trimEnd()
  const blanks = text.length - shown.length
  if (shown === '') return `${countOf(blanks, 'blank')} ${colors}`
  return blanks < countedBlanks
    ? `${JSON.stringify(text)} in ${colors}`
    : `${JSON.stringify(shown)} and ${countOf(blanks, 'blank')} in ${colors}`
}

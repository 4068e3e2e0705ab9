import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { type RunnerTestCase, recordArtifact } from 'vitest'
import {
  checkScreenshotOptions,
  compareScreenshot,
  pictureOf,
  type ScreenshotComparison,
  type ScreenshotOptions,
  screenshotMessage,
} from '../../matchers/to-match-screenshot.ts'
import type { Screen } from '../observe/screen.ts'
import { decodePng, encodePng, type Picture } from '../report/png.ts'
import { acceptCommand } from '../report/report-comparison.ts'
import type { ComparisonOutcome } from '../report/run-record.ts'
import type { Session } from '../session/session.ts'
import { KernelTestError } from '../support/errors.ts'
import { lastScreen, subjectFor, surroundings } from './assertion.ts'
import { whilePending } from './pending-assertions.ts'
import { placesOf } from './places.ts'
import { type ScreenshotPaths, screenshotPaths } from './screenshot-paths.ts'
import { addScreenshot, type ScreenshotMeta } from './test-meta.ts'

/** The part of Vitest's matcher state that 4.1 and 5 share and that is used here. */
interface MatcherState {
  readonly isNot?: boolean
  readonly task?: Readonly<RunnerTestCase>
  readonly testPath?: string
  readonly currentTestName?: string
  readonly snapshotState: {
    /** `all`: accept what is there. `new`: write what is missing. `none`: write nothing (CI). */
    readonly snapshotUpdateState: 'all' | 'new' | 'none'
  } & Readonly<Record<'added' | 'updated' | 'matched' | 'unmatched', { increment(testId: string): void }>>
}

interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/** One comparison and everything it needs. */
interface Shot {
  readonly state: MatcherState
  readonly task: RunnerTestCase
  readonly session: Session
  readonly screen: Screen
  readonly name: string
  readonly options: ScreenshotOptions
  readonly paths: ScreenshotPaths
  readonly root: string
}

/**
 * `expect(vm.screen).toMatchScreenshot(name?, options?)`: names, counters and outcomes as Vitest's browser
 * mode has them.
 */
export async function toMatchScreenshot(
  this: MatcherState,
  received: unknown,
  nameOrOptions?: string | ScreenshotOptions,
  givenOptions: ScreenshotOptions = {},
): Promise<MatcherResult> {
  const { session } = subjectFor('toMatchScreenshot', 'screen', received)
  const { task, testPath } = this
  if (this.isNot || task === undefined || testPath === undefined) throw cannotBeUsedSo(this)
  const isNamed = typeof nameOrOptions === 'string'
  const options = isNamed ? givenOptions : (nameOrOptions ?? givenOptions)
  checkScreenshotOptions(options)
  const name = isNamed ? nameOrOptions : `${this.currentTestName ?? task.name} ${nextNumber(task)}`
  const { root, attachments, testFile } = placesOf(testPath)
  const paths = screenshotPaths(testPath, testFile, attachments, name)
  const decide = async (): Promise<MatcherResult> => {
    const screen = await session.stillScreen()
    const shot: Shot = { state: this, task, session, screen, name, options, paths, root }
    return existsSync(paths.reference) ? compare(shot) : withoutReference(shot)
  }
  return whilePending(session, 'toMatchScreenshot', decide, { pass: true, message: () => '' })
}

function cannotBeUsedSo({ isNot }: MatcherState): KernelTestError {
  const hint = isNot
    ? 'A picture that differs proves little. Say what must be gone: `expect(vm.screen).not.toShow(…)`.'
    : 'Call it inside a test, with the `expect` of that test.'
  const reason = isNot ? 'with `.not`' : 'outside a test'
  return new KernelTestError('KT5005', `toMatchScreenshot was used ${reason}`, hint)
}

async function compare(shot: Shot): Promise<MatcherResult> {
  const { state, task, paths, root } = shot
  const reference = decodePng(await readFile(paths.reference), relative(root, paths.reference))
  const comparison = compareScreenshot(reference, shot.screen, shot.options)
  if (comparison.pass) {
    state.snapshotState.matched.increment(task.id)
    tell(shot, 'match', comparison, { reference: paths.reference, actual: null })
    return { pass: true, message: () => '' }
  }
  await keep(paths.actual, comparison.actual)
  await keep(paths.difference, comparison.difference)
  if (state.snapshotState.snapshotUpdateState === 'all') {
    await keep(paths.replaced, reference)
    await keep(paths.reference, comparison.actual)
    state.snapshotState.updated.increment(task.id)
    tell(shot, 'updated', comparison, { reference: paths.replaced, actual: paths.reference })
    return { pass: true, message: () => '' }
  }
  state.snapshotState.unmatched.increment(task.id)
  tell(shot, 'mismatch', comparison, paths)
  const local = (path: string): string => relative(root, path)
  const { testFile } = placesOf(state.testPath ?? '')
  const files = [
    `Reference:  ${local(paths.reference)}`,
    `Actual:     ${local(paths.actual)}`,
    `Difference: ${local(paths.difference)}`,
    `Accept:     ${acceptCommand({ file: testFile, name: task.fullTestName, project: projectOf(task) })}`,
  ]
  const around = surroundings(shot.session, null, await lastScreen(shot.session))
  const message = screenshotMessage(shot.name, comparison, around, files)
  await record(task, `The screenshot "${shot.name}" differs from its reference`, [
    ['reference', paths.reference, reference],
    ['actual', paths.actual, comparison.actual],
    ['diff', paths.difference, comparison.difference],
  ])
  return { pass: false, message: () => message }
}

async function withoutReference(shot: Shot): Promise<MatcherResult> {
  const { state, task, paths, root, name } = shot
  const update = state.snapshotState.snapshotUpdateState
  const picture = pictureOf(shot.screen, shot.options.region)
  const path = update === 'none' ? paths.actual : paths.reference
  await keep(path, picture)
  if (update === 'none') tell(shot, 'missing', picture, { reference: null, actual: path })
  else tell(shot, 'created', picture, { reference: path, actual: null })
  if (update === 'none') state.snapshotState.unmatched.increment(task.id)
  else state.snapshotState.added.increment(task.id)
  if (update === 'all') return { pass: true, message: () => '' }
  const title = `There is no reference for the screenshot ${JSON.stringify(name)}.`
  const what =
    update === 'none'
      ? `This run may not write one (CI). The screen is kept at ${relative(root, path)}.\nMake the reference on your machine, look at it and commit it.`
      : `It was written to ${relative(root, path)}.\nReview it: if it is right, commit it, and the next run passes.`
  await record(task, title, [[update === 'none' ? 'actual' : 'reference', path, picture]])
  return { pass: false, message: () => `${title}\n${what}` }
}

async function keep(path: string, picture: Picture): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, encodePng(picture))
}

/** For the reporter that writes the record of the run. */
function tell(
  { task, name, paths }: Shot,
  outcome: ComparisonOutcome,
  seen: ScreenshotComparison | Picture,
  files: { readonly reference: string | null; readonly actual: string | null },
): void {
  const comparison = 'actual' in seen ? seen : null
  const size = ({ width, height }: Picture): string => `${width}×${height}`
  const meta: ScreenshotMeta = {
    name,
    outcome,
    reference: files.reference,
    actual: files.actual,
    difference: files.reference !== null && files.actual !== null ? paths.difference : null,
    mismatched: comparison?.mismatched ?? 0,
    compared: comparison?.compared ?? 0,
    referenceSize: comparison === null ? null : size(comparison.reference),
    actualSize: size(comparison?.actual ?? (seen as Picture)),
    cells: comparison?.cells ?? null,
  }
  addScreenshot(task.meta, meta)
}

type Attachment = readonly [name: 'reference' | 'actual' | 'diff', path: string, picture: Picture]

/** The artifact of Vitest's own visual regression testing, for which its HTML report has a view. */
async function record(task: RunnerTestCase, message: string, pictures: readonly Attachment[]): Promise<void> {
  const attachments = pictures.map(([name, path, { width, height }]) => {
    return { name, path, width, height, contentType: 'image/png' }
  })
  await recordArtifact(task, {
    type: 'internal:toMatchScreenshot',
    kind: 'visual-regression',
    message,
    attachments,
  })
}

/** How many unnamed screenshots a try of a test has taken. */
const numbers = new WeakMap<RunnerTestCase, { readonly attempt: string; readonly count: number }>()

function nextNumber(task: RunnerTestCase): number {
  const attempt = `${task.result?.retryCount}/${task.result?.repeatCount}`
  const known = numbers.get(task)
  const count = known?.attempt === attempt ? known.count + 1 : 1
  numbers.set(task, { attempt, count })
  return count
}

function projectOf(task: RunnerTestCase): string {
  return task.file.projectName ?? ''
}

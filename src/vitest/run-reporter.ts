import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import type { ComparisonRecord, FailureRecord, RunRecord, TestRecord } from '../report/run-record.ts'
import { runRecordPath } from './run-record-file.ts'
import { referenceFolder } from './screenshot-paths.ts'
import { screenshotsOf } from './test-meta.ts'

/**
 * Writes the record that `kerneltest report` makes its page of, and looks for screenshots that no test uses
 * any more.
 */
export class RunReporter implements Reporter {
  #vitest: Vitest | null = null

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const vitest = this.#vitest
    if (vitest === null) return
    const { root } = vitest.config
    const record = recordOf(modules, root)
    const path = runRecordPath(root)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`)
    const { obsolete } = record
    if (obsolete.length === 0) return
    const isUpdate = modules.some((module) => updates(module))
    if (isUpdate) for (const reference of obsolete) rmSync(join(root, reference))
    const what = obsolete.length === 1 ? 'screenshot' : 'screenshots'
    const done = isUpdate ? 'removed' : 'obsolete (remove with -u)'
    vitest.logger.log(
      `\n ${obsolete.length} ${what} ${done}:\n${obsolete.map((one) => `   ${one}`).join('\n')}`,
    )
  }
}

function recordOf(modules: readonly TestModule[], root: string): RunRecord {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const count = (state: string): number => tests.filter((test) => test.result().state === state).length
  return {
    version: 1,
    at: new Date().toISOString(),
    tests: { passed: count('passed'), failed: count('failed'), skipped: count('skipped') },
    comparisons: tests.flatMap((test) => comparisonsOf(test, root)),
    failures: [
      ...modules.flatMap((module) => moduleFailure(module, root)),
      ...tests.flatMap((test) => testFailure(test, root)),
    ],
    obsolete: modules.flatMap((module) => obsoleteOf(module, root)),
  }
}

function comparisonsOf(test: TestCase, root: string): ComparisonRecord[] {
  const local = (path: string | null): string | null => (path === null ? null : relative(root, path))
  return screenshotsOf(test.meta()).map((screenshot) => ({
    ...screenshot,
    test: recordOfTest(test, root),
    reference: local(screenshot.reference),
    actual: local(screenshot.actual),
    difference: local(screenshot.difference),
  }))
}

function recordOfTest(test: TestCase, root: string): TestRecord {
  return { file: relative(root, test.module.moduleId), name: test.fullName, project: test.project.name }
}

function testFailure(test: TestCase, root: string): FailureRecord[] {
  const result = test.result()
  if (result.state !== 'failed') return []
  const said = test.annotations().map(({ message }) => message)
  const paths = (what: string): string[] =>
    said.filter((message) => message.startsWith(`${what}: `)).map((message) => message.slice(what.length + 2))
  return [
    {
      test: recordOfTest(test, root),
      messages: result.errors.map(({ message }) => stripVTControlCharacters(message)),
      serialLogs: paths('serial log'),
      screens: paths('last screen'),
    },
  ]
}

/** A file that failed as a whole: it could not be loaded, or its guest failed outside its tests. */
function moduleFailure(module: TestModule, root: string): FailureRecord[] {
  const errors = module.errors()
  if (errors.length === 0) return []
  const file = relative(root, module.moduleId)
  const messages = errors.map(({ message }) => stripVTControlCharacters(message))
  return [
    {
      test: { file, name: basename(file), project: module.project.name },
      messages,
      serialLogs: [],
      screens: [],
    },
  ]
}

/** Only a module whose tests all ran to their end knows which screenshots it does not use. */
function obsoleteOf(module: TestModule, root: string): string[] {
  const tests = [...module.children.allTests()]
  if (tests.some((test) => test.result().state !== 'passed')) return []
  const used = new Set(
    tests.flatMap((test) =>
      screenshotsOf(test.meta()).flatMap(({ reference, actual }) => [reference, actual]),
    ),
  )
  const folder = referenceFolder(module.moduleId)
  return pngsIn(folder)
    .filter((path) => !used.has(path))
    .map((path) => relative(root, path))
}

function pngsIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.png'))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

/** The watch mode's `u` key changes this and not the configuration. */
function updates(module: TestModule): boolean {
  return module.project.serializedConfig.snapshotOptions.updateSnapshot === 'all'
}

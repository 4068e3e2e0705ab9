import { resolve } from 'node:path'
import type { RunnerTask, RunnerTestCase, RunnerTestSuite } from 'vitest'
import type { Remains } from './attachments.ts'
import { Attempt, type AttemptOptions } from './attempt.ts'
import type { GuestEvent, GuestFailure } from './guest-languages/guest-language.ts'
import type { TaskTree } from './task-tree.ts'
import type { TestHost } from './test-host.ts'

export interface ImageRunOptions extends AttemptOptions {
  /** Boots again after a failure, at most this often. */
  readonly retry: number
  /** Only find out the tests' names. */
  readonly collectOnly: boolean
  /** What relative paths in panic messages stand for. */
  readonly sourceRoot: string
  /** Keeps what a failed test leaves behind. */
  readonly keep: (test: RunnerTestCase, remains: Remains) => Promise<void>
}

/**
 * Of the output of one test, in UTF-16 units, that Vitest is given; the whole log is kept with a failed test.
 */
const shownOutput = 262_144

/** Output is passed on after this many milliseconds, or UTF-16 units. */
const flushedMs = 300
const flushedLength = 16_384

type Result = NonNullable<RunnerTask['result']>
type TestError = NonNullable<Result['errors']>[number]

/** Runs one image and turns what its guest tells into Vitest's tasks. */
export class ImageRun {
  readonly #tree: TaskTree
  readonly #host: TestHost
  readonly #options: ImageRunOptions
  readonly #started = Date.now()
  #announced = false
  #runErrors: TestError[] = []
  /** Printed by the guest and not yet passed on. */
  #output: { readonly task: RunnerTask; readonly text: string; readonly time: number } | null = null
  #flushTimer: NodeJS.Timeout | undefined
  #notRun: { readonly count: number; readonly reason: string } | null = null

  constructor(tree: TaskTree, host: TestHost, options: ImageRunOptions) {
    this.#tree = tree
    this.#host = host
    this.#options = options
  }

  /** Never throws for anything that the guest or its engine does: that is a failure of the file. */
  async run(): Promise<void> {
    const { language, collectOnly, retry, signal } = this.#options
    await this.#host.queued({ ...this.#tree.snapshot(), mode: 'queued' })
    if (language.tests !== undefined) {
      for (const name of language.tests) this.#tree.add(name)
      await this.#announce()
      if (collectOnly) return
    }
    if (!this.#everythingIsSkipped()) {
      for (let count = 0; count === 0 || (count <= retry && this.#hasFailed() && !signal.aborted); count++) {
        await this.#attempt(count)
      }
    }
    if (!this.#announced) await this.#announce()
    if (!collectOnly) await this.#finish()
  }

  async #attempt(retryCount: number): Promise<void> {
    this.#runErrors = []
    this.#notRun = null
    const wanted = new Set(this.#tree.tests.filter((test) => test.result?.state === 'fail'))
    const attempt = new Attempt(retryCount, this.#options)
    for await (const event of attempt.events()) await this.#take(event, attempt, wanted)
    if (attempt.error !== null) await this.#fail(attempt, attempt.error)
    this.#flush()
    for (const test of attempt.failed) {
      if (attempt.remains !== null) await this.#options.keep(test, attempt.remains)
      await this.#host.updated(test, retryCount < this.#options.retry ? 'test-retried' : 'test-finished')
    }
  }

  async #take(event: GuestEvent, attempt: Attempt, wanted: ReadonlySet<RunnerTestCase>): Promise<void> {
    const time = attempt.wallTime(event.atNs)
    if (event.kind === 'begin') await this.#begin(event.name, time, attempt, wanted)
    else if (event.kind === 'output') this.#print(event.text, time, attempt)
    else if (event.kind === 'notRun') this.#notRun = event
    else if (event.kind === 'runFailed') this.#runErrors.push(this.#errorOf(event.failure))
    else await this.#end(event.state === 'fail' ? this.#errorOf(event.failure) : null, time, attempt)
  }

  /** The guest could not be run, or was lost on our side. */
  async #fail(attempt: Attempt, { name, message, stack = '' }: Error): Promise<void> {
    // Where we noticed that an image or an engine is no good helps nobody.
    const error: TestError = {
      name,
      message,
      stack: name === 'KernelTestError' ? `${name}: ${message}` : stack,
    }
    if (attempt.open === null) this.#runErrors.push(error)
    else await this.#end(error, Date.now(), attempt)
  }

  async #begin(
    name: string,
    time: number,
    attempt: Attempt,
    wanted: ReadonlySet<RunnerTestCase>,
  ): Promise<void> {
    const test = this.#tree.test(name) ?? (await this.#discover(name, attempt))
    const isDone = test.result !== undefined && !wanted.has(test)
    if (test.mode === 'skip' || isDone || this.#options.collectOnly) return attempt.begin(null)
    attempt.begin(test)
    const retryCount = test.result === undefined ? 0 : attempt.retryCount
    test.result = { ...test.result, state: 'run', startTime: time, retryCount, repeatCount: 0 }
    for (let suite = test.suite; suite !== undefined; suite = suite.suite) {
      if (suite.result !== undefined) continue
      suite.result = { state: 'run', startTime: time }
      await this.#host.updated(suite, 'suite-prepare')
    }
    if (retryCount === 0) await this.#host.updated(test, 'test-prepare')
  }

  /** Announcing copies the whole tree, so tests that a fast guest has begun since go with this one. */
  async #discover(name: string, attempt: Attempt): Promise<RunnerTestCase> {
    const test = this.#tree.add(name)
    for (const next of attempt.upcoming) if (this.#tree.test(next) === undefined) this.#tree.add(next)
    await this.#announce()
    return test
  }

  async #end(error: TestError | null, time: number, attempt: Attempt): Promise<void> {
    const test = attempt.open
    this.#flush()
    attempt.end()
    if (test?.result === undefined) return
    if (error !== null && this.#options.signal.aborted) return this.#skip(test, 'cancelled')
    test.result = addAttempt(test.result, attempt.retryCount, time, error)
    if (error === null) await this.#host.updated(test, 'test-finished')
    else attempt.failed.push(test)
  }

  /** Small pieces are put together: Vitest heads each with the name of its test. */
  #print(text: string, time: number, attempt: Attempt): void {
    if (this.#options.collectOnly || attempt.isPassedOver || attempt.shown > shownOutput) return
    attempt.shown += text.length
    const cut =
      attempt.shown > shownOutput ? '[kerneltest: more output follows; it is in the serial log]\n' : ''
    const task = attempt.open ?? this.#tree.file
    if (this.#output?.task !== task) this.#flush()
    const before = this.#output ?? { task, text: '', time }
    this.#output = { ...before, text: before.text + text + cut }
    if (this.#output.text.length > flushedLength) this.#flush()
    else this.#flushTimer ??= setTimeout(() => this.#flush(), flushedMs)
  }

  #flush(): void {
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    const output = this.#output
    this.#output = null
    if (output !== null) this.#host.printed(output.task, output.text, output.time)
  }

  async #announce(): Promise<void> {
    const { file } = this.#tree
    file.collectDuration ||= Date.now() - this.#started
    await this.#host.collected(this.#tree.snapshot())
    if (!this.#announced && !this.#options.collectOnly) await this.#host.updated(file, 'suite-prepare')
    this.#announced = true
  }

  /** Closes every suite; the file fails with a test of its own, with the run, or when it has no tests. */
  async #finish(): Promise<void> {
    await this.#addNotRun()
    await this.#tellSkipped()
    const unreached = this.#tree.tests.filter((test) => test.mode === 'run' && test.result === undefined)
    for (const test of unreached) await this.#skip(test, 'not reached')
    if (this.#options.signal.aborted) this.#runErrors = []
    else if (this.#tree.tests.length === 0 && this.#runErrors.length === 0) {
      this.#runErrors.push(this.#errorOf({ message: 'The guest reported no tests.' }))
    }
    await this.#closeSuite(this.#tree.file)
  }

  /** Tests that the filter left out. Those of a suite that is skipped as a whole are told with it. */
  async #tellSkipped(): Promise<void> {
    for (const test of this.#tree.tests) {
      const parent = test.suite ?? this.#tree.file
      if (test.mode !== 'skip' || test.result !== undefined || parent.mode === 'skip') continue
      await this.#host.updated(test, 'test-prepare')
      await this.#host.updated(test, 'test-finished')
    }
  }

  async #addNotRun(): Promise<void> {
    if (this.#notRun === null) return
    const { count, reason } = this.#notRun
    const test = this.#tree.add(count === 1 ? '(1 test not run)' : `(${count} tests not run)`)
    await this.#announce()
    await this.#skip(test, reason)
  }

  async #skip(test: RunnerTestCase, note: string): Promise<void> {
    test.mode = 'skip'
    test.result = { state: 'skip', ...{ note } }
    await this.#host.updated(test, 'test-finished')
  }

  async #closeSuite(suite: RunnerTestSuite): Promise<boolean> {
    let failed = suite === this.#tree.file && this.#runErrors.length > 0
    for (const task of suite.tasks) {
      const childFailed = task.type === 'suite' ? await this.#closeSuite(task) : task.result?.state === 'fail'
      failed ||= childFailed
    }
    const startTime = this.#started
    const errors = suite === this.#tree.file && this.#runErrors.length > 0 ? { errors: this.#runErrors } : {}
    const { aborted } = this.#options.signal
    const isSkipped = aborted || suite.mode === 'skip' || suite.tasks.length === 0
    const state = failed ? 'fail' : isSkipped ? 'skip' : 'pass'
    suite.result = { state, startTime, duration: Date.now() - startTime, ...errors }
    await this.#host.updated(suite, 'suite-finished')
    return failed
  }

  #hasFailed(): boolean {
    const testFailed = this.#tree.tests.some((test) => test.result?.state === 'fail')
    return testFailed || this.#runErrors.length > 0
  }

  #everythingIsSkipped(): boolean {
    return this.#announced && this.#tree.tests.every((test) => test.mode === 'skip')
  }

  /** Vitest reads frames from a stack in V8's form. */
  #errorOf(failure: GuestFailure): TestError {
    const { message, location, left, right } = failure
    const name = location === undefined ? 'GuestFailure' : 'GuestPanic'
    const frame =
      location && `${resolve(this.#options.sourceRoot, location.file)}:${location.line}:${location.column}`
    if (location) this.#host.knowSource(resolve(this.#options.sourceRoot, location.file))
    const error: TestError = {
      name,
      message,
      stack: `${name}: ${message}${frame === undefined ? '' : `\n    at ${frame}`}`,
    }
    if (left === undefined || right === undefined) return error
    return { ...error, expected: right, actual: left, diff: `- right\n+ left\n\n- ${right}\n+ ${left}` }
  }
}

/** Vitest shows the errors of all attempts; Vitest 5 also reads the attempts one by one. */
function addAttempt(result: Result, retryIndex: number, time: number, error: TestError | null): Result {
  const startTime = result.startTime ?? time
  const duration = Math.max(0, time - startTime)
  const state = error === null ? 'pass' : 'fail'
  const errors = [...(result.errors ?? []), ...(error === null ? [] : [error])]
  const before = (result as { readonly attempts?: readonly object[] }).attempts ?? []
  const attempt = {
    state,
    duration,
    startTime,
    retryIndex,
    repeatIndex: 0,
    ...(error && { errors: [error] }),
  }
  const all: Result = { ...result, state, duration, ...{ attempts: [...before, attempt] } }
  return errors.length > 0 ? { ...all, errors } : all
}

import type { RunnerTestCase } from 'vitest'
import { nsPerMs } from '../observe/instant.ts'
import type { Remains } from './attachments.ts'
import type { GuestEvent, GuestLanguage } from './guest-languages/guest-language.ts'
import type { GuestRunner } from './guest-run.ts'

export interface AttemptOptions {
  readonly language: GuestLanguage
  readonly guest: GuestRunner
  /** Wall-clock time for one test, in milliseconds; 0: none. */
  readonly testTimeout: number
  readonly signal: AbortSignal
}

/** One boot of an image: its events in order, and which test is open. */
export class Attempt {
  /** How many attempts came before. */
  readonly retryCount: number
  /** Tests that failed in it. */
  readonly failed: RunnerTestCase[] = []
  /** UTF-16 units that the open test has printed. */
  shown = 0
  /** Between the start of a test that does not count and the next. */
  isPassedOver = false
  remains: Remains | null = null
  /** What kept the guest from being run at all. */
  error: Error | null = null
  readonly #options: AttemptOptions
  readonly #started = Date.now()
  readonly #timeout = new AbortController()
  /** Told by the guest and not yet taken. */
  readonly #waiting: GuestEvent[] = []
  #open: RunnerTestCase | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(retryCount: number, options: AttemptOptions) {
    this.retryCount = retryCount
    this.#options = options
  }

  get open(): RunnerTestCase | null {
    return this.#open
  }

  /** A test begins, and with it its time-out; null for one that does not count. */
  begin(test: RunnerTestCase | null): void {
    this.end()
    this.#open = test
    this.isPassedOver = test === null
    const { testTimeout } = this.#options
    if (testTimeout === 0) return
    const reason = new Error(`was stopped by the time-out of ${testTimeout} ms`)
    this.#timer = setTimeout(() => this.#timeout.abort(reason), testTimeout)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#open = null
    this.isPassedOver = false
    this.shown = 0
  }

  /** The tests that have begun meanwhile, behind the event that is being taken. */
  get upcoming(): readonly string[] {
    return this.#waiting.flatMap((event) => (event.kind === 'begin' ? [event.name] : []))
  }

  /** In milliseconds since 1970. */
  wallTime(atNs: bigint): number {
    return this.#started + Number(atNs / nsPerMs)
  }

  /** Boots the image and answers what its tests do while it runs. Ends when the run has. */
  async *events(): AsyncGenerator<GuestEvent, void> {
    const { language, guest, signal } = this.#options
    const parser = language.parser()
    const waiting = this.#waiting
    let wake = (): void => {}
    let running = true
    const add = (events: readonly GuestEvent[]): void => {
      waiting.push(...events)
      wake()
    }
    const run = guest({
      signal: AbortSignal.any([signal, this.#timeout.signal]),
      onText: (text, atNs) => add(parser.feed(text, atNs)),
    })
    run
      .then(
        ({ remains, end }) => {
          this.remains = remains
          add(parser.finish(end))
        },
        (error: unknown) => {
          this.error = error instanceof Error ? error : new Error(String(error))
        },
      )
      .finally(() => {
        running = false
        wake()
      })
    while (running || waiting.length > 0) {
      const event = waiting.shift()
      if (event !== undefined) yield event
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
    clearTimeout(this.#timer)
  }
}

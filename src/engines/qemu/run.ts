import type { MetCondition } from '../../observe/output-conditions.ts'
import type { GuestClock } from './guest-clock.ts'

/** What ended the wait of a run. `end`: the guest's own end, which `LiveQemu` knows. */
export type RunResult =
  | { readonly why: 'condition'; readonly met: MetCondition }
  | { readonly why: 'deadline' }
  | { readonly why: 'end' }
  | { readonly why: 'closed' }
  | { readonly why: 'failed'; readonly error: unknown }

/** `setTimeout` knows no longer one. */
const longestTimerMs = 0x7fff_ffff

/** One stretch of guest time: over when the first of several things happens. */
export class Run {
  readonly result: Promise<RunResult>
  readonly #clock: GuestClock
  readonly #deadlineNs: bigint
  #resolve: (result: RunResult) => void = () => {}
  #timer: NodeJS.Timeout | null = null
  #isOver = false

  constructor(clock: GuestClock, deadlineNs: bigint) {
    this.#clock = clock
    this.#deadlineNs = deadlineNs
    this.result = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#awaitDeadline()
  }

  get isOver(): boolean {
    return this.#isOver
  }

  finish(result: RunResult): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#resolve(result)
  }

  /** The guest may have stood still for some of the time, so the clock is asked again. */
  #awaitDeadline(): void {
    const leftMs = Number(this.#deadlineNs - this.#clock.ns) / 1e6
    if (leftMs <= 0) this.finish({ why: 'deadline' })
    else this.#timer = setTimeout(() => this.#awaitDeadline(), Math.min(Math.ceil(leftMs), longestTimerMs))
  }
}

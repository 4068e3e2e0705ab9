import { isQemuGone } from './monitor.ts'

/** Something to look at from time to time while the guest runs. */
export interface Watch {
  /** Milliseconds to the next look. */
  readonly intervalMs: number
  /** May let the guest stand still, and leaves it so when it found what it was looking for. */
  look(): Promise<void>
}

/** Looks through watches, one at a time, each at its own pace. */
export class Sampler {
  readonly #watches: readonly Watch[]
  readonly #onError: (error: unknown) => void
  #wake: (() => void) | null = null
  #active = true
  readonly #finished: Promise<void>

  /** `onError`: a look failed, and no further one is taken. */
  constructor(watches: readonly Watch[], onError: (error: unknown) => void) {
    this.#watches = watches
    this.#onError = onError
    this.#finished = this.#run()
  }

  /** Resolves when no look is in progress. */
  stop(): Promise<void> {
    this.#active = false
    this.#wake?.()
    return this.#finished
  }

  async #run(): Promise<void> {
    const due = new Map(this.#watches.map((watch) => [watch, performance.now() + watch.intervalMs]))
    while (this.#active && due.size > 0) {
      const [watch, time] = earliest(due)
      await this.#sleep(time - performance.now())
      if (!this.#active) return
      try {
        await watch.look()
      } catch (error) {
        // That QEMU is gone is told elsewhere.
        if (!isQemuGone(error)) this.#onError(error)
        return
      }
      due.set(watch, performance.now() + watch.intervalMs)
    }
  }

  async #sleep(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, ms)
    })
    clearTimeout(timer)
    this.#wake = null
  }
}

function earliest(due: ReadonlyMap<Watch, number>): [Watch, number] {
  return [...due].reduce((first, next) => (next[1] < first[1] ? next : first))
}

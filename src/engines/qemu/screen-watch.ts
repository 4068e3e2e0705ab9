import type { Condition } from '../../observe/condition.ts'
import { sameScreen } from '../../observe/same-screen.ts'
import type { Screen } from '../../observe/screen.ts'
import { metOnScreen } from '../../observe/screen-conditions.ts'
import type { LiveQemu } from './live-qemu.ts'
import type { Run } from './run.ts'
import type { Watch } from './sampler.ts'
import { readScreen } from './screen.ts'

const peekMs = 25
/** A look lets the guest stand still: that is to cost it at most a fifth of its time. */
const restPerLook = 4
/** On a busy host a look takes long; what shows for a moment is to be seen nevertheless. */
const longestRestMs = 100
/** What changes the screen without changing the text memory is found this often. */
const fullLookMs = 500
const textMemory = { at: 0xb8000n, size: 0x8000 }

/**
 * Ends a run when a screen condition holds. The text memory is peeked at often; only a change is worth a
 * standstill.
 */
export class ScreenWatch implements Watch {
  intervalMs = peekMs
  readonly #live: LiveQemu
  readonly #run: Run
  readonly #conditions: readonly Condition[]
  #peeked: Buffer | null = null
  #lookedMs = Number.NEGATIVE_INFINITY

  constructor(live: LiveQemu, run: Run, conditions: readonly Condition[]) {
    this.#live = live
    this.#run = run
    this.#conditions = conditions
  }

  async look(): Promise<void> {
    const started = performance.now()
    const { monitor, qtest, process } = this.#live
    const seen = Buffer.from(await qtest.readPhysical(textMemory.at, textMemory.size))
    if (this.#peeked?.equals(seen) && started - this.#lookedMs < fullLookMs) return
    this.#peeked = seen
    this.#lookedMs = started
    const halted = performance.now()
    await this.#live.halt()
    const index = metOnScreen(this.#conditions, await readScreen(monitor, qtest, process.directory))
    if (index !== null) this.#run.finish({ why: 'condition', met: { index } })
    else if (!this.#run.isOver) this.#live.resume()
    const rest = restPerLook * (performance.now() - halted)
    this.intervalMs = Math.min(longestRestMs, Math.max(peekMs, rest))
  }
}

/** Ends a run when two frames that are `settleNs` of guest time apart are equal. */
export class StillnessWatch implements Watch {
  readonly intervalMs: number
  readonly #live: LiveQemu
  readonly #run: Run
  readonly #index: number
  #frame: Screen

  /** `frame`: what the screen shows now. */
  constructor(live: LiveQemu, run: Run, index: number, settleNs: bigint, frame: Screen) {
    this.intervalMs = Number(settleNs) / 1e6
    this.#live = live
    this.#run = run
    this.#index = index
    this.#frame = frame
  }

  async look(): Promise<void> {
    await this.#live.halt()
    const { monitor, qtest, process } = this.#live
    const frame = await readScreen(monitor, qtest, process.directory)
    if (sameScreen(frame, this.#frame)) this.#run.finish({ why: 'condition', met: { index: this.#index } })
    else if (!this.#run.isOver) this.#live.resume()
    this.#frame = frame
  }
}

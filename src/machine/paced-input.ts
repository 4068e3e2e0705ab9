import { type Clock, type Timer, tickAtNs } from './clock.ts'

/** Between two changes, so that a guest that polls sees each one. */
const paceTicks = tickAtNs(10_000_000n)

/** What changes are for. */
interface InputDevice<Change> {
  /** Whether the guest has taken what came before, as far as `next` needs that. */
  readonly isReady: (next: Change) => boolean
  readonly change: (change: Change) => void
}

/**
 * A hand on the keyboard or on the mouse: one change after the other, at a pace at which guests can follow;
 * while the guest has not taken what came before, it waits.
 */
export class PacedInput<Change> {
  readonly #device: InputDevice<Change>
  readonly #clock: Clock
  readonly #timer: Timer
  #changes: Change[] = []
  /** How many of them have come. */
  #done = 0

  /** `name`: of its timer. */
  constructor(clock: Clock, name: string, device: InputDevice<Change>) {
    this.#device = device
    this.#clock = clock
    this.#timer = clock.timer(name, () => this.#go())
  }

  add(changes: readonly Change[]): void {
    this.#changes.push(...changes)
    if (this.#timer.at === null) this.#go()
  }

  /** Not everything has come yet, or not for as long as the pace. */
  get isBusy(): boolean {
    return this.#timer.at !== null
  }

  /** What waits does not come any more. */
  forget(): void {
    this.load([])
    this.#timer.disarm()
  }

  /** What waits, in order. */
  save(): readonly Change[] {
    return this.#changes.slice(this.#done)
  }

  /** The deadline of the next is among the timers. */
  load(saved: readonly Change[]): void {
    this.#changes = [...saved]
    this.#done = 0
  }

  #go(): void {
    const next = this.#changes[this.#done]
    if (next === undefined) {
      this.load([])
      return
    }
    if (this.#device.isReady(next)) {
      this.#device.change(next)
      this.#done++
    }
    this.#timer.arm(this.#clock.now + paceTicks)
  }
}

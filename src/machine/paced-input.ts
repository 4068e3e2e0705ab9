import { type Clock, type Timer, tickAtNs } from './clock.ts'

/** Between two changes, so that a guest that polls sees each one. */
const paceTicks = tickAtNs(10_000_000n)

/** What changes are for. */
interface InputDevice<Change> {
  /** Whether the guest has taken what came before. */
  readonly isReady: () => boolean
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
  #waiting: readonly Change[] = []

  /** `name`: of its timer. */
  constructor(clock: Clock, name: string, device: InputDevice<Change>) {
    this.#device = device
    this.#clock = clock
    this.#timer = clock.timer(name, () => this.#go())
  }

  add(changes: readonly Change[]): void {
    this.#waiting = [...this.#waiting, ...changes]
    if (this.#timer.at === null) this.#go()
  }

  /** Not everything has come yet, or not for as long as the pace. */
  get isBusy(): boolean {
    return this.#timer.at !== null
  }

  /** What waits does not come any more. */
  forget(): void {
    this.#waiting = []
    this.#timer.disarm()
  }

  /** What waits, in order. */
  save(): readonly Change[] {
    return this.#waiting
  }

  /** The deadline of the next is among the timers. */
  load(saved: readonly Change[]): void {
    this.#waiting = saved
  }

  #go(): void {
    const [next, ...rest] = this.#waiting
    if (next === undefined) return
    if (this.#device.isReady()) {
      this.#device.change(next)
      this.#waiting = rest
    }
    this.#timer.arm(this.#clock.now + paceTicks)
  }
}

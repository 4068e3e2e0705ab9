import { type Clock, type Timer, tickAtNs } from './clock.ts'
import type { Keyboard } from './devices/keyboard.ts'

/** Between two changes of a key, so that a guest that polls for keys sees each one. */
const paceTicks = tickAtNs(10_000_000n)

interface KeyChange {
  readonly key: string
  readonly isDown: boolean
}

/**
 * Presses keys one after the other, at a pace at which guests can follow; while the guest has not taken
 * what came before,
 * it waits.
 */
export class Typist {
  readonly #keyboard: Keyboard
  readonly #clock: Clock
  readonly #timer: Timer
  #waiting: readonly KeyChange[] = []

  constructor(clock: Clock, keyboard: Keyboard) {
    this.#clock = clock
    this.#keyboard = keyboard
    this.#timer = clock.timer('typist', () => this.#go())
  }

  /** Keys of one press: they go down in their order, and up the other way round. */
  press(keys: readonly string[]): void {
    const down = keys.map((key) => ({ key, isDown: true }))
    const up = keys.toReversed().map((key) => ({ key, isDown: false }))
    this.#waiting = [...this.#waiting, ...down, ...up]
    if (this.#timer.at === null) this.#go()
  }

  /** What waits is not typed any more. */
  forget(): void {
    this.#waiting = []
    this.#timer.disarm()
  }

  #go(): void {
    const [next, ...rest] = this.#waiting
    if (!next) return
    if (this.#keyboard.isReady) {
      this.#keyboard.press(next.key, next.isDown)
      this.#waiting = rest
    }
    this.#timer.arm(this.#clock.now + paceTicks)
  }
}

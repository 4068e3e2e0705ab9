import type { Clock, Timer } from './clock.ts'

/** When each armed timer expires, by name. */
export type SavedTimers = Readonly<Record<string, number>>

class NamedTimer implements Timer {
  readonly expire: (at: number) => void
  readonly #changed: (at: number | null) => void
  #at: number | null = null

  constructor(expire: (at: number) => void, changed: (at: number | null) => void) {
    this.expire = expire
    this.#changed = changed
  }

  get at(): number | null {
    return this.#at
  }

  arm(at: number): void {
    this.#at = at
    this.#changed(at)
  }

  disarm(): void {
    this.#at = null
    this.#changed(null)
  }
}

/**
 * The machine's clock with all of its timers. Those that are due expire in the order of their deadlines; of
 * equal ones the timer that was made first does, so that the same machine always does the same.
 */
export class TimerQueue implements Clock {
  readonly #ticks: () => number
  readonly #onArm: (at: number) => void
  readonly #timers = new Map<string, NamedTimer>()
  #next: NamedTimer | null = null
  #isStale = false

  /** `ticks` answers the time since power-on. `onArm` hears of each new deadline. */
  constructor(ticks: () => number, onArm: (at: number) => void = () => {}) {
    this.#ticks = ticks
    this.#onArm = onArm
  }

  get now(): number {
    return this.#ticks()
  }

  timer(name: string, expire: (at: number) => void): Timer {
    if (this.#timers.has(name)) throw new Error(`two timers are named ${name}`)
    const timer = new NamedTimer(expire, (at) => {
      this.#isStale = true
      if (at !== null) this.#onArm(at)
    })
    this.#timers.set(name, timer)
    return timer
  }

  /** The tick at which something happens next; null: never. */
  get deadline(): number | null {
    return this.#first?.at ?? null
  }

  /** Lets all timers that are due expire, also those that are armed meanwhile. */
  expireDue(): void {
    for (let next = this.#first; next?.at != null && next.at <= this.now; next = this.#first) {
      const { at } = next
      next.disarm()
      next.expire(at)
    }
  }

  save(): SavedTimers {
    const armed = [...this.#timers].flatMap(([name, { at }]) => (at === null ? [] : [[name, at] as const]))
    return Object.fromEntries(armed)
  }

  /** Arms exactly what was armed. Timers that this machine has not are a programming error. */
  load(saved: SavedTimers): void {
    for (const name of Object.keys(saved)) {
      if (!this.#timers.has(name)) throw new Error(`no timer is named ${name}`)
    }
    for (const [name, timer] of this.#timers) {
      const at = saved[name]
      if (at === undefined) timer.disarm()
      else timer.arm(at)
    }
  }

  /** The timer that expires next. */
  get #first(): NamedTimer | null {
    if (!this.#isStale) return this.#next
    let next: NamedTimer | null = null
    for (const timer of this.#timers.values()) {
      if (timer.at !== null && (next?.at == null || timer.at < next.at)) next = timer
    }
    this.#next = next
    this.#isStale = false
    return next
  }
}

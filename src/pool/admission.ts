/**
 * Counts free places and lets callers in, first come first served. tinypool never sees a task that it would
 * have to queue: a queued task can stall for ever when a thread dies (tinypool 2.2).
 */
export class Admission {
  #free: number
  readonly #waiting: ((place: () => void) => void)[] = []

  constructor(places: number) {
    this.#free = places
  }

  get free(): number {
    return this.#free
  }

  get waiting(): number {
    return this.#waiting.length
  }

  addPlaces(places: number): void {
    for (let i = 0; i < places; i++) this.#leave()
  }

  /**
   * Waits for a place; call what it answers, once, to give the place back. Rejects with the signal's reason.
   */
  enter(signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve(this.#place())
    }
    return new Promise((resolve, reject) => {
      const admit = (place: () => void) => {
        signal.removeEventListener('abort', giveUp)
        resolve(place)
      }
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(admit), 1)
        reject(signal.reason)
      }
      this.#waiting.push(admit)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  #place(): () => void {
    let given = false
    return () => {
      if (given) return
      given = true
      this.#leave()
    }
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next(this.#place())
  }
}

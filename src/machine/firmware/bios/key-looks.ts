import { type Clock, tickAtMs } from '../../clock.ts'

/** For so long a guest does nothing but look before it is said to wait. */
const settleTicks = tickAtMs(100)
/** Who looks again later than this did something else meanwhile; a timer wakes a guest after 55 ms. */
const longestPause = tickAtMs(150)
/** So many in a row, and the guest's time may pass faster: it has nothing else to do. */
const eagerLooks = 200

/** Functions, in AH, that ask, or that show on the screen what they do. */
const quiet: Readonly<Record<string, readonly number[]>> = {
  // Position of the cursor, of the light pen, characters and pixels read, mode, display, state.
  int10: [0x02, 0x03, 0x04, 0x08, 0x0d, 0x0f, 0x1a, 0x1b],
  int13: [0x01],
  int14: [0x03],
  int17: [0x02],
}
/** Services by which a guest does something else, or gets a key. */
const busyServices = new Set(['int09', 'int10', 'int13', 'int14', 'int17', 'int19'])

export interface SavedKeyLooks {
  readonly count: number
  /** Ticks of the first and of the last. */
  readonly first: number
  readonly last: number
}

/** A guest's looks for a key, in vain, one after the other, with nothing else done between them. */
export class KeyLooks {
  readonly #clock: Pick<Clock, 'now'>
  #count = 0
  #first = 0
  #last = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Now, and in vain. */
  note(): void {
    const { now } = this.#clock
    if (this.#count === 0 || now - this.#last > longestPause) {
      this.#count = 0
      this.#first = now
    }
    this.#count++
    this.#last = now
  }

  /** A service is called. */
  noteCall(service: string, ah: number): void {
    if (busyServices.has(service) && !quiet[service]?.includes(ah)) this.stir()
  }

  /** The guest does something else. */
  stir(): void {
    this.#count = 0
  }

  /** The guest has done nothing else for a while. */
  get isAll(): boolean {
    const since = this.#last - this.#first
    return this.#count > 1 && since >= settleTicks && this.#clock.now - this.#last <= longestPause
  }

  /** It does so as fast as it can. */
  get isEager(): boolean {
    return this.#count >= eagerLooks
  }

  save(): SavedKeyLooks {
    return { count: this.#count, first: this.#first, last: this.#last }
  }

  load({ count, first, last }: SavedKeyLooks): void {
    this.#count = count
    this.#first = first
    this.#last = last
  }
}

export const noLooks: SavedKeyLooks = { count: 0, first: 0, last: 0 }

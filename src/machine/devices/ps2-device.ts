/** What hangs on one of an 8042's two serial lines. */
export interface Ps2Device {
  /** A byte from the host: a command, or what one asked for. */
  receive(byte: number): void
  /** The next byte for the host, or null. */
  next(): number | null
  /** Set by the controller: called when there is something to take. */
  onData: () => void
}

export const reply = { acknowledge: 0xfa, resend: 0xfe, testPassed: 0xaa, echo: 0xee } as const

export interface SavedQueue {
  readonly answers: readonly number[]
  readonly data: readonly number[]
}

/** What a device has to say: answers to the last command, and behind them what it sends by itself. */
export class Ps2Queue {
  readonly #room: number
  #state: SavedQueue = { answers: [], data: [] }

  /** `room`: bytes of its own that the device can keep. */
  constructor(room: number) {
    this.#room = room
  }

  get isEmpty(): boolean {
    return this.#state.answers.length === 0 && this.#state.data.length === 0
  }

  /**
   * What the device says by itself: all of it, or nothing where there is no room. Answers whether there
   * was.
   */
  offer(bytes: readonly number[]): boolean {
    const { answers, data } = this.#state
    const fits = data.length + bytes.length <= this.#room
    if (fits) this.#state = { answers, data: [...data, ...bytes] }
    return fits
  }

  /** What is left of the answer to an earlier command is lost. */
  answer(...bytes: number[]): void {
    this.#state = { ...this.#state, answers: bytes }
  }

  take(): number | null {
    const { answers, data } = this.#state
    const [first = null, ...rest] = answers.length > 0 ? answers : data
    this.#state = answers.length > 0 ? { answers: rest, data } : { answers, data: rest }
    return first
  }

  /** Forgets what the device would have said by itself. */
  clear(): void {
    this.#state = { ...this.#state, data: [] }
  }

  save(): SavedQueue {
    return this.#state
  }

  load(state: SavedQueue): void {
    this.#state = state
  }
}

export const reply = { acknowledge: 0xfa, resend: 0xfe, testPassed: 0xaa, echo: 0xee } as const

/** Bytes of its own that a device can keep. */
const room = 16

interface SavedQueue {
  readonly answers: readonly number[]
  readonly data: readonly number[]
}

/** What a device has to say: answers to the last command, and behind them what it sends by itself. */
class Ps2Queue {
  #state: SavedQueue = { answers: [], data: [] }

  get isEmpty(): boolean {
    return this.#state.answers.length === 0 && this.#state.data.length === 0
  }

  /**
   * What the device says by itself: all of it, or nothing where there is no room. Answers whether there
   * was.
   */
  offer(bytes: readonly number[]): boolean {
    const { answers, data } = this.#state
    const fits = data.length + bytes.length <= room
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

/** Commands that all devices have. */
const command = { resend: 0xfe, reset: 0xff } as const

/** What every device remembers besides its queue. */
interface Ps2State {
  /** The command whose parameter is awaited, or null. */
  readonly awaited: number | null
  /** The last byte that the host has taken. */
  readonly last: number
}

export interface SavedPs2Device<State> {
  readonly queue: SavedQueue
  readonly state: State
}

/** What hangs on one of an 8042's two serial lines: it obeys bytes, and has bytes taken from it. */
export abstract class Ps2Device<State extends Ps2State = Ps2State> {
  /** Set by the controller: called when there is something to take. */
  onData = () => {}
  protected readonly queue = new Ps2Queue()
  protected state: State
  readonly #atPowerOn: State
  readonly #identity: readonly number[]

  /** `identity`: what follows the result of the test that the reset command starts. */
  protected constructor(atPowerOn: State, ...identity: readonly number[]) {
    this.#atPowerOn = atPowerOn
    this.#identity = identity
    this.state = atPowerOn
  }

  reset(): void {
    this.load({ queue: { answers: [], data: [] }, state: this.#atPowerOn })
  }

  /** The next byte for the host, or null. */
  next(): number | null {
    const byte = this.queue.take()
    if (byte !== null) this.state = { ...this.state, last: byte }
    return byte
  }

  /** A byte from the host: a command, or what one asked for. */
  receive(byte: number): void {
    const { awaited } = this.state
    this.state = { ...this.state, awaited: null }
    this.obey(byte, awaited)
    this.onData()
  }

  save(): SavedPs2Device<State> {
    return { queue: this.queue.save(), state: this.state }
  }

  load({ queue, state }: SavedPs2Device<State>): void {
    this.state = state
    this.queue.load(queue)
  }

  /** `awaited`: the command that has asked for this byte, or null. */
  protected abstract obey(byte: number, awaited: number | null): void

  protected acknowledge(change: Partial<State>): void {
    this.set(change)
    this.queue.answer(reply.acknowledge)
  }

  /** What a device does with a command that is none of its own. */
  protected obeyAny(byte: number): void {
    if (byte === command.resend) {
      this.queue.answer(this.state.last)
    } else if (byte === command.reset) {
      this.state = this.#atPowerOn
      this.queue.clear()
      this.queue.answer(reply.acknowledge, reply.testPassed, ...this.#identity)
    } else {
      this.queue.answer(reply.resend)
    }
  }

  protected set(change: Partial<State>): void {
    this.state = { ...this.state, ...change }
  }
}

export const reply = { acknowledge: 0xfa, resend: 0xfe, testPassed: 0xaa, echo: 0xee } as const

/** Bytes of its own that a device can keep. */
const room = 16

/** A packet begins with this byte. */
const begins = 0x100
/** A refusal: who asks for the last packet again means the one before. */
const refuses = 0x200

/** Bytes that are sent again together, or one alone. */
type Packet = number | readonly number[]

/** Bytes as they are sent, with the bits above them. */
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
  offer(packets: readonly Packet[]): boolean {
    const { answers, data } = this.#state
    const bytes = packets.flatMap(inPacket)
    const fits = data.length + bytes.length <= room
    if (fits) this.#state = { answers, data: [...data, ...bytes] }
    return fits
  }

  /** What is left of the answer to an earlier command is lost. */
  answer(...packets: Packet[]): void {
    this.#state = { ...this.#state, answers: packets.flatMap(inPacket) }
  }

  refuse(): void {
    this.#state = { ...this.#state, answers: [reply.resend | begins | refuses] }
  }

  /** What was sent of a packet, in front of what is left of it. */
  repeat(sent: readonly number[]): void {
    this.#state = { ...this.#state, answers: [...inPacket(sent), ...this.#state.answers] }
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

function inPacket(packet: Packet): readonly number[] {
  return [packet].flat().map((byte, index) => (index === 0 ? byte | begins : byte))
}

/** Commands that all devices have. */
const command = { resend: 0xfe, reset: 0xff } as const

/** What every device remembers besides its queue. */
interface Ps2State {
  /** The command whose parameter is awaited, or null. */
  readonly awaited: number | null
  /** What the host has taken of the last packet. */
  readonly last: readonly number[]
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
    const sent = this.queue.take()
    if (sent === null) return null
    const byte = sent & 0xff
    const last = sent & begins ? [byte] : [...this.state.last, byte]
    if (!(sent & refuses)) this.state = { ...this.state, last }
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
      this.queue.repeat(this.state.last)
    } else if (byte === command.reset) {
      this.state = this.#atPowerOn
      this.queue.clear()
      this.queue.answer(reply.acknowledge, [reply.testPassed, ...this.#identity])
    } else {
      this.queue.refuse()
    }
  }

  protected set(change: Partial<State>): void {
    this.state = { ...this.state, ...change }
  }
}

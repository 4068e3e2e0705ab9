import type { EventSink } from '../../observe/event.ts'
import type { Instant } from '../../observe/instant.ts'
import type { OutputPort } from '../../observe/output.ts'

/** Bytes that are told together at most. */
const mostBytes = 4096

/** Gathers what a guest prints byte by byte into events, in the order in which it was printed. */
export class Outputs {
  readonly #sink: EventSink
  readonly #now: () => Instant
  readonly #onTell: (port: OutputPort, bytes: Uint8Array) => void
  #bytes: number[] = []
  #port: OutputPort = 'com1'

  /**
   * `now`: the instant that an event carries: of its telling, when its bytes have all been printed.
   * `onTell` hears its bytes before the sink.
   */
  constructor(sink: EventSink, now: () => Instant, onTell: (port: OutputPort, bytes: Uint8Array) => void) {
    this.#sink = sink
    this.#now = now
    this.#onTell = onTell
  }

  add(port: OutputPort, byte: number): void {
    if (port !== this.#port || this.#bytes.length === mostBytes) this.tell()
    this.#port = port
    this.#bytes.push(byte)
  }

  tell(): void {
    if (this.#bytes.length === 0) return
    const bytes = Uint8Array.from(this.#bytes)
    this.#bytes = []
    this.#onTell(this.#port, bytes)
    this.#sink({ kind: 'output', port: this.#port, bytes, at: this.#now() })
  }
}

import type { Duplex } from 'node:stream'
import { invariant } from '../../support/invariant.ts'
import { MonitorError } from './monitor.ts'

/** The id of the chardev for QEMU's qtest protocol, one end of a socket pair. QEMU 7.2 knows no other one. */
export const qtestChardev = 'qtest'

/**
 * QEMU's own test protocol (system/qtest.c): ports and physical memory as the bus answers them, a line of
 * text each. Ten times as fast as the human monitor, where one look at the screen would take 20 ms. Requests
 * are answered in order and need not be waited for one by one.
 */
export class QtestClient {
  readonly #socket: Duplex
  readonly #waiting: ((answer: string | null) => void)[] = []
  #partial: string[] = []
  #closed = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor(socket: Duplex) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#receive(text))
    for (const event of ['end', 'close', 'error']) socket.on(event, () => this.#disconnect())
  }

  async readPort(port: number): Promise<number> {
    return Number(await this.#ask(`inb ${port}`))
  }

  /** Answers `value`. */
  async writePort(port: number, value: number): Promise<number> {
    await this.#ask(`outb ${port} ${value}`)
    return value
  }

  /** Runs `action` when those that came before are over: sequences that must not be mixed. */
  exclusively<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(action)
    this.#turn = result.catch(() => {})
    return result
  }

  /** Devices included; where nothing is, QEMU makes something up. */
  async readPhysical(address: bigint, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length; done += chunkSize) {
      const size = Math.min(chunkSize, length - done)
      const answer = await this.#ask(`b64read ${address + BigInt(done)} ${size}`)
      bytes.set(Buffer.from(answer, 'base64'), done)
    }
    return bytes
  }

  async writePhysical(address: bigint, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; done += chunkSize) {
      const chunk = Buffer.from(bytes.subarray(done, done + chunkSize))
      await this.#ask(`b64write ${address + BigInt(done)} ${chunk.length} ${chunk.toString('base64')}`)
    }
  }

  /** @throws MonitorError when QEMU is gone. */
  async #ask(request: string): Promise<string> {
    if (this.#closed) throw disconnected()
    const answer = await new Promise<string | null>((resolve) => {
      this.#waiting.push(resolve)
      this.#socket.write(`${request}\n`)
    })
    if (answer === null) throw disconnected()
    invariant(answer.startsWith('OK'), `QEMU carries out "${request.slice(0, 40)}"; it said "${answer}"`)
    return answer.slice(3)
  }

  #receive(text: string): void {
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#partial.push(text.slice(start, end))
      this.#waiting.shift()?.(this.#partial.join(''))
      this.#partial = []
      start = end + 1
    }
    if (start < text.length) this.#partial.push(text.slice(start))
  }

  #disconnect(): void {
    this.#closed = true
    for (const resolve of this.#waiting.splice(0)) resolve(null)
  }
}

/** In bytes. */
const chunkSize = 1 << 20

function disconnected(): MonitorError {
  return new MonitorError('Disconnected', 'QEMU was gone before it answered')
}

import type { Duplex } from 'node:stream'
import { type Monitor, MonitorError } from './monitor.ts'

/** Something QEMU told unasked (docs/interop/qmp-spec: asynchronous events). */
export interface QmpEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

/** As QEMU's greeting tells it. */
export interface QemuVersion {
  readonly major: number
  readonly minor: number
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** A busy host may keep QEMU waiting, at its start above all; its own pace never needs this long. */
const startLimitMs = 30_000
const answerLimitMs = 4_000

/**
 * The QEMU Machine Protocol on a socket: lines of JSON. Commands may be sent before QEMU's greeting came,
 * QEMU answers them in order; that saves a round trip at start-up.
 */
export class QmpClient implements Monitor {
  /** Resolves when QEMU left negotiation mode, that is, when its machine is built. */
  readonly ready: Promise<QemuVersion>
  readonly #socket: Duplex
  readonly #onEvent: (event: QmpEvent) => void
  readonly #waiting: Waiting[] = []
  readonly #onSilence: () => void
  #limitMs = startLimitMs
  #silence: NodeJS.Timeout | null = null
  #version: QemuVersion = { major: 0, minor: 0 }
  #partial: string[] = []
  #closed = false

  /** `onSilence`: a command was not answered in time. */
  constructor(socket: Duplex, onEvent: (event: QmpEvent) => void, onSilence: () => void = () => {}) {
    this.#socket = socket
    this.#onEvent = onEvent
    this.#onSilence = onSilence
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => this.#receive(text))
    socket.on('close', () => this.#disconnect())
    socket.on('end', () => this.#disconnect())
    // A broken pipe is followed by 'close', where it is dealt with.
    socket.on('error', () => {})
    this.ready = this.execute('qmp_capabilities').then(() => {
      this.#limitMs = answerLimitMs
      return this.#version
    })
    // Nobody may be waiting yet when QEMU dies.
    this.ready.catch(() => {})
  }

  execute(command: string, args?: object): Promise<unknown> {
    if (this.#closed) return Promise.reject(disconnected(command))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#silence ??= setTimeout(this.#onSilence, this.#limitMs)
      const message = args === undefined ? { execute: command } : { execute: command, arguments: args }
      this.#socket.write(`${JSON.stringify(message)}\n`)
    })
  }

  async human(line: string): Promise<string> {
    const printed = await this.execute('human-monitor-command', { 'command-line': line })
    return typeof printed === 'string' ? printed.replaceAll('\r\n', '\n') : ''
  }

  /** Fails what still waits for an answer. */
  close(): void {
    this.#disconnect()
    this.#socket.destroy()
  }

  #receive(text: string): void {
    // Answers of several megabytes come in many pieces: they are joined once, at their end.
    let start = 0
    for (;;) {
      const end = text.indexOf('\n', start)
      if (end < 0) break
      this.#partial.push(text.slice(start, end))
      const line = this.#partial.join('')
      this.#partial = []
      start = end + 1
      if (line.trim() !== '') this.#dispatch(JSON.parse(line))
    }
    if (start < text.length) this.#partial.push(text.slice(start))
  }

  #dispatch(message: Message): void {
    if (message.QMP !== undefined) {
      this.#version = message.QMP.version.qemu
      return
    }
    if (message.event !== undefined) {
      this.#onEvent({ name: message.event, data: message.data ?? {} })
      return
    }
    const waiting = this.#waiting.shift()
    if (this.#waiting.length > 0) this.#silence?.refresh()
    else this.#stopTimer()
    if (message.error !== undefined)
      waiting?.reject(new MonitorError(message.error.class, message.error.desc))
    else waiting?.resolve(message.return)
  }

  #disconnect(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopTimer()
    for (const waiting of this.#waiting.splice(0)) waiting.reject(disconnected('a command'))
  }

  #stopTimer(): void {
    if (this.#silence) clearTimeout(this.#silence)
    this.#silence = null
  }
}

interface Message {
  readonly QMP?: { readonly version: { readonly qemu: QemuVersion } }
  readonly event?: string
  readonly data?: Record<string, unknown>
  readonly return?: unknown
  readonly error?: { readonly class: string; readonly desc: string }
}

function disconnected(command: string): MonitorError {
  return new MonitorError('Disconnected', `QEMU was gone before it answered ${command}`)
}

import type { Duplex } from 'node:stream'
import type { OutputPort } from '../../observe/output.ts'
import type { EndReason } from './end-reason.ts'
import { GdbClient } from './gdb-client.ts'
import { GuestClock } from './guest-clock.ts'
import { OutputFiles } from './output-files.ts'
import type { QemuProcess } from './process.ts'
import { QmpClient, type QmpEvent } from './qmp.ts'
import { QtestClient } from './qtest-client.ts'

/** What a running guest tells whoever waits for it. */
export interface LiveListener {
  onOutput(port: OutputPort, bytes: Uint8Array): void
  /** The guest stood still without having been asked to, and its run is not over: a breakpoint. */
  onStop(): void
  onEnd(): void
}

/**
 * A QEMU process with the lines to it. It runs its guest and lets it stand still, keeps the guest's time and
 * outputs, and knows the first thing that ended the run: outputs after that are not handed over.
 */
export class LiveQemu {
  readonly process: QemuProcess
  readonly monitor: QmpClient
  readonly gdb: GdbClient
  readonly qtest: QtestClient
  readonly clock = new GuestClock()
  /** Resolves when the run is over. */
  readonly ended: Promise<EndReason>
  readonly #outputs: OutputFiles
  readonly #listener: LiveListener
  #endReason: EndReason | null = null
  #resolveEnded: (reason: EndReason) => void = () => {}
  #stopping = false
  /** Settles when the guest stands still that wrote to its exit port. */
  #standstill: Promise<unknown> = Promise.resolve()
  #silent = false

  constructor(process: QemuProcess, ports: readonly OutputPort[], listener: LiveListener) {
    this.process = process
    this.#listener = listener
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    this.#outputs = new OutputFiles(process.directory, ports, (port, bytes) => {
      if (this.#endReason === null) listener.onOutput(port, bytes)
    })
    this.monitor = new QmpClient(
      process.qmp,
      (event) => void this.#onEvent(event),
      () => this.#onSilence(),
    )
    this.gdb = new GdbClient(this.monitor, process.gdb)
    this.qtest = new QtestClient(process.qtest)
    process.exitPort.once('data', (bytes: Buffer) => this.#onExitByte(bytes))
    process.exitPort.resume()
    void this.#watchForDeath()
  }

  /** Null while the run is not over. */
  get endReason(): EndReason | null {
    return this.#endReason
  }

  resume(): void {
    if (this.#endReason !== null) return
    this.clock.start()
    // A refusal is no news: QEMU is gone then, and that is told.
    this.monitor.execute('cont').catch(() => {})
    this.#outputs.follow()
  }

  /** The guest stands still and all that it printed is handed over, or the run is over. */
  async halt(): Promise<void> {
    await this.#standstill
    if (this.#endReason === null) {
      this.#stopping = true
      await this.monitor.execute('stop').catch(() => this.process.ended)
      this.#stopping = false
    }
    this.clock.stop()
    this.#outputs.rest()
    this.#outputs.drain()
  }

  /** Ends the run, unless it has ended already. */
  end(reason: EndReason): void {
    if (this.#endReason !== null) return
    this.clock.stop()
    this.#outputs.rest()
    this.#outputs.drain()
    this.#endReason = reason
    this.#resolveEnded(reason)
    this.#listener.onEnd()
  }

  dispose(): void {
    this.#outputs.close()
    this.process.dispose()
    this.monitor.close()
  }

  #onExitByte(bytes: Buffer): void {
    // First of all: the guest is still running.
    this.#standstill = this.monitor.execute('stop').catch(() => this.process.ended)
    this.end({ by: 'exitByte', value: bytes[0] ?? 0 })
  }

  async #onEvent(event: QmpEvent): Promise<void> {
    if (event.name === 'SHUTDOWN') {
      // Somebody on the host ends QEMU: it is about to die.
      if (event.data['guest'] !== true) return
      // The guest may have written to its exit port just before: that byte lies in another socket.
      await nextPoll()
      this.end({ by: 'shutdown', reason: String(event.data['reason']) })
    } else if (event.name === 'STOP' && !this.#stopping && this.#endReason === null) {
      this.#listener.onStop()
    }
  }

  #onSilence(): void {
    this.#silent = true
    this.process.kill()
  }

  async #watchForDeath(): Promise<void> {
    await this.process.ended
    // What QEMU said before comes first.
    await Promise.all([drained(this.process.qmp), drained(this.process.exitPort)])
    await nextPoll()
    this.end({ by: 'death', silent: this.#silent })
  }
}

/** After everything that has arrived until now was dealt with. */
async function nextPoll(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

function drained(stream: Duplex): Promise<void> {
  if (stream.readableEnded || stream.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve())
  })
}

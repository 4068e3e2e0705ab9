import { closeSync, type FSWatcher, openSync, readSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { OutputPort } from '../../observe/output.ts'

/** While the guest prints: an event for each byte would cost more than looking. */
const pollMs = 2
/** Looks without a find before the directory is watched instead. */
const quietPolls = 10
/** While the directory is watched, for file systems that tell no changes. */
const fallbackMs = 25
const bufferSize = 1 << 18

interface OutputFile {
  readonly port: OutputPort
  readonly descriptor: number
  position: number
}

/**
 * Follows the files that QEMU writes the guest's outputs to. Each byte is handed over once, in order, as soon
 * as it is seen.
 */
export class OutputFiles {
  readonly #directory: string
  readonly #files: readonly OutputFile[]
  readonly #onOutput: (port: OutputPort, bytes: Uint8Array) => void
  readonly #buffer = Buffer.allocUnsafe(bufferSize)
  #following = false
  #closed = false
  #quiet = 0
  #timer: NodeJS.Timeout | null = null
  #watcher: FSWatcher | null = null

  /** The files, each named after its port, are made if they are not there. */
  constructor(
    directory: string,
    ports: readonly OutputPort[],
    onOutput: (port: OutputPort, bytes: Uint8Array) => void,
  ) {
    this.#directory = directory
    this.#files = ports.map((port) => ({
      port,
      descriptor: openSync(join(directory, port), 'a+'),
      position: 0,
    }))
    this.#onOutput = onOutput
  }

  follow(): void {
    this.#following = true
    this.#quiet = 0
    this.#poll()
  }

  /** What comes later waits for `drain` or `follow`. */
  rest(): void {
    this.#following = false
    this.#disarm()
  }

  /** Hands over all that is there now; answers whether there was anything. */
  drain(): boolean {
    if (this.#closed) return false
    let found = false
    for (const file of this.#files) {
      for (let length = this.#read(file); length > 0; length = this.#read(file)) {
        found = true
        this.#onOutput(file.port, Uint8Array.from(this.#buffer.subarray(0, length)))
      }
    }
    return found
  }

  close(): void {
    if (this.#closed) return
    this.rest()
    this.#closed = true
    for (const file of this.#files) closeSync(file.descriptor)
  }

  #read(file: OutputFile): number {
    const length = readSync(file.descriptor, this.#buffer, 0, bufferSize, file.position)
    file.position += length
    return length
  }

  #poll(): void {
    this.#disarm()
    this.#quiet = this.drain() ? 0 : this.#quiet + 1
    // Whoever took the output may have had enough.
    if (!this.#following) return
    if (this.#quiet >= quietPolls) this.#watch()
    this.#timer = setTimeout(() => this.#poll(), this.#watcher ? fallbackMs : pollMs)
  }

  #watch(): void {
    try {
      this.#watcher = watch(this.#directory, () => this.#wake())
      // The directory was removed, or the system ran out of watches: polling goes on.
      this.#watcher.on('error', () => this.#wake())
    } catch {
      return
    }
    // What came between the last look and the watch.
    if (this.drain()) this.#quiet = 0
  }

  #wake(): void {
    this.#quiet = 0
    this.#poll()
  }

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#watcher?.close()
    this.#watcher = null
  }
}

import { execFile } from 'node:child_process'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SerialPort } from '../../observe/output.ts'
import type { Monitor } from './monitor.ts'

const run = promisify(execFile)

/**
 * Bytes waiting for a guest's serial ports. Outputs are files, and a file has no other end, so with its first
 * input a port gets a named pipe to read from. QEMU takes from there what the guest's UART has room for.
 */
export class SerialInput {
  readonly #monitor: Monitor
  readonly #directory: string
  readonly #pipes = new Map<SerialPort, Pipe>()

  constructor(monitor: Monitor, directory: string) {
    this.#monitor = monitor
    this.#directory = directory
  }

  async send(port: SerialPort, bytes: Uint8Array): Promise<void> {
    const pipe = this.#pipes.get(port) ?? (await this.#connect(port))
    this.#pipes.set(port, pipe)
    pipe.waiting.push(bytes)
  }

  /** Some bytes are not with QEMU yet. */
  get isWaiting(): boolean {
    return [...this.#pipes.values()].some((pipe) => pipe.waiting.length > 0)
  }

  /** Hands over what the pipes have room for. To be called now and then while the machine runs. */
  pump(): void {
    for (const pipe of this.#pipes.values()) drain(pipe)
  }

  close(): void {
    for (const pipe of this.#pipes.values()) closeSync(pipe.descriptor)
    this.#pipes.clear()
  }

  async #connect(port: SerialPort): Promise<Pipe> {
    const name = `${port}-input`
    const path = join(this.#directory, name)
    await run('mkfifo', [path])
    // Open for both, or QEMU's open would wait for a writer, and the pipe would end with ours.
    const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    const data = { out: port, append: true, in: name }
    await this.#monitor.execute('chardev-change', { id: port, backend: { type: 'file', data } })
    return { descriptor, waiting: [] }
  }
}

interface Pipe {
  readonly descriptor: number
  readonly waiting: Uint8Array[]
}

function drain(pipe: Pipe): void {
  for (let bytes = pipe.waiting[0]; bytes; bytes = pipe.waiting[0]) {
    const written = writeSome(pipe.descriptor, bytes)
    if (written === bytes.length) pipe.waiting.shift()
    else pipe.waiting[0] = bytes.subarray(written)
    if (written < bytes.length) return
  }
}

function writeSome(descriptor: number, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes)
  } catch (error) {
    // The pipe is full.
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0
    throw error
  }
}

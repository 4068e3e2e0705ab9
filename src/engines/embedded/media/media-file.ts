import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { MediumSource } from '../../../machine/media/overlaid-medium.ts'
import { KernelTestError } from '../../../support/errors.ts'

const blockBytes = 64 * 1024
/** 4 MiB a file. */
const mostBlocks = 64

/**
 * A user's file, open for reading alone. It is read in blocks, where a guest looks; those used last are kept.
 * @throws KernelTestError KT3050 where the host cannot open or read it, KT3051 where somebody has written to
 * it since it was opened.
 */
export class MediaFile implements MediumSource {
  readonly path: string
  readonly size: number
  readonly #descriptor: number
  readonly #opened: BigIntStats
  /** By number, the one that was used last at the end. */
  readonly #blocks = new Map<number, Uint8Array>()
  #hash: string | null = null

  constructor(path: string) {
    this.path = path
    try {
      // Opening a named pipe would wait for someone to write.
      if (!statSync(path).isFile()) throw new Error('it is not a file')
      this.#descriptor = openSync(path, 'r')
    } catch (error) {
      throw unreadable(path, error)
    }
    this.#opened = fstatSync(this.#descriptor, { bigint: true })
    this.size = Number(this.#opened.size)
  }

  copy(offset: number, into: Uint8Array): void {
    const end = Math.min(offset + into.length, this.size)
    for (let at = offset; at < end; ) {
      const inBlock = at % blockBytes
      const block = this.#block((at - inBlock) / blockBytes)
      const piece = block.subarray(inBlock, inBlock + end - at)
      into.set(piece, at - offset)
      at += piece.length
    }
  }

  /** SHA-256 of all of it, worked out once. */
  hash(): string {
    this.#hash ??= this.#computeHash()
    return this.#hash
  }

  close(): void {
    closeSync(this.#descriptor)
    this.#blocks.clear()
  }

  #computeHash(): string {
    // Threads that never come here start without it: it takes Node some milliseconds.
    const hash = process.getBuiltinModule('node:crypto').createHash('sha256')
    for (let offset = 0; offset < this.size; offset += blockBytes) hash.update(this.#read(offset))
    return hash.digest('hex')
  }

  #block(number: number): Uint8Array {
    const kept = this.#blocks.get(number)
    if (kept) this.#blocks.delete(number)
    const block = kept ?? this.#read(number * blockBytes)
    this.#blocks.set(number, block)
    if (this.#blocks.size > mostBlocks) this.#forgetOldest()
    return block
  }

  #forgetOldest(): void {
    for (const number of this.#blocks.keys()) {
      this.#blocks.delete(number)
      return
    }
  }

  /** A block from the file, which must be as it was when it was opened, also behind the read. */
  #read(offset: number): Uint8Array {
    const block = new Uint8Array(Math.min(blockBytes, this.size - offset))
    let done = 0
    while (done < block.length) {
      const count = this.#readPiece(block, done, offset)
      if (count === 0) break
      done += count
    }
    const { size, mtimeNs } = fstatSync(this.#descriptor, { bigint: true })
    if (done < block.length || size !== this.#opened.size || mtimeNs !== this.#opened.mtimeNs) {
      throw changed(this.path)
    }
    return block
  }

  #readPiece(block: Uint8Array, done: number, offset: number): number {
    try {
      return readSync(this.#descriptor, block, done, block.length - done, offset + done)
    } catch (error) {
      throw unreadable(this.path, error)
    }
  }
}

function unreadable(path: string, error: unknown): KernelTestError {
  const reason = error instanceof Error ? error.message : String(error)
  return new KernelTestError(
    'KT3050',
    `${path}, which is in a drive of the machine, cannot be read: ${reason}`,
    'Look at the path and its mode; a file on a network drive is better copied to a local one.',
  )
}

function changed(path: string): KernelTestError {
  return new KernelTestError(
    'KT3051',
    `${path} was written to while it was in a drive of a running machine`,
    'Let the build end before the test begins, or give each run a copy; a file that is replaced as a whole does no harm.',
  )
}

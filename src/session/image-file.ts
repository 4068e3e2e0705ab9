import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { ByteSource } from '../image/byte-source.ts'
import type { Image } from '../image/image.ts'
import { readImage } from '../image/read.ts'
import { didYouMean } from '../support/closest.ts'
import { KernelTestError } from '../support/errors.ts'
import { invariant } from '../support/invariant.ts'

/** An image in a file that is open for reading. */
export interface ImageFile {
  /** As the user wrote it. */
  readonly path: string
  readonly source: ByteSource
  readonly image: Image
  /** Of the whole file, in hexadecimal: computed at the first call, a piece at a time. */
  sha256(): string
  /** After it nothing can be read any more, symbols that nobody asked for included. May be called twice. */
  close(): void
}

const hashPiece = 1024 * 1024

/**
 * Opens the image at `path` and says what it is.
 * Throws KT1001 to KT1004 for what the operating system refuses, and what {@link readImage} throws.
 */
export function openImageFile(path: string): ImageFile {
  const file = new OpenFile(path)
  try {
    let hash: string | null = null
    return {
      path,
      source: file,
      image: readImage(file, path),
      sha256() {
        hash ??= sha256Of(file)
        return hash
      },
      close: () => file.close(),
    }
  } catch (error) {
    file.close()
    throw error
  }
}

function sha256Of(source: ByteSource): string {
  const hash = createHash('sha256')
  for (let offset = 0; offset < source.size; offset += hashPiece) hash.update(source.read(offset, hashPiece))
  return hash.digest('hex')
}

/** A file that is open for reading, until it is closed. @throws KernelTestError KT1001 to KT1004. */
export function openSource(path: string): ByteSource & { close(): void } {
  return new OpenFile(path)
}

class OpenFile implements ByteSource {
  readonly size: number
  readonly #path: string
  #descriptor: number | null

  constructor(path: string) {
    this.#path = path
    this.#descriptor = openFile(path)
    this.size = fstatSync(this.#descriptor).size
  }

  read(offset: number, length: number): Uint8Array {
    invariant(this.#descriptor !== null, `${this.#path} is read before it is closed`)
    const wanted = Math.max(0, Math.min(length, this.size - offset))
    const bytes = new Uint8Array(wanted)
    let done = 0
    while (done < wanted) {
      const count = this.#readPiece(this.#descriptor, bytes, done, offset)
      if (count === 0) break
      done += count
    }
    return done === wanted ? bytes : bytes.subarray(0, done)
  }

  #readPiece(descriptor: number, bytes: Uint8Array, done: number, offset: number): number {
    try {
      return readSync(descriptor, bytes, done, bytes.length - done, offset + done)
    } catch (error) {
      throw unreadable(this.#path, error)
    }
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor)
    this.#descriptor = null
  }
}

/** Looks before it opens: opening a named pipe would wait for someone to write. */
function openFile(path: string): number {
  try {
    const stats = statSync(path)
    if (!stats.isFile()) throw notAFile(path, stats)
    return openSync(path, 'r')
  } catch (error) {
    if (error instanceof KernelTestError) throw error
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') throw missing(path)
    if (code === 'EACCES' || code === 'EPERM') throw forbidden(path)
    throw unreadable(path, error)
  }
}

function missing(path: string): KernelTestError {
  const folder = dirname(path)
  const hint =
    'Was it built? Look at the path and at the working directory, or name the image by its full path.'
  return new KernelTestError(
    'KT1002',
    `${path} does not exist (looked for in ${resolve(folder)})`,
    didYouMean(basename(path), namesIn(folder)) || hint,
  )
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function notAFile(path: string, stats: Stats): KernelTestError {
  if (stats.isDirectory()) {
    return new KernelTestError(
      'KT1003',
      `${path} is a directory`,
      'Name the kernel, disk image or ISO inside it.',
    )
  }
  const what = stats.isBlockDevice() || stats.isCharacterDevice() ? 'a device' : 'a pipe or a socket'
  const hint = 'Copy what it holds into a file (cat PATH > disk.img) and name that.'
  return new KernelTestError('KT1003', `${path} is ${what}, not a file`, hint)
}

function forbidden(path: string): KernelTestError {
  return new KernelTestError(
    'KT1004',
    `${path} may not be read by this user`,
    'Look at it with ls -l, and at the directories above it; then chmod +r, or sudo chown "$USER", the file.',
  )
}

function unreadable(path: string, error: unknown): KernelTestError {
  const reason = error instanceof Error ? error.message : String(error)
  return new KernelTestError(
    'KT1001',
    `${path} could not be read: ${reason}`,
    'Copy it to a local disk and try again.',
  )
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

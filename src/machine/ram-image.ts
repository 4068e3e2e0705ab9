import { pageBytes } from './cpu/state-layout.ts'

/** Contents of RAM from `at` on: `bytes`, then zeros up to `size`. What no part names is 0. */
export interface RamPart {
  readonly at: number
  readonly bytes: Uint8Array
  readonly size: number
}

/** RAM with a map of what was written to it. */
export interface TrackedRam {
  readonly bytes: Uint8Array
  /** One byte a page: not 0 when the guest wrote there. */
  readonly dirty: Uint8Array
}

/**
 * Brings RAM from one known state to another. Pages that are right already are left alone, and what was
 * decoded from them stays valid.
 */
export class RamImage {
  readonly #ram: TrackedRam
  /** Pages that may differ from 0 though they are not dirty. */
  #loaded: ReadonlySet<number> = new Set()

  constructor(ram: TrackedRam) {
    this.#ram = ram
  }

  /** Pages that hold, or held, something else than zeros. */
  get usedPages(): number {
    return this.#loaded.size + this.#dirtyPages().length
  }

  /** Later parts lie over earlier ones. Answers the pages that were written. */
  load(parts: readonly RamPart[]): readonly number[] {
    const byPage = partsByPage(parts)
    const affected = new Set([...this.#loaded, ...this.#dirtyPages(), ...byPage.keys()])
    const wanted = new Uint8Array(pageBytes)
    const changed: number[] = []
    for (const page of affected) {
      fillPage(wanted, page * pageBytes, byPage.get(page) ?? [])
      const present = this.#ram.bytes.subarray(page * pageBytes, (page + 1) * pageBytes)
      if (sameWords(wanted, present)) continue
      present.set(wanted)
      changed.push(page)
    }
    this.#ram.dirty.fill(0)
    this.#loaded = new Set(byPage.keys())
    return changed
  }

  #dirtyPages(): readonly number[] {
    const { dirty } = this.#ram
    const pages: number[] = []
    const fours = new Int32Array(dirty.buffer, dirty.byteOffset, dirty.length / 4)
    for (let index = 0; index < fours.length; index++) {
      if (fours[index] === 0) continue
      for (let page = 4 * index; page < 4 * index + 4; page++) if (dirty[page] !== 0) pages.push(page)
    }
    return pages
  }
}

function partsByPage(parts: readonly RamPart[]): ReadonlyMap<number, readonly RamPart[]> {
  const byPage = new Map<number, RamPart[]>()
  for (const part of parts) {
    // Zeros matter only where an earlier part has written.
    const end = part.at + part.size
    for (let page = Math.floor(part.at / pageBytes); page * pageBytes < end; page++) {
      const there = byPage.get(page)
      if (there) there.push(part)
      else if (page * pageBytes < part.at + part.bytes.length) byPage.set(page, [part])
    }
  }
  return byPage
}

function fillPage(page: Uint8Array, start: number, parts: readonly RamPart[]): void {
  page.fill(0)
  for (const { at, bytes, size } of parts) {
    const from = Math.max(at - start, 0)
    page.fill(0, from, Math.max(from, Math.min(at + size - start, pageBytes)))
    const first = Math.max(start - at, 0)
    const last = Math.min(start + pageBytes - at, bytes.length)
    if (last > first) page.set(bytes.subarray(first, last), from)
  }
}

function sameWords(one: Uint8Array, other: Uint8Array): boolean {
  const words = pageBytes / 4
  const left = new Int32Array(one.buffer, one.byteOffset, words)
  const right = new Int32Array(other.buffer, other.byteOffset, words)
  for (let index = 0; index < words; index++) if (left[index] !== right[index]) return false
  return true
}

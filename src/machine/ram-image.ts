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
  /** One byte a page: 1 when the guest wrote there, else 0. */
  readonly dirty: Uint8Array
}

/**
 * Brings RAM from one known state to another. Pages that are right already are left alone, and what was
 * decoded from them stays valid.
 */
export class RamImage {
  readonly #ram: TrackedRam
  /** What was loaded, by page: of pages that are not dirty it is there still. */
  #loaded: PartsByPage = new Map()
  readonly #wanted = new Uint8Array(pageBytes)

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
    const changed: number[] = []
    const bring = (page: number) => {
      if (this.#write(page, byPage.get(page) ?? [])) changed.push(page)
    }
    const dirty = this.#dirtyPages()
    const isDirty = new Set(dirty)
    dirty.forEach(bring)
    for (const [page, before] of this.#loaded) {
      if (!isDirty.has(page) && !sameParts(before, byPage.get(page) ?? [])) bring(page)
    }
    for (const page of byPage.keys()) if (!isDirty.has(page) && !this.#loaded.has(page)) bring(page)
    for (const page of dirty) this.#ram.dirty[page] = 0
    this.#loaded = byPage
    return changed
  }

  /** False where the page was right already. */
  #write(page: number, parts: readonly RamPart[]): boolean {
    fillPage(this.#wanted, page * pageBytes, parts)
    const present = this.#ram.bytes.subarray(page * pageBytes, (page + 1) * pageBytes)
    if (sameWords(this.#wanted, present)) return false
    present.set(this.#wanted)
    return true
  }

  #dirtyPages(): readonly number[] {
    const { dirty } = this.#ram
    const pages: number[] = []
    for (let page = dirty.indexOf(1); page >= 0; page = dirty.indexOf(1, page + 1)) pages.push(page)
    return pages
  }
}

type PartsByPage = ReadonlyMap<number, readonly RamPart[]>

function partsByPage(parts: readonly RamPart[]): PartsByPage {
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

function sameParts(one: readonly RamPart[], other: readonly RamPart[]): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index])
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

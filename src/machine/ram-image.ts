import { writtenPages } from './bus/written-pages.ts'
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
  /** Whether something was decoded from a page: only then is it worth a look whether it is right already. */
  readonly hasCode: (page: number) => boolean
}

/**
 * Brings RAM from one known state to another. Pages of code that are right already are left alone, and what
 * was decoded from them stays valid.
 */
export class RamImage {
  readonly #ram: TrackedRam
  /** What was loaded, by page: of pages that are not dirty it is there still. */
  #loaded: PartsByPage = new Map()
  /** What lies under all of it. */
  #base: readonly RamPart[] = noParts
  #baseByPage: PartsByPage = new Map()
  readonly #wanted = new Uint8Array(pageBytes)
  /** All of RAM. */
  readonly #words: Int32Array

  constructor(ram: TrackedRam) {
    this.#ram = ram
    this.#words = wordsOf(ram.bytes)
  }

  /** Pages that hold, or held, something else than zeros. */
  get usedPages(): number {
    return this.#baseByPage.size + this.#loaded.size + writtenPages(this.#ram.dirty).length
  }

  /**
   * Later parts lie over earlier ones, and all of them over those of `base`, which costs nothing while it is
   * the same array. Answers the pages of code that were written.
   */
  load(parts: readonly RamPart[], base = noParts): readonly number[] {
    const { dirty } = this.#ram
    const written = writtenPages(dirty)
    if (base !== this.#base) {
      for (const page of this.#setBase(base)) if (dirty[page] === 0) written.push(page)
      for (const page of written) dirty[page] = 1
    }
    const byPage = partsByPage(parts, this.#baseByPage)
    const pages = [...written]
    for (const [page, before] of this.#loaded) {
      if (dirty[page] === 0 && !sameParts(before, byPage.get(page) ?? noParts)) pages.push(page)
    }
    for (const page of byPage.keys()) if (dirty[page] === 0 && !this.#loaded.has(page)) pages.push(page)
    this.#loaded = byPage
    const changed = this.#bring(pages)
    for (const page of written) dirty[page] = 0
    return changed
  }

  /** Answers the pages that are touched by it, or by the one before. */
  #setBase(base: readonly RamPart[]): ReadonlySet<number> {
    const before = this.#baseByPage
    this.#base = base
    this.#baseByPage = partsByPage(base)
    return new Set([...before.keys(), ...this.#baseByPage.keys()])
  }

  /** What is to be in a page, and in all others nothing. */
  #partsIn(page: number): readonly RamPart[] {
    const [below, above] = [this.#baseByPage.get(page), this.#loaded.get(page)]
    return below && above ? [...below, ...above] : (above ?? below ?? noParts)
  }

  /** Answers the pages of code that were not right already. */
  #bring(pages: readonly number[]): readonly number[] {
    const changed: number[] = []
    for (let index = 0; index < pages.length; ) {
      const page = pages[index] ?? 0
      const count = this.#copyRun(page, pages, index)
      if (count === 0 && this.#write(page, this.#partsIn(page))) changed.push(page)
      index += Math.max(count, 1)
    }
    return changed
  }

  /** Copies neighbours without code that one part fills, all at once. Answers how many there are. */
  #copyRun(first: number, pages: readonly number[], index: number): number {
    const filler = this.#fillerOf(first)
    if (filler === null) return 0
    let count = 0
    for (let page = first; pages[index + count] === page && !this.#ram.hasCode(page); page++) {
      if (this.#fillerOf(page) !== filler) break
      count++
    }
    const [start, end] = [first * pageBytes, (first + count) * pageBytes]
    const { bytes } = this.#ram
    if (filler === 'zeros') bytes.fill(0, start, end)
    else bytes.set(filler.bytes.subarray(start - filler.at, end - filler.at), start)
    return count
  }

  /** What a page is all of; null: it has to be put together. */
  #fillerOf(page: number): RamPart | 'zeros' | null {
    const top = (this.#loaded.get(page) ?? this.#baseByPage.get(page))?.at(-1)
    if (!top) return 'zeros'
    const start = page * pageBytes
    return top.at <= start && start + pageBytes <= top.at + top.bytes.length ? top : null
  }

  /** Answers whether the page had code that was not right already. */
  #write(page: number, parts: readonly RamPart[]): boolean {
    const wanted = this.#contents(page * pageBytes, parts)
    const hadCode = this.#ram.hasCode(page)
    if (hadCode && this.#holds(page, wanted)) return false
    this.#ram.bytes.set(wanted, page * pageBytes)
    return hadCode
  }

  /** The page at `start`: a part that is all of it, or put together, until the next call. */
  #contents(start: number, parts: readonly RamPart[]): Uint8Array {
    const top = parts.at(-1)
    if (top && top.at <= start && start + pageBytes <= top.at + top.bytes.length) {
      const whole = top.bytes.subarray(start - top.at, start - top.at + pageBytes)
      if (whole.byteOffset % 4 === 0) return whole
    }
    fillPage(this.#wanted, start, parts)
    return this.#wanted
  }

  #holds(page: number, wanted: Uint8Array): boolean {
    const count = pageBytes / 4
    const words = wordsOf(wanted)
    const first = page * count
    for (let index = 0; index < count; index++) {
      if (words[index] !== this.#words[first + index]) return false
    }
    return true
  }
}

function wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length / 4)
}

const noParts: readonly RamPart[] = []

type PartsByPage = ReadonlyMap<number, readonly RamPart[]>

/** `below`: what lies under the parts. */
function partsByPage(parts: readonly RamPart[], below: PartsByPage = new Map()): PartsByPage {
  const byPage = new Map<number, RamPart[]>()
  for (const part of parts) {
    // Zeros matter only where something else has written.
    const end = part.at + part.size
    for (let page = Math.floor(part.at / pageBytes); page * pageBytes < end; page++) {
      const there = byPage.get(page)
      if (there) there.push(part)
      else if (page * pageBytes < part.at + part.bytes.length || below.has(page)) byPage.set(page, [part])
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

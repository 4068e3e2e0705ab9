/** What a guest has written, by sector, in ascending order. */
export type SavedOverlay = readonly { readonly sector: number; readonly bytes: Uint8Array }[]

/** Sectors that a guest has written, over a medium that itself stays as it is. */
export class Overlay {
  readonly #sectorBytes: number
  readonly #sectors = new Map<number, Uint8Array>()

  constructor(sectorBytes: number) {
    this.#sectorBytes = sectorBytes
  }

  /** Sectors of it. */
  get size(): number {
    return this.#sectors.size
  }

  /** Puts what was written over `bytes`, whole sectors from `first` on. */
  cover(first: number, bytes: Uint8Array): void {
    if (this.#sectors.size === 0) return
    for (let at = 0; at < bytes.length; at += this.#sectorBytes) {
      const written = this.#sectors.get(first + at / this.#sectorBytes)
      if (written) bytes.set(written, at)
    }
  }

  /** Takes a copy of whole sectors from `first` on. */
  write(first: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += this.#sectorBytes) {
      this.#sectors.set(first + at / this.#sectorBytes, bytes.slice(at, at + this.#sectorBytes))
    }
  }

  save(): SavedOverlay {
    return [...this.#sectors]
      .sort(([one], [other]) => one - other)
      .map(([sector, bytes]) => ({ sector, bytes: bytes.slice() }))
  }

  load(saved: SavedOverlay): void {
    this.#sectors.clear()
    for (const { sector, bytes } of saved) this.write(sector, bytes)
  }
}

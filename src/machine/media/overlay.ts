import type { SectorRange } from '../devices/medium.ts'

/** What a guest has written, by sector, in ascending order. */
export type SavedOverlay = readonly { readonly sector: number; readonly bytes: Uint8Array }[]

/** Sectors in a block: 4 KiB of a disk, as file systems write. */
const blockSectors = 8

interface Block {
  readonly bytes: Uint8Array
  /** Not 0 where a sector has been written. */
  readonly written: Uint8Array
}

/** Sectors that a guest has written, over a medium that itself stays as it is. */
export class Overlay {
  readonly #sectorBytes: number
  readonly #blocks = new Map<number, Block>()

  constructor(sectorBytes: number) {
    this.#sectorBytes = sectorBytes
  }

  /** What it takes in memory, in bytes: written sectors, and some beside them. */
  get memoryBytes(): number {
    return this.#blocks.size * blockSectors * this.#sectorBytes
  }

  /** Sectors of it, neighbours together, in ascending order. */
  get ranges(): readonly SectorRange[] {
    const ranges: { first: number; count: number }[] = []
    for (const sector of this.#sectors()) {
      const last = ranges.at(-1)
      if (last && last.first + last.count === sector) last.count++
      else ranges.push({ first: sector, count: 1 })
    }
    return ranges
  }

  /** Puts what was written over `bytes`, whole sectors from `first` on. */
  cover(first: number, bytes: Uint8Array): void {
    if (this.#blocks.size === 0) return
    for (let at = 0; at < bytes.length; at += this.#sectorBytes) {
      const written = this.#sector(first + at / this.#sectorBytes)
      if (written) bytes.set(written, at)
    }
  }

  /** Takes a copy of whole sectors from `first` on. */
  write(first: number, bytes: Uint8Array): void {
    const size = this.#sectorBytes
    for (let at = 0; at < bytes.length; at += size) {
      const sector = first + at / size
      const inBlock = sector % blockSectors
      const block = this.#block((sector - inBlock) / blockSectors)
      block.bytes.set(bytes.subarray(at, at + size), inBlock * size)
      block.written[inBlock] = 1
    }
  }

  save(): SavedOverlay {
    return [...this.#sectors()].map((sector) => ({
      sector,
      bytes: this.#sector(sector)?.slice() ?? new Uint8Array(this.#sectorBytes),
    }))
  }

  load(saved: SavedOverlay): void {
    this.#blocks.clear()
    for (const { sector, bytes } of saved) this.write(sector, bytes)
  }

  *#sectors(): Generator<number> {
    for (const [number, { written }] of [...this.#blocks].sort(([one], [other]) => one - other)) {
      for (const [index, isWritten] of written.entries()) {
        if (isWritten !== 0) yield number * blockSectors + index
      }
    }
  }

  #sector(sector: number): Uint8Array | null {
    const inBlock = sector % blockSectors
    const block = this.#blocks.get((sector - inBlock) / blockSectors)
    if (!block?.written[inBlock]) return null
    return block.bytes.subarray(inBlock * this.#sectorBytes, (inBlock + 1) * this.#sectorBytes)
  }

  #block(number: number): Block {
    const known = this.#blocks.get(number)
    if (known) return known
    const block = {
      bytes: new Uint8Array(blockSectors * this.#sectorBytes),
      written: new Uint8Array(blockSectors),
    }
    this.#blocks.set(number, block)
    return block
  }
}

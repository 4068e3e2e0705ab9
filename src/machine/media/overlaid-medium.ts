import type { Medium, SectorRange } from '../devices/medium.ts'
import { Overlay, type SavedOverlay } from './overlay.ts'

/** Bytes that nobody writes to. */
export interface MediumSource {
  /** In bytes. */
  readonly size: number
  /** Fills `into` from `offset` on, as far as there are bytes. */
  copy(offset: number, into: Uint8Array): void
  /** A hash of all of them. */
  hash(): string
}

/** What a guest, or a test, made of a medium, and of which. */
export interface SavedMedium {
  /** A hash of what it was. */
  readonly contents: string
  readonly overlay: SavedOverlay
  readonly bad: readonly SectorRange[]
}

export interface MediumShape {
  readonly sectorBytes: Medium['sectorBytes']
  /** May be more than the source has: the rest reads as zeros. */
  readonly sectors: number
  readonly isWritable: boolean
  /** What the overlay may take in memory, in bytes: where it needs more `full` is called, which throws. */
  readonly overlayBytes?: number
  readonly full?: () => never
}

/** A medium over a source that stays as it is: what the guest writes goes to an overlay. */
export class OverlaidMedium implements Medium {
  readonly sectorBytes: Medium['sectorBytes']
  readonly sectors: number
  readonly isWritable: boolean
  readonly #source: MediumSource
  readonly #overlay: Overlay
  readonly #overlayBytes: number
  readonly #full: () => void
  #bad: readonly SectorRange[] = []

  constructor(source: MediumSource, shape: MediumShape) {
    const {
      sectorBytes,
      sectors,
      isWritable,
      overlayBytes = Number.POSITIVE_INFINITY,
      full = () => {},
    } = shape
    this.#overlayBytes = overlayBytes
    this.#full = full
    this.#source = source
    this.sectorBytes = sectorBytes
    this.sectors = sectors
    this.isWritable = isWritable
    this.#overlay = new Overlay(sectorBytes)
  }

  /** Sectors that differ, or could, from the source. */
  get written(): readonly SectorRange[] {
    return this.#overlay.ranges
  }

  /** Reads as its source does. */
  get isUntouched(): boolean {
    return this.#bad.length === 0 && this.written.length === 0
  }

  /** From now on these sectors, and no others, cannot be read. */
  failReads(bad: readonly SectorRange[]): void {
    this.#bad = bad
  }

  firstBad(first: number, count: number): number | null {
    const found = this.#bad
      .map((bad) => ({ at: Math.max(bad.first, first), end: Math.min(bad.first + bad.count, first + count) }))
      .filter(({ at, end }) => at < end)
    return found.length === 0 ? null : Math.min(...found.map(({ at }) => at))
  }

  read(first: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count * this.sectorBytes)
    this.#source.copy(first * this.sectorBytes, bytes)
    this.#overlay.cover(first, bytes)
    return bytes
  }

  write(first: number, bytes: Uint8Array): void {
    this.#overlay.write(first, bytes)
    if (this.#overlay.memoryBytes > this.#overlayBytes) this.#full()
  }

  /** A hash of the source: what was saved belongs to a medium with the same. */
  get contents(): string {
    return this.#source.hash()
  }

  save(): SavedMedium {
    return { contents: this.contents, overlay: this.#overlay.save(), bad: this.#bad }
  }

  /** What was saved of a medium with the same source. */
  load({ overlay, bad }: SavedMedium): void {
    this.#overlay.load(overlay)
    this.#bad = bad
  }
}

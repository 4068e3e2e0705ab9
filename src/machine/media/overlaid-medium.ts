import type { Medium } from '../devices/medium.ts'
import { Overlay, type SavedOverlay } from './overlay.ts'

/** Bytes that nobody writes to. */
export interface MediumSource {
  /** In bytes. */
  readonly size: number
  /** Fills `into` from `offset` on, as far as there are bytes. */
  copy(offset: number, into: Uint8Array): void
}

export interface MediumShape {
  readonly sectorBytes: Medium['sectorBytes']
  /** May be more than the source has: the rest reads as zeros. */
  readonly sectors: number
  readonly isWritable: boolean
}

/** A medium over a source that stays as it is: what the guest writes goes to an overlay. */
export class OverlaidMedium implements Medium {
  readonly sectorBytes: Medium['sectorBytes']
  readonly sectors: number
  readonly isWritable: boolean
  readonly #source: MediumSource
  readonly #overlay: Overlay

  constructor(source: MediumSource, { sectorBytes, sectors, isWritable }: MediumShape) {
    this.#source = source
    this.sectorBytes = sectorBytes
    this.sectors = sectors
    this.isWritable = isWritable
    this.#overlay = new Overlay(sectorBytes)
  }

  /** How many sectors differ, or could, from the source. */
  get written(): number {
    return this.#overlay.size
  }

  read(first: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count * this.sectorBytes)
    this.#source.copy(first * this.sectorBytes, bytes)
    this.#overlay.cover(first, bytes)
    return bytes
  }

  write(first: number, bytes: Uint8Array): void {
    this.#overlay.write(first, bytes)
  }

  save(): SavedOverlay {
    return this.#overlay.save()
  }

  load(saved: SavedOverlay): void {
    this.#overlay.load(saved)
  }
}

import { invariant } from '../../support/invariant.ts'
import type { Chip } from './chip.ts'

const lowMemory = 0x10_0000
const fourGiB = 2 ** 32
const pageBytes = 4096
const shadowBytes = 0x1_0000

/** What stands at the top of 4 GiB. */
export interface Rom {
  /** A multiple of 4 KiB, at most 16 MiB. */
  readonly image: Uint8Array
  /** Its last 64 KiB show below 1 MiB too, where the reset vector of old BIOSes jumps. */
  readonly hasShadow: boolean
}

/** Memory of the host that stands behind RAM and ROM, and the processor that looks at it. */
export interface Frames {
  /** All of RAM, then ROM. */
  readonly bytes: Uint8Array
  /** Where in `bytes` the page of a physical address is, or null where none stands behind it. */
  frameOf(address: number): Frame | null
  /** Comes before every write: `count` bytes at `offset` of `bytes`, in one page. */
  noteWrite(offset: number, count: number): void
  /** What stands where has changed. */
  remap(): void
}

export interface Frame {
  readonly offset: number
  readonly writable: boolean
}

interface Range {
  readonly first: number
  readonly count: number
  readonly chip: Chip
}

/**
 * The guest-physical address space: RAM from 0, ROM below 4 GiB, registers of chips. Where nothing is,
 * writes are lost and every bit reads as 1. Addresses are bytes, below 2 ** 40.
 */
export class PhysicalMemory {
  readonly ramBytes: number
  readonly rom: Rom | null
  readonly #ranges: Range[] = []
  /** Pages below 1 MiB whose RAM no write reaches, by number. */
  readonly #shadows = new Set<number>()
  #frames: Frames | null = null

  /** `ramBytes` is a multiple of 64 KiB, from 1 MiB to 3 GiB. */
  constructor(ramBytes: number, rom: Rom | null = null) {
    invariant(ramBytes >= lowMemory && ramBytes <= 3 * 2 ** 30, 'RAM has 1 MiB to 3 GiB')
    invariant((rom?.image.length ?? 0) % pageBytes === 0, 'ROM is made of pages')
    this.ramBytes = ramBytes
    this.rom = rom
  }

  /** Where ROM begins. */
  get romBase(): number {
    return fourGiB - (this.rom?.image.length ?? 0)
  }

  /** Registers of a chip: outside of RAM, or whole pages below 1 MiB that hide it. */
  attach(first: number, count: number, chip: Chip): void {
    this.#ranges.push({ first, count, chip })
    if (first < lowMemory) this.#frames?.remap()
  }

  detachAll(): void {
    this.#ranges.length = 0
    this.#frames?.remap()
  }

  /**
   * Whether writes to pages of RAM below 1 MiB are lost: how a chip set keeps copies of ROM in RAM. `first`
   * and `count` are bytes, of whole pages.
   */
  shadow(first: number, count: number, isReadOnly: boolean): void {
    for (let at = first; at < first + count; at += pageBytes) {
      if (isReadOnly) this.#shadows.add(at / pageBytes)
      else this.#shadows.delete(at / pageBytes)
    }
    this.#frames?.remap()
  }

  /** By the processor, once. */
  connect(frames: Frames): void {
    this.#frames = frames
  }

  /** What stands behind a page below 1 MiB: a chip, the end of ROM, or RAM. */
  lowPage(address: number): 'chip' | 'rom' | 'readOnlyRam' | 'ram' {
    if (this.#rangeAt(address)) return 'chip'
    if (this.rom?.hasShadow && address >= lowMemory - shadowBytes) return 'rom'
    return this.#shadows.has(Math.floor(address / pageBytes)) ? 'readOnlyRam' : 'ram'
  }

  /** `size` is 1, 2 or 4 bytes. */
  readChip(address: number, size: number): number {
    const range = this.#rangeAt(address)
    return range ? range.chip.read(address - range.first, size) : 2 ** (8 * size) - 1
  }

  writeChip(address: number, size: number, value: number): void {
    const range = this.#rangeAt(address)
    range?.chip.write(address - range.first, size, value)
  }

  /** A copy of RAM or ROM; all ones where neither is. Chips hear nothing of it. */
  read(address: number, length: number): Uint8Array {
    const copy = new Uint8Array(length).fill(0xff)
    this.#eachPage(address, length, ({ offset }, at, count, frames) => {
      copy.set(frames.bytes.subarray(offset, offset + count), at)
    })
    return copy
  }

  /** Like a device that masters the bus: RAM changes, and code decoded from it is forgotten. */
  write(address: number, bytes: Uint8Array): void {
    this.#write(address, bytes, false)
  }

  /** The same, to what is read-only too: for who looks at the machine from outside. */
  overwrite(address: number, bytes: Uint8Array): void {
    this.#write(address, bytes, true)
  }

  #write(address: number, bytes: Uint8Array, isForced: boolean): void {
    this.#eachPage(address, bytes.length, ({ offset, writable }, at, count, frames) => {
      if (!writable && !isForced) return
      frames.noteWrite(offset, count)
      frames.bytes.set(bytes.subarray(at, at + count), offset)
    })
  }

  /**
   * Calls `visit` for each part of a range that a frame stands behind; `offset` is that of its first byte.
   */
  #eachPage(
    address: number,
    length: number,
    visit: (frame: Frame, at: number, count: number, frames: Frames) => void,
  ): void {
    const frames = this.#frames
    invariant(frames, 'a processor shares its memory')
    for (let at = 0; at < length; ) {
      const inPage = (address + at) % pageBytes
      const count = Math.min(pageBytes - inPage, length - at)
      const frame = frames.frameOf(address + at)
      if (frame) visit({ ...frame, offset: frame.offset + inPage }, at, count, frames)
      at += count
    }
  }

  #rangeAt(address: number): Range | undefined {
    return this.#ranges.find(({ first, count }) => address >= first && address < first + count)
  }
}

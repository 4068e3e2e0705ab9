import type { Chip } from './chip.ts'
import { writtenPages } from './written-pages.ts'

const pageBytes = 4096

/** Where the bytes of a device's memory are: in those that stand behind RAM. */
interface Store {
  readonly bytes: Uint8Array
  readonly written: Uint8Array
  noteWrite(offset: number, count: number): void
}

/** Pages that are not all zeros: offsets and contents. */
export type SavedDeviceMemory = readonly { readonly at: number; readonly bytes: Uint8Array }[]

/**
 * Memory that belongs to a device, but that the processor may reach as it does RAM. The host gives a page
 * when somebody writes there; until then it is zeros.
 */
export class DeviceMemory implements Chip {
  readonly bytes: number
  readonly #first: number
  readonly #store: () => Store
  #contents: Uint8Array | null = null

  /** `first`: where in the store it begins, on a page. */
  constructor(bytes: number, first: number, store: () => Store) {
    this.bytes = bytes
    this.#first = first
    this.#store = store
  }

  /** All of it. Whoever changes it says so first: {@link note}. */
  get contents(): Uint8Array {
    this.#contents ??= this.#store().bytes.subarray(this.#first, this.#first + this.bytes)
    return this.#contents
  }

  read(offset: number, size: number): number {
    const { contents } = this
    let value = 0
    for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + (contents[offset + byte] ?? 0xff)
    return value
  }

  write(offset: number, size: number, value: number): void {
    const bytes = Uint8Array.from({ length: size }, (_, byte) => Math.floor(value / 2 ** (8 * byte)))
    this.writeBytes(offset, bytes)
  }

  /** What lies outside is lost. */
  writeBytes(offset: number, bytes: Uint8Array): void {
    const count = Math.min(bytes.length, this.bytes - offset)
    if (count <= 0) return
    this.note(offset, count)
    this.contents.set(bytes.subarray(0, count), offset)
  }

  /** Comes before a change of {@link contents}. */
  note(offset: number, count: number): void {
    const store = this.#store()
    for (let done = 0; done < count; ) {
      const at = this.#first + offset + done
      const here = Math.min(count - done, pageBytes - (at % pageBytes))
      store.noteWrite(at, here)
      done += here
    }
  }

  /** Zeros in pages that hold something, from `offset` on. */
  clear(offset = 0, count = this.bytes): void {
    const end = offset + count
    for (const page of this.#writtenPages()) {
      const [from, to] = [Math.max(page, offset), Math.min(page + pageBytes, end)]
      if (from >= to) continue
      this.note(from, to - from)
      this.contents.fill(0, from, to)
    }
  }

  /** As after power-on: whoever has the right to write to a page has to be asked anew. */
  reset(): void {
    for (const page of this.#writtenPages()) {
      this.note(page, pageBytes)
      this.contents.fill(0, page, page + pageBytes)
      this.#written[page / pageBytes] = 0
    }
  }

  save(): SavedDeviceMemory {
    const { contents } = this
    return this.#writtenPages()
      .map((at) => ({ at, bytes: contents.slice(at, at + pageBytes) }))
      .filter(({ bytes }) => bytes.some((byte) => byte !== 0))
  }

  load(saved: SavedDeviceMemory): void {
    this.reset()
    for (const { at, bytes } of saved) this.writeBytes(at, bytes)
  }

  get #written(): Uint8Array {
    const first = this.#first / pageBytes
    return this.#store().written.subarray(first, first + this.bytes / pageBytes)
  }

  /** Offsets of pages that something was written to since power-on. */
  #writtenPages(): readonly number[] {
    return writtenPages(this.#written).map((page) => page * pageBytes)
  }
}

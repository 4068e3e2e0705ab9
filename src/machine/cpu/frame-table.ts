import type { Frame, Frames, PhysicalMemory, Stretch } from '../bus/physical-memory.ts'
import { dirtyPages, frame, lowPages, pageBytes, ramBase, state } from './state-layout.ts'

const lowPageCount = 256
const segmentBytes = 65536

/** What the core knows about frames. */
interface FrameExports {
  readonly frameOf: (physical: bigint) => number
  readonly noteWrite: (address: number, bytes: number) => void
}

/** Bytes of the memory that a processor with this RAM, ROM and memory of a device needs. */
export function memoryBytes({ ramBytes, rom, device }: PhysicalMemory): number {
  const all = ramBase + ramBytes + (rom?.image.length ?? 0) + device.bytes
  return Math.ceil(all / segmentBytes) * segmentBytes
}

/**
 * RAM, ROM and memory of a device in the processor's memory: writes down for the core what stands behind
 * physical pages.
 */
export class FrameTable implements Frames {
  readonly bytes: Uint8Array
  readonly written: Uint8Array
  readonly #view: DataView
  readonly #core: FrameExports
  readonly #memory: PhysicalMemory
  readonly #onRemap: () => void

  constructor(view: DataView, core: FrameExports, memory: PhysicalMemory, onRemap: () => void) {
    this.bytes = new Uint8Array(view.buffer, ramBase)
    this.written = new Uint8Array(view.buffer, dirtyPages, this.bytes.length / pageBytes)
    this.#view = view
    this.#core = core
    this.#memory = memory
    this.#onRemap = onRemap
    const { ramBytes, rom, romBase } = memory
    view.setBigUint64(state.ramBytes, BigInt(ramBytes), true)
    view.setBigUint64(state.romBase, BigInt(romBase), true)
    view.setUint32(state.romFrames, ramBase + ramBytes, true)
    view.setUint32(state.deviceFrames, this.#deviceFrames, true)
    if (rom) this.bytes.set(rom.image, ramBytes)
    this.#writeLowPages({ first: 0, count: lowPageCount * pageBytes })
    memory.connect(this)
  }

  frameOf(address: number): Frame | null {
    const found =
      address < lowPageCount * pageBytes
        ? this.#view.getInt32(lowPages + 4 * Math.floor(address / pageBytes), true)
        : this.#core.frameOf(BigInt(address))
    if (found === frame.none) return null
    return { offset: ((found & -pageBytes) >>> 0) - ramBase, writable: (found & frame.readOnly) === 0 }
  }

  noteWrite(offset: number, count: number): void {
    this.#core.noteWrite(ramBase + offset, count)
  }

  remap(range: Stretch): void {
    this.#writeLowPages(range)
    this.#onRemap()
  }

  placeDevice(first: number | null): void {
    const bytes = BigInt(first === null ? 0 : this.#memory.device.bytes)
    const base = BigInt(first ?? 0)
    const view = this.#view
    if (
      view.getBigUint64(state.deviceBase, true) === base &&
      view.getBigUint64(state.deviceBytes, true) === bytes
    )
      return
    view.setBigUint64(state.deviceBase, base, true)
    view.setBigUint64(state.deviceBytes, bytes, true)
    this.#onRemap()
  }

  get #deviceFrames(): number {
    const { ramBytes, rom } = this.#memory
    return ramBase + ramBytes + (rom?.image.length ?? 0)
  }

  /** A range may end above 1 MiB. */
  #writeLowPages({ first, count }: Stretch): void {
    const end = Math.min(first + count, lowPageCount * pageBytes)
    for (let page = Math.floor(first / pageBytes); page * pageBytes < end; page++) {
      this.#view.setInt32(lowPages + 4 * page, this.#lowPage(page * pageBytes), true)
    }
  }

  #lowPage(address: number): number {
    const { ramBytes, rom } = this.#memory
    switch (this.#memory.lowPage(address)) {
      case 'chip':
        return frame.none
      case 'rom': {
        const end = ramBytes + (rom?.image.length ?? 0)
        return ramBase + end - (lowPageCount * pageBytes - address) + frame.readOnly
      }
      case 'device':
        return this.#deviceFrames + this.#memory.deviceOffset(address)
      case 'readOnlyRam':
        return ramBase + address + frame.readOnly
      default:
        return ramBase + address
    }
  }
}

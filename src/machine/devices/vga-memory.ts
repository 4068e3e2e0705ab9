import type { DeviceMemory } from '../bus/device-memory.ts'
import type { VgaRegisters } from './vga-registers.ts'

const planeBytes = 65_536
const planes = 4
const fontPlane = 2

/** What the graphics controller does with host and latched data, by its function select bits. */
const functions = [
  (host: number, _latch: number) => host,
  (host: number, latch: number) => host & latch,
  (host: number, latch: number) => host | latch,
  (host: number, latch: number) => host ^ latch,
] as const

/** The window of the host's address space, by the memory map bits: offsets from A0000h. */
const windows = [
  { first: 0, bytes: 0x2_0000 },
  { first: 0, bytes: 0x1_0000 },
  { first: 0x1_0000, bytes: 0x8000 },
  { first: 0x1_8000, bytes: 0x8000 },
] as const

/** Where bytes of planes are: `first`, and so many from plane to plane and from place to place. */
interface PlaneStore {
  readonly bytes: () => Uint8Array
  readonly first: number
  readonly planeStep: number
  readonly placeStep: number
  /** Bits of a place that count. */
  readonly places: number
  /** Comes before a change of all planes at a place. */
  readonly note: (at: number) => void
}

export interface SavedVgaMemory {
  /** Nobody writes to them any more. */
  readonly bytes: Uint8Array
  readonly latches: readonly number[]
}

/**
 * The VGA's four planes of 64 KiB behind A0000h to BFFFFh, as the graphics controller and the sequencer let
 * the host see them (IBM PS/2 Hardware Interface Technical Reference, Video Subsystem).
 */
export class VgaMemory {
  readonly #registers: VgaRegisters
  /** One plane after the other. */
  #planes: Uint8Array = new Uint8Array(planes * planeBytes)
  /** A saved state has them too: they are copied before they are written to. */
  #isShared = false
  /** Nothing but fonts was put there since power-on. */
  #isBlank = true
  readonly #latches = new Uint8Array(planes)
  readonly #plain: PlaneStore = {
    bytes: () => this.#planes,
    ...{ first: 0, planeStep: planeBytes, placeStep: 1, places: planeBytes - 1 },
    note: () => this.#own(),
  }
  #store = this.#plain

  constructor(registers: VgaRegisters) {
    this.#registers = registers
  }

  /** What the host reaches: planes by turns in memory of the card from `first` on; null: its own. */
  reach(memory: DeviceMemory | null, first: number): void {
    this.#store = memory
      ? {
          bytes: () => memory.contents,
          ...{ first: planes * first, planeStep: 1, placeStep: planes, places: memory.bytes / planes - 1 },
          note: (at) => memory.note(at, planes),
        }
      : this.#plain
  }

  reset(): void {
    this.#own().fill(0)
    this.#isBlank = true
    this.#latches.fill(0)
  }

  byte(plane: number, at: number): number {
    return this.#planes[plane * planeBytes + at] ?? 0
  }

  /** Puts bytes into a plane, whatever registers say. */
  setBytes(plane: number, at: number, bytes: Uint8Array): void {
    const isBlank = this.#isBlank && plane === fontPlane
    this.#own().set(bytes, plane * planeBytes + at)
    this.#isBlank = isBlank
  }

  /** Bytes that go to the first `count` planes by turns, from offset 0 of each on. */
  interleaved(bytes: number, count: number): Uint8Array {
    const from = this.#planes
    const contents = new Uint8Array(bytes)
    if (this.#isBlank && count <= fontPlane) return contents
    for (let plane = 0; plane < count; plane++) {
      for (let at = 0; at < bytes; at += count) contents[at + plane] = from[plane * planeBytes + at] ?? 0
    }
    return contents
  }

  /** What `interleaved` gave, or became since. */
  setInterleaved(contents: Uint8Array, count: number): void {
    const to = this.#own()
    for (let plane = 0; plane < count; plane++) {
      for (let at = 0; at < contents.length; at += count) {
        to[plane * planeBytes + at] = contents[at + plane] ?? 0
      }
    }
  }

  /** `offset` counts from A0000h. Outside of the window that is chosen nobody answers. */
  read(offset: number, size: number): number {
    let value = 0
    for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + this.#readByte(offset + byte)
    return value
  }

  write(offset: number, size: number, value: number): void {
    for (let byte = 0; byte < size; byte++) {
      this.#writeByte(offset + byte, Math.floor(value / 2 ** (8 * byte)) & 0xff)
    }
  }

  writeBytes(offset: number, bytes: Uint8Array): void {
    const { isChained, isOddEven, mapMask } = this.#registers
    const [first, last] = [this.#inWindow(offset), this.#inWindow(offset + bytes.length - 1)]
    const isOwn = this.#store === this.#plain
    const isPlain = isOwn && !isChained && !isOddEven && keepsBytes(this.#registers)
    if (!isPlain || first === null || last === null || last >= planeBytes) {
      for (const [at, byte] of bytes.entries()) this.#writeByte(offset + at, byte)
      return
    }
    for (let plane = 0; plane < planes; plane++) {
      if (mapMask & (1 << plane)) this.setBytes(plane, first, bytes)
    }
  }

  /** What `read` would give, without loading the latches. */
  peek(offset: number): number {
    const latches = [...this.#latches]
    const value = this.#readByte(offset)
    this.#latches.set(latches)
    return value
  }

  save(): SavedVgaMemory {
    this.#isShared = true
    return { bytes: this.#planes, latches: [...this.#latches] }
  }

  load({ bytes, latches }: SavedVgaMemory): void {
    this.#planes = bytes
    this.#isShared = true
    this.#isBlank = false
    this.#latches.set(latches)
  }

  /** The planes to write to. */
  #own(): Uint8Array {
    if (this.#isShared) this.#planes = this.#planes.slice()
    this.#isShared = false
    this.#isBlank = false
    return this.#planes
  }

  /** The offset in the window, or null. */
  #inWindow(offset: number): number | null {
    const { first, bytes } = windows[this.#registers.memoryMap] ?? windows[0]
    return offset >= first && offset < first + bytes ? offset - first : null
  }

  #readByte(offset: number): number {
    const at = this.#inWindow(offset)
    if (at === null) return 0xff
    const { isChained, isOddEven, readsCompared, readMap } = this.#registers
    const place = isChained ? at & ~3 : isOddEven ? at & ~1 : at
    this.#load(place)
    if (isChained) return this.#latches[at & 3] ?? 0
    if (isOddEven) return this.#latches[(readMap & 2) | (at & 1)] ?? 0
    return readsCompared ? this.#compared() : (this.#latches[readMap] ?? 0)
  }

  #load(place: number): void {
    const { planeStep } = this.#store
    const bytes = this.#store.bytes()
    const at = this.#placeAt(place)
    for (let plane = 0; plane < planes; plane++) this.#latches[plane] = bytes[at + plane * planeStep] ?? 0
  }

  /** Of plane 0. */
  #placeAt(place: number): number {
    const { first, placeStep, places } = this.#store
    return first + (place & places) * placeStep
  }

  /** Read mode 1: bits whose pixel has the color that is asked for, in the planes that matter. */
  #compared(): number {
    const { colorCompare, colorCare } = this.#registers
    return this.#latches.reduce((bits, latch, plane) => {
      const wanted = (colorCompare >> plane) & 1 ? 0xff : 0
      return (colorCare >> plane) & 1 ? bits & ~(latch ^ wanted) : bits
    }, 0xff)
  }

  #writeByte(offset: number, value: number): void {
    const at = this.#inWindow(offset)
    if (at === null) return
    const { isChained, isOddEven, mapMask } = this.#registers
    const { planeStep, note } = this.#store
    const place = this.#placeAt(isChained ? at & ~3 : isOddEven ? at & ~1 : at)
    const reachable = isChained ? 1 << (at & 3) : isOddEven ? (at & 1 ? 0b1010 : 0b0101) : 0b1111
    note(place)
    const bytes = this.#store.bytes()
    for (let plane = 0; plane < planes; plane++) {
      if (mapMask & reachable & (1 << plane)) bytes[place + plane * planeStep] = this.#written(plane, value)
    }
  }

  /** What a plane's byte becomes: write modes 0 to 3. */
  #written(plane: number, value: number): number {
    const { writeMode, setReset, enableSetReset, rotation, functionSelect, bitMask } = this.#registers
    const latch = this.#latches[plane] ?? 0
    if (writeMode === 1) return latch
    const rotated = ((value >> rotation) | (value << (8 - rotation))) & 0xff
    const set = (setReset >> plane) & 1 ? 0xff : 0
    const combine = functions[functionSelect] ?? functions[0]
    if (writeMode === 3) return merged(combine(set, latch), latch, rotated & bitMask)
    const fill = (value >> plane) & 1 ? 0xff : 0
    const host = writeMode === 2 ? fill : (enableSetReset >> plane) & 1 ? set : rotated
    return merged(combine(host, latch), latch, bitMask)
  }
}

const merged = (value: number, latch: number, mask: number) => (value & mask) | (latch & ~mask)

/** Neither the old contents nor other registers have a say in what a write leaves. */
export function keepsBytes(registers: VgaRegisters): boolean {
  const { writeMode, bitMask, functionSelect, rotation, enableSetReset } = registers
  return writeMode === 0 && bitMask === 0xff && functionSelect === 0 && rotation === 0 && enableSetReset === 0
}

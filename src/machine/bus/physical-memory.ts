import { invariant } from '../../support/invariant.ts'
import type { Chip } from './chip.ts'
import { DeviceMemory } from './device-memory.ts'

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
  /** All of RAM, then ROM, then memory of a device. */
  readonly bytes: Uint8Array
  /** A byte for each page of `bytes`: 1 once something was written there. */
  readonly written: Uint8Array
  /** Where in `bytes` the page of a physical address is, or null where none stands behind it. */
  frameOf(address: number): Frame | null
  /** Comes before every write: `count` bytes at `offset` of `bytes`, in one page. */
  noteWrite(offset: number, count: number): void
  /** What stands where, below 1 MiB, has changed. */
  remap(range: Stretch): void
  /** From where on memory of a device is seen, above RAM. Null: nowhere. */
  placeDevice(first: number | null): void
}

export interface Frame {
  readonly offset: number
  readonly writable: boolean
}

/** Physical addresses. */
export interface Stretch {
  readonly first: number
  readonly count: number
}

/** Physical addresses, and the byte of a device's memory at the first. */
interface DeviceStretch extends Stretch {
  readonly offset: number
}

interface Range extends Stretch {
  readonly chip: Chip
}

/** What is outside of the bus. */
export interface MemoryWatch {
  /** Neither RAM nor a chip is there. */
  readonly unknown: (address: number, size: number, isWrite: boolean) => void
}

/** A range of addresses above 1 MiB that a chip moves, or takes away. */
export interface MemoryWindow {
  place(first: number | null): void
}

/**
 * Whether RAM answers at a page below 1 MiB: what it does not answer goes past it to ROM, or to nobody, and
 * is lost.
 */
export interface RamAccess {
  readonly reads: boolean
  readonly writes: boolean
}

const plainRam: RamAccess = { reads: true, writes: true }
const noStretch: DeviceStretch = { first: 0, count: 0, offset: 0 }
const noRam: RamAccess = { reads: false, writes: false }

/**
 * The guest-physical address space: RAM from 0, ROM below 4 GiB, registers of chips. Where nothing is,
 * writes are lost and every bit reads as 1. Addresses are bytes, below 2 ** 40.
 */
export class PhysicalMemory {
  readonly ramBytes: number
  readonly rom: Rom | null
  /** Memory that a device brings along. */
  readonly device: DeviceMemory
  readonly #ranges: Range[] = []
  readonly #windows = new Map<MemoryWindow, Range>()
  /** By page below 1 MiB, where it is not plain. */
  readonly #ramAccess = new Map<number, RamAccess>()
  #frames: Frames | null = null
  #watch: MemoryWatch = { unknown: () => {} }
  /** RAM that shows through a chip's range. */
  #shown: Stretch | null = null
  #deviceAt: Stretch | null = null
  #shownDevice: DeviceStretch | null = null

  /** `ramBytes` is a multiple of 64 KiB, from 1 MiB to 3 GiB; `deviceBytes` one of a page. */
  constructor(ramBytes: number, rom: Rom | null = null, deviceBytes = 0) {
    invariant(ramBytes >= lowMemory && ramBytes <= 3 * 2 ** 30, 'RAM has 1 MiB to 3 GiB')
    invariant((rom?.image.length ?? 0) % pageBytes === 0, 'ROM is made of pages')
    this.ramBytes = ramBytes
    this.rom = rom
    this.device = new DeviceMemory(deviceBytes, ramBytes + (rom?.image.length ?? 0), () => this.#connected)
    if (rom?.hasShadow) this.#letAnswer(lowMemory - shadowBytes, shadowBytes, noRam)
  }

  set watch(watch: MemoryWatch) {
    this.#watch = watch
  }

  /** Where ROM begins. */
  get romBase(): number {
    return fourGiB - (this.rom?.image.length ?? 0)
  }

  /** Registers of a chip: outside of RAM, or whole pages below 1 MiB that hide it. */
  attach(first: number, count: number, chip: Chip): void {
    this.#ranges.push({ first, count, chip })
    this.#placeDevice()
    if (first < lowMemory) this.#frames?.remap({ first, count })
  }

  detachAll(): void {
    this.#ranges.length = 0
    this.#frames?.remap({ first: 0, count: lowMemory })
  }

  /**
   * A place of the device's memory, which is nowhere yet: like {@link window}, but as good as RAM where it
   * has its addresses for itself.
   */
  deviceWindow(): MemoryWindow {
    const { bytes } = this.device
    const window = this.window(bytes, this.device)
    return {
      place: (first) => {
        this.#deviceAt = first === null ? null : { first, count: bytes }
        window.place(first)
      },
    }
  }

  /** A range that is nowhere yet. It hides no RAM, nor what is attached. */
  window(count: number, chip: Chip): MemoryWindow {
    const window: MemoryWindow = {
      place: (first) => {
        this.#windows.delete(window)
        if (first !== null) this.#windows.set(window, { first, count, chip })
        this.#placeDevice()
      },
    }
    return window
  }

  /** Lets RAM answer, or not, at whole pages below 1 MiB: what a host bridge's PAM registers say. */
  setRamAccess(first: number, count: number, access: RamAccess): void {
    const { reads, writes } = this.#ramAccess.get(first / pageBytes) ?? plainRam
    if (reads === access.reads && writes === access.writes) return
    this.#letAnswer(first, count, access)
    this.#frames?.remap({ first, count })
  }

  /**
   * Lets RAM show through a part of a chip's range, in whole pages below 1 MiB, until the next call: for a
   * chip whose memory is as good as RAM. Null: everything is the chip's again.
   */
  showRam(stretch: Stretch | null): void {
    const before = this.#shown
    this.#shown = stretch
    for (const range of [before, stretch]) if (range) this.#frames?.remap(range)
  }

  /**
   * Lets memory of the device from `offset` on show at whole pages below 1 MiB, whoever else is there, until
   * the next call.
   */
  showDevice(stretch: DeviceStretch | null): void {
    const before = this.#shownDevice
    this.#shownDevice = stretch
    for (const range of [before, stretch]) if (range) this.#frames?.remap(range)
  }

  /** RAM as it is, below 1 MiB, whoever hides it. Writes are to go through {@link write}. */
  lowRam({ first, count }: Stretch): Uint8Array {
    return this.#connected.bytes.subarray(first, first + count)
  }

  /** By the processor, once. */
  connect(frames: Frames): void {
    this.#frames = frames
    this.#placeDevice()
  }

  /**
   * What stands behind a page below 1 MiB: the end of ROM, RAM, RAM whose contents stay, or memory of the
   * device. Else each access comes to `readChip` or `writeChip`.
   */
  lowPage(address: number): 'chip' | 'rom' | 'ram' | 'readOnlyRam' | 'device' {
    if (this.#shownDevice && covers(this.#shownDevice, address)) return 'device'
    if (this.#shown && covers(this.#shown, address)) return 'ram'
    if (this.#ranges.some((range) => covers(range, address))) return 'chip'
    const { reads, writes } = this.#ramAccess.get(Math.floor(address / pageBytes)) ?? plainRam
    if (reads) return writes ? 'ram' : 'readOnlyRam'
    return this.#hasRomAt(address) && !writes ? 'rom' : 'chip'
  }

  /** Which byte of its memory a device shows at an address below 1 MiB. */
  deviceOffset(address: number): number {
    const { first, offset } = this.#shownDevice ?? noStretch
    return address - first + offset
  }

  /** Where in the device's memory a range is seen; null where that is not, or RAM is before it. */
  deviceRange(first: number, count: number): number | null {
    const isIn = (stretch: Stretch) =>
      first >= stretch.first && first + count <= stretch.first + stretch.count
    if (this.#shownDevice && isIn(this.#shownDevice)) return this.deviceOffset(first)
    const at = this.#deviceAt
    return at && first >= this.ramBytes && isIn(at) ? first - at.first : null
  }

  /** Where no frame may be read. `size` is 1, 2 or 4 bytes. */
  readChip(address: number, size: number): number {
    const range = this.#rangeAt(address)
    if (range) return range.chip.read(address - range.first, size)
    if (this.#hasRomAt(address)) return this.#readRom(address, size)
    this.#watch.unknown(address, size, false)
    return 2 ** (8 * size) - 1
  }

  /** Where no frame may be written. */
  writeChip(address: number, size: number, value: number): void {
    const range = this.#rangeAt(address)
    if (range) range.chip.write(address - range.first, size, value)
    else if (this.#ramAccess.get(Math.floor(address / pageBytes))?.writes) {
      this.#writeUnseen(address, size, value)
    } else if (!this.#hasRomAt(address)) this.#watch.unknown(address, size, true)
  }

  /** Bytes to a chip, one after the other. */
  writeChipBytes(address: number, bytes: Uint8Array): void {
    const range = this.#rangeAt(address)
    if (range?.chip.writeBytes) range.chip.writeBytes(address - range.first, bytes)
    else for (const [at, byte] of bytes.entries()) this.writeChip(address + at, 1, byte)
  }

  /** 1, 2 or 4 bytes in one page, little-endian, from RAM, ROM or a chip. */
  readNumber(address: number, size: number): number {
    const { bytes } = this.#connected
    const frame = this.#connected.frameOf(address)
    if (!frame) return this.readChip(address, size)
    const first = frame.offset + (address % pageBytes)
    let value = 0
    for (let at = first + size - 1; at >= first; at--) value = value * 256 + (bytes[at] ?? 0)
    return value
  }

  /** The same to RAM or a chip; bits beyond `size` are lost. */
  writeNumber(address: number, size: number, value: number): void {
    const frames = this.#connected
    const frame = frames.frameOf(address)
    if (!frame) this.writeChip(address, size, value)
    if (!frame?.writable) return
    const offset = frame.offset + (address % pageBytes)
    frames.noteWrite(offset, size)
    for (let byte = 0; byte < size; byte++) frames.bytes[offset + byte] = value >>> (8 * byte)
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
    const frames = this.#connected
    for (let at = 0; at < length; ) {
      const inPage = (address + at) % pageBytes
      const count = Math.min(pageBytes - inPage, length - at)
      const frame = frames.frameOf(address + at)
      if (frame) visit({ ...frame, offset: frame.offset + inPage }, at, count, frames)
      at += count
    }
  }

  get #connected(): Frames {
    invariant(this.#frames, 'a processor shares its memory')
    return this.#frames
  }

  #rangeAt(address: number): Range | undefined {
    const fixed = this.#ranges.find((range) => covers(range, address))
    if (fixed) return fixed
    for (const range of this.#windows.values()) if (covers(range, address)) return range
    return undefined
  }

  /** Where somebody else has some of its addresses, accesses are to find out who. */
  #placeDevice(): void {
    const place = this.#deviceAt
    const others = [...this.#ranges, ...this.#windows.values()].filter(({ chip }) => chip !== this.device)
    const isAlone = place !== null && !others.some((range) => overlaps(range, place))
    this.#frames?.placeDevice(isAlone ? place.first : null)
  }

  #letAnswer(first: number, count: number, access: RamAccess): void {
    for (let at = first; at < first + count; at += pageBytes) this.#ramAccess.set(at / pageBytes, access)
  }

  /** The end of ROM shows here, where RAM does not answer. */
  #hasRomAt(address: number): boolean {
    return this.rom?.hasShadow === true && address >= lowMemory - shadowBytes && address < lowMemory
  }

  #readRom(address: number, size: number): number {
    const image = this.rom?.image ?? new Uint8Array()
    const at = image.length - (lowMemory - address)
    let value = 0
    for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + (image[at + byte] ?? 0xff)
    return value
  }

  /** To RAM that cannot be read. */
  #writeUnseen(address: number, size: number, value: number): void {
    const frames = this.#connected
    frames.noteWrite(address, size)
    for (let byte = 0; byte < size; byte++) frames.bytes[address + byte] = (value >>> (8 * byte)) & 0xff
  }
}

const overlaps = (one: Stretch, other: Stretch) =>
  one.first < other.first + other.count && other.first < one.first + one.count

function covers({ first, count }: Stretch, address: number): boolean {
  return address >= first && address < first + count
}

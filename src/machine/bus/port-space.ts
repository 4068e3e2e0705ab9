import type { Chip } from './chip.ts'

/** Ports of a chip, all of them, or some of its registers from `offset` on. */
export interface PortRange {
  readonly first: number
  readonly count: number
  /** Bytes that the chip takes at once; 1 where nothing is said. */
  readonly width?: number
  /** The chip's register at the first port. */
  readonly offset?: number
  /** Ticks that an access takes; as many as usually where nothing is said. */
  readonly charge?: number
}

interface Range extends Required<Omit<PortRange, 'charge'>> {
  readonly charge: number | null
  readonly chip: Chip
}

/** What is outside of the bus. */
export interface PortWatch {
  /** Before an access takes effect: how long it takes; null: as long as one usually does. */
  readonly charge: (ticks: number | null) => void
  /** No chip has any port of an access. */
  readonly unknown: (port: number, size: number, isWrite: boolean) => void
}

/** A range of ports that a chip moves, or takes away. */
export interface PortWindow {
  place(first: number | null): void
}

/** Ports as whoever uses them sees them; `size` is 1, 2 or 4 bytes. */
export interface Ports {
  read(port: number, size: number): number
  write(port: number, size: number, value: number): void
}

const nobody: PortWatch = { charge: () => {}, unknown: () => {} }

/**
 * The 65,536 I/O ports. Where nobody listens, writes are lost and every bit reads as 1. An access that is
 * wider than a chip, or that only begins in one, is split as the ISA bus does.
 */
export class PortSpace implements Ports {
  readonly #ranges = new Map<number, Range>()
  readonly #plugged = new Map<number, Range>()
  /** Ranges that move, by what placed them. */
  readonly #windows = new Map<PortWindow, Range>()
  readonly #moving = new Map<number, Range>()
  readonly #watch: PortWatch

  constructor(watch: PortWatch = nobody) {
    this.#watch = watch
  }

  /** A chip of the machine itself. Whoever is attached first keeps a port. */
  attach(range: PortRange, chip: Chip): void {
    addTo(this.#ranges, complete(range, chip))
  }

  /** A device of the user's choice: it hides chips of the machine. */
  plug(range: PortRange, chip: Chip): void {
    addTo(this.#plugged, complete(range, chip))
  }

  unplugAll(): void {
    this.#plugged.clear()
  }

  /** A range that is nowhere yet. Where a chip is attached it cannot be seen. */
  window(range: Omit<PortRange, 'first'>, chip: Chip): PortWindow {
    const window: PortWindow = {
      place: (first) => {
        if (first === (this.#windows.get(window)?.first ?? null)) return
        this.#windows.delete(window)
        if (first !== null) this.#windows.set(window, complete({ ...range, first }, chip))
        this.#moving.clear()
        for (const placed of this.#windows.values()) addTo(this.#moving, placed)
      },
    }
    return window
  }

  read(port: number, size: number): number {
    this.#tell(port, size, false)
    return this.#read(port, size)
  }

  write(port: number, size: number, value: number): void {
    this.#tell(port, size, true)
    this.#write(port, size, value)
  }

  /** Writes while no guest runs: nobody is told of the access. */
  preset(port: number, value: number, size = 1): void {
    this.#write(port, size, value)
  }

  /** Reads while no guest runs. */
  inspect(port: number, size = 1): number {
    return this.#read(port, size)
  }

  #tell(port: number, size: number, isWrite: boolean): void {
    const range = this.#at(port)
    this.#watch.charge(range?.charge ?? null)
    if (range) return
    for (let byte = 1; byte < size; byte++) if (this.#at(port + byte)) return
    this.#watch.unknown(port, size, isWrite)
  }

  #at(port: number): Range | undefined {
    return this.#plugged.get(port) ?? this.#ranges.get(port) ?? this.#moving.get(port)
  }

  #read(port: number, size: number): number {
    const range = this.#at(port)
    if (range && takesWhole(range, port, size)) return range.chip.read(register(range, port), size)
    if (size === 1) return 0xff
    const half = size / 2
    return (this.#read(port, half) | (this.#read((port + half) & 0xffff, half) << (8 * half))) >>> 0
  }

  #write(port: number, size: number, value: number): void {
    const range = this.#at(port)
    if (range && takesWhole(range, port, size)) {
      range.chip.write(register(range, port), size, value)
    } else if (size > 1) {
      const half = size / 2
      this.#write(port, half, value & (2 ** (8 * half) - 1))
      this.#write((port + half) & 0xffff, half, value >>> (8 * half))
    }
  }
}

function complete(range: PortRange, chip: Chip): Range {
  return { width: 1, offset: 0, charge: null, ...range, chip }
}

function addTo(ranges: Map<number, Range>, range: Range): void {
  for (let port = range.first; port < range.first + range.count; port++) {
    if (!ranges.has(port)) ranges.set(port, range)
  }
}

const register = ({ first, offset }: Range, port: number) => port - first + offset

function takesWhole({ first, count, width }: Range, port: number, size: number): boolean {
  return size <= width && port + size <= first + count
}

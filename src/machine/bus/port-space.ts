import type { Chip } from './chip.ts'

interface Range {
  readonly first: number
  readonly end: number
  /** Bytes that its chip takes at once. */
  readonly width: number
  readonly chip: Chip
}

/**
 * The 65,536 I/O ports. Where nobody listens, writes are lost and every bit reads as 1. An access that is
 * wider than a chip, or that only begins in one, is split as the ISA bus does.
 */
export class PortSpace {
  readonly #ranges = new Map<number, Range>()
  readonly #plugged = new Map<number, Range>()
  readonly #onAccess: () => void

  constructor(onAccess: () => void = () => {}) {
    this.#onAccess = onAccess
  }

  /** A chip of the machine itself. Whoever is attached first keeps a port. */
  attach(first: number, count: number, chip: Chip, width = 1): void {
    attachTo(this.#ranges, { first, end: first + count, width, chip })
  }

  /** A device of the user's choice: it hides chips of the machine. */
  plug(first: number, count: number, chip: Chip, width = 1): void {
    attachTo(this.#plugged, { first, end: first + count, width, chip })
  }

  unplugAll(): void {
    this.#plugged.clear()
  }

  read(port: number, size: number): number {
    this.#onAccess()
    return this.#read(port, size)
  }

  write(port: number, size: number, value: number): void {
    this.#onAccess()
    this.#write(port, size, value)
  }

  /** Writes a byte while no guest runs: nobody is told of the access. */
  preset(port: number, value: number): void {
    this.#write(port, 1, value)
  }

  #at(port: number): Range | undefined {
    return this.#plugged.get(port) ?? this.#ranges.get(port)
  }

  #read(port: number, size: number): number {
    const range = this.#at(port)
    if (range && takesWhole(range, port, size)) return range.chip.read(port - range.first, size)
    if (size === 1) return 0xff
    const half = size / 2
    return (this.#read(port, half) | (this.#read((port + half) & 0xffff, half) << (8 * half))) >>> 0
  }

  #write(port: number, size: number, value: number): void {
    const range = this.#at(port)
    if (range && takesWhole(range, port, size)) {
      range.chip.write(port - range.first, size, value)
    } else if (size > 1) {
      const half = size / 2
      this.#write(port, half, value & (2 ** (8 * half) - 1))
      this.#write((port + half) & 0xffff, half, value >>> (8 * half))
    }
  }
}

function attachTo(ranges: Map<number, Range>, range: Range): void {
  for (let port = range.first; port < range.end; port++) {
    if (!ranges.has(port)) ranges.set(port, range)
  }
}

function takesWhole({ width, end }: Range, port: number, size: number): boolean {
  return size <= width && port + size <= end
}

/** Ports, as offsets from 3C6h. */
const port = { mask: 0, readIndex: 1, writeIndex: 2, data: 3 } as const
const state = { writing: 0, reading: 3 } as const
const colors = 256

export interface SavedDac {
  /** Red, green and blue of each color, 6 bits each; 8 while it is wide. */
  readonly palette: Uint8Array
  readonly pointer: DacPointer
}

interface DacPointer {
  readonly mask: number
  /** The color whose parts are moved next, and the part, 0 to 2. */
  readonly index: number
  readonly part: number
  readonly isReading: boolean
}

const pointerAtPowerOn: DacPointer = { mask: 0xff, index: 0, part: 0, isReading: false }

/**
 * The color look-up table behind a VGA: 256 colors of 18 bits (IBM PS/2 Hardware Interface Technical
 * Reference, Video DAC), or of 24.
 */
export class VgaDac {
  readonly #palette = new Uint8Array(3 * colors)
  #pointer = pointerAtPowerOn
  /** Levels have 8 bits rather than 6. */
  isWide = false

  reset(): void {
    this.#palette.fill(0)
    this.#pointer = pointerAtPowerOn
  }

  /** Moves on where a color's part has been read. */
  read(offset: number): void {
    if (offset === port.data) this.#advance()
  }

  peek(offset: number): number {
    const { mask, index, part, isReading } = this.#pointer
    switch (offset) {
      case port.mask:
        return mask
      case port.readIndex:
        return isReading ? state.reading : state.writing
      case port.writeIndex:
        return index
      default:
        return this.#palette[3 * index + part] ?? 0
    }
  }

  write(offset: number, value: number): void {
    const { index, part } = this.#pointer
    switch (offset) {
      case port.mask:
        this.#point({ mask: value })
        break
      case port.readIndex:
        this.#point({ index: value, part: 0, isReading: true })
        break
      case port.writeIndex:
        this.#point({ index: value, part: 0, isReading: false })
        break
      default:
        this.#palette[3 * index + part] = this.isWide ? value : value & 0x3f
        this.#advance()
    }
  }

  /** Red, green and blue, 8 bits each, of what the attribute controller sends. */
  color(index: number): readonly [number, number, number] {
    const at = 3 * (index & this.#pointer.mask)
    const part = (offset: number) => {
      const level = this.#palette[at + offset] ?? 0
      if (this.isWide) return level
      const six = level & 0x3f
      return (six << 2) | (six >> 4)
    }
    return [part(0), part(1), part(2)]
  }

  save(): SavedDac {
    return { palette: this.#palette.slice(), pointer: this.#pointer }
  }

  load({ palette, pointer }: SavedDac): void {
    this.#palette.set(palette)
    this.#pointer = pointer
  }

  #advance(): void {
    const { index, part } = this.#pointer
    if (part < 2) this.#point({ part: part + 1 })
    else this.#point({ part: 0, index: (index + 1) & 0xff })
  }

  #point(change: Partial<DacPointer>): void {
    this.#pointer = { ...this.#pointer, ...change }
  }
}

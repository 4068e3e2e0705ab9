/** Ports, as offsets from 3C6h. */
const port = { mask: 0, readIndex: 1, writeIndex: 2, data: 3 } as const
const state = { writing: 0, reading: 3 } as const
const colors = 256

export interface SavedDac {
  /** Red, green and blue of each color, 6 bits each. */
  readonly palette: readonly number[]
  readonly mask: number
  /** The color whose parts are moved next, and the part, 0 to 2. */
  readonly index: number
  readonly part: number
  readonly isReading: boolean
}

const atPowerOn: SavedDac = {
  palette: new Array<number>(3 * colors).fill(0),
  mask: 0xff,
  index: 0,
  part: 0,
  isReading: false,
}

/**
 * The color look-up table behind a VGA: 256 colors of 18 bits (IBM PS/2 Hardware Interface Technical
 * Reference, Video DAC).
 */
export class VgaDac {
  #state = atPowerOn

  reset(): void {
    this.#state = atPowerOn
  }

  /** Moves on where a color's part has been read. */
  read(offset: number): void {
    if (offset === port.data) this.#advance()
  }

  peek(offset: number): number {
    const { palette, mask, index, part, isReading } = this.#state
    switch (offset) {
      case port.mask:
        return mask
      case port.readIndex:
        return isReading ? state.reading : state.writing
      case port.writeIndex:
        return index
      default:
        return palette[3 * index + part] ?? 0
    }
  }

  write(offset: number, value: number): void {
    const { palette, index, part } = this.#state
    switch (offset) {
      case port.mask:
        this.#set({ mask: value })
        break
      case port.readIndex:
        this.#set({ index: value, part: 0, isReading: true })
        break
      case port.writeIndex:
        this.#set({ index: value, part: 0, isReading: false })
        break
      default:
        this.#set({ palette: palette.with(3 * index + part, value & 0x3f) })
        this.#advance()
    }
  }

  /** Sets colors from `first` on: red, green, blue, 6 bits each. */
  setColors(first: number, parts: readonly number[]): void {
    const palette = [...this.#state.palette]
    palette.splice(3 * first, parts.length, ...parts)
    this.#set({ palette })
  }

  /** Red, green and blue, 8 bits each, of what the attribute controller sends. */
  color(index: number): readonly [number, number, number] {
    const { palette, mask } = this.#state
    const at = 3 * (index & mask)
    const part = (offset: number) => {
      const six = palette[at + offset] ?? 0
      return (six << 2) | (six >> 4)
    }
    return [part(0), part(1), part(2)]
  }

  save(): SavedDac {
    return this.#state
  }

  load(saved: SavedDac): void {
    this.#state = saved
  }

  #advance(): void {
    const { index, part } = this.#state
    if (part < 2) this.#set({ part: part + 1 })
    else this.#set({ part: 0, index: (index + 1) & 0xff })
  }

  #set(change: Partial<SavedDac>): void {
    this.#state = { ...this.#state, ...change }
  }
}

import type { DeviceMemory } from '../bus/device-memory.ts'
import type { BochsVbe, VbeMode } from './bochs-vbe.ts'
import { blackPixels, type Pixels, vbePixels } from './vbe-pixels.ts'
import type { VgaRegisters } from './vga-registers.ts'

/** What a monitor shows, in text modes: a character and an attribute a cell, row by row. */
export interface VgaText {
  readonly columns: number
  readonly rows: number
  readonly codes: Uint8Array
  readonly attributes: Uint8Array
  /** Null where the cursor is off or not on the screen. */
  readonly cursor: { readonly column: number; readonly row: number } | null
  /** Attribute bit 7 lets a cell blink, rather than make its background bright. */
  readonly blinks: boolean
}

/** The planes, whoever keeps them. */
interface Planes {
  byte(plane: number, at: number): number
  /** Bytes of planes 0 and 1 by turns from an even offset on, `count` pairs at every other offset. */
  pairs(at: number, count: number): Uint8Array
}

/** Indexes of CRT controller registers. */
const crtc = {
  columns: 0x01,
  overflow: 0x07,
  panning: 0x08,
  lines: 0x09,
  cursorStart: 0x0a,
  cursorEnd: 0x0b,
  start: 0x0c,
  cursor: 0x0e,
  displayEnd: 0x12,
  rowOffset: 0x13,
  underline: 0x14,
  mode: 0x17,
} as const

/** Index of the attribute controller's mode register. */
const attributeMode = 0x10

/** What a text screen shows while nothing is sent to the monitor. */
const blank = { code: 0x20, attribute: 7 } as const

const eight = [0, 1, 2, 3, 4, 5, 6, 7] as const
const glyphBytes = 32
/** Characters whose eighth column goes on into the ninth: lines and boxes. */
const joins = (code: number) => code >= 0xc0 && code <= 0xdf

/** The screen of a VGA, worked out from its registers and its memory. */
export class VgaDisplay {
  readonly #registers: VgaRegisters
  readonly #planes: Planes
  readonly #vbe: BochsVbe
  /** What modes of VBE show. */
  readonly #memory: DeviceMemory

  constructor(
    registers: VgaRegisters,
    planes: Planes,
    { vbe, memory }: { readonly vbe: BochsVbe; readonly memory: DeviceMemory },
  ) {
    this.#registers = registers
    this.#planes = planes
    this.#vbe = vbe
    this.#memory = memory
  }

  get isText(): boolean {
    return this.#vbe.mode === null && (this.#registers.graphics(6) & 1) === 0
  }

  /** In cells, or in pixels. */
  get mode(): { readonly mode: 'text' | 'graphics'; readonly width: number; readonly height: number } {
    const { mode: vbe } = this.#vbe
    if (vbe) return { mode: 'graphics', width: vbe.width, height: vbe.height }
    if (this.isText) return { mode: 'text', width: this.columns, height: this.rows }
    const width = this.columns * this.#dotsOfColumn * this.#widthOfDot
    return { mode: 'graphics', width, height: this.#displayedLines }
  }

  /** Null in graphics modes. */
  get text(): VgaText | null {
    if (!this.isText) return null
    const { isVisible } = this.#registers
    // Before a mode is set there is no size.
    const [columns, rows] = this.#rowPitch === 0 ? [80, 25] : [this.columns, this.rows]
    const codes = new Uint8Array(columns * rows).fill(blank.code)
    const attributes = new Uint8Array(columns * rows).fill(blank.attribute)
    if (isVisible) this.#readCells(columns, codes, attributes)
    const blinks = !isVisible || (this.#registers.attribute(attributeMode) & 8) !== 0
    return { columns, rows, codes, attributes, cursor: isVisible ? this.#cursor() : null, blinks }
  }

  get columns(): number {
    return this.#registers.crtc(crtc.columns) + 1
  }

  get rows(): number {
    const isDoubled = (this.#registers.crtc(crtc.lines) & 0x80) !== 0
    return Math.floor(this.#displayedLines / (isDoubled ? 2 * this.#linesOfRow : this.#linesOfRow))
  }

  /** What a person sees; black where nothing is shown. Blinking things are visible. */
  get pixels(): Pixels {
    const { mode } = this.#vbe
    if (mode) return this.#vbePixels(mode)
    const width = this.columns * this.#dotsOfColumn * this.#widthOfDot
    const height = this.isText ? this.rows * this.#linesOfRow : this.#displayedLines
    const colors = this.#colors()
    const pixels = new Uint32Array(width * height)
    const wide = this.#widthOfDot
    const put = (x: number, y: number, color: number) => {
      const at = y * width + x * wide
      pixels.fill(colors[color] ?? 0, at, at + wide)
    }
    if (this.isText) this.#drawText(put)
    else this.#drawGraphics(width / wide, height, put)
    const rgba = new Uint8Array(pixels.buffer)
    return { width, height, rgba }
  }

  #vbePixels(mode: VbeMode): Pixels {
    if (!this.#registers.isVisible) return blackPixels(mode)
    const colors = this.#colors()
    const palette =
      mode.depth === 4 ? colors.map((_, color) => colors[this.#paletteColor(color & 15)] ?? 0) : colors
    return vbePixels(mode, this.#memory.contents, palette)
  }

  /** All 256 colors as pixels in memory: the host is little-endian, as WebAssembly's memory is. */
  #colors(): Uint32Array {
    const { dac, isVisible } = this.#registers
    return Uint32Array.from({ length: 256 }, (_, index) => {
      const [red, green, blue] = dac.color(isVisible ? index : 0)
      return (red | (green << 8) | (blue << 16) | 0xff00_0000) >>> 0
    })
  }

  get #displayedLines(): number {
    const overflow = this.#registers.crtc(crtc.overflow)
    const high = ((overflow & 0x02) << 7) | ((overflow & 0x40) << 3)
    return (this.#registers.crtc(crtc.displayEnd) | high) + 1
  }

  get #linesOfRow(): number {
    return (this.#registers.crtc(crtc.lines) & 0x1f) + 1
  }

  get #dotsOfColumn(): number {
    return this.isText && (this.#registers.sequencer(1) & 1) === 0 ? 9 : 8
  }

  /** With half the dot clock each is twice as wide. */
  get #widthOfDot(): number {
    return this.#registers.sequencer(1) & 8 ? 2 : 1
  }

  get #is256Color(): boolean {
    return (this.#registers.graphics(5) & 0x40) !== 0
  }

  #word(at: number): number {
    return (this.#registers.crtc(at) << 8) | this.#registers.crtc(at + 1)
  }

  /** The counter's value for a column and row of characters: offsets are in words. */
  #counter(column: number, row: number): number {
    return this.#word(crtc.start) + row * this.#rowPitch + column
  }

  #readCells(columns: number, codes: Uint8Array, attributes: Uint8Array): void {
    const pitch = 2 * this.#rowPitch
    const start = (2 * this.#word(crtc.start)) & 0xffff
    // As a rule rows follow each other: then they are read at once.
    const isWhole = pitch === 2 * columns && start + 2 * codes.length <= 0x1_0000
    const step = isWhole ? codes.length : columns
    for (let first = 0, at = start; first < codes.length; first += step, at += pitch) {
      const pairs = this.#planes.pairs(at & 0xffff, step)
      for (let index = 0; index < step; index++) {
        codes[first + index] = pairs[2 * index] ?? 0
        attributes[first + index] = pairs[2 * index + 1] ?? 0
      }
    }
  }

  /** Cells from one row to the next. */
  get #rowPitch(): number {
    return 2 * this.#registers.crtc(crtc.rowOffset)
  }

  #cellAddress(column: number, row: number): number {
    return (this.#counter(column, row) * 2) & 0xffff
  }

  #byte(plane: number, at: number): number {
    return this.#planes.byte(plane, at & 0xffff)
  }

  #cursor(): VgaText['cursor'] {
    const [first, last] = this.#cursorLines
    const isOff = (this.#registers.crtc(crtc.cursorStart) & 0x20) !== 0 || first > last
    const distance = this.#word(crtc.cursor) - this.#word(crtc.start)
    const [column, row] = [distance % this.#rowPitch, Math.floor(distance / this.#rowPitch)]
    const isOnScreen = distance >= 0 && column < this.columns && row < this.rows
    return !isOff && isOnScreen ? { column, row } : null
  }

  /** First and last of a character. */
  get #cursorLines(): readonly [number, number] {
    const first = this.#registers.crtc(crtc.cursorStart) & 0x1f
    const last = this.#registers.crtc(crtc.cursorEnd) & 0x1f
    return [first, Math.min(last, this.#linesOfRow - 1)]
  }

  #drawText(put: (x: number, y: number, color: number) => void): void {
    const { columns, rows } = this
    const [lines, dots] = [this.#linesOfRow, this.#dotsOfColumn]
    const cursor = this.#cursor()
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const isCursor = cursor?.column === column && cursor.row === row
        for (let line = 0; line < lines; line++) {
          const { bits, ink, paper } = this.#lineOfCell(column, row, line, isCursor)
          for (let dot = 0; dot < dots; dot++) {
            const color = (bits >> (8 - dot)) & 1 ? ink : paper
            put(column * dots + dot, row * lines + line, color)
          }
        }
      }
    }
  }

  /** Nine dots of one line of a character, the leftmost in bit 8, with the colors of ones and zeros. */
  #lineOfCell(column: number, row: number, line: number, isCursor: boolean) {
    const at = this.#cellAddress(column, row)
    const [code, attribute] = [this.#byte(0, at), this.#byte(1, at)]
    const mode = this.#registers.attribute(attributeMode)
    const glyph = this.#byte(2, this.#font(attribute) + code * glyphBytes + line)
    const ninth = mode & 4 && joins(code) ? glyph & 1 : 0
    const ink = this.#paletteColor(attribute & 15)
    const paper = this.#paletteColor((attribute >> 4) & (mode & 8 ? 7 : 15))
    const [first, last] = this.#cursorLines
    const isUnderCursor = isCursor && line >= first && line <= last
    return { bits: isUnderCursor ? 0x1ff : (glyph << 1) | ninth, ink, paper }
  }

  /** Where a font begins in plane 2: attribute bit 3 chooses between two, if they differ. */
  #font(attribute: number): number {
    const select = this.#registers.sequencer(3)
    const chosen =
      attribute & 8 ? ((select >> 2) & 3) | ((select >> 3) & 4) : (select & 3) | ((select >> 2) & 4)
    return ((chosen & 3) * 2 + (chosen >> 2)) * 0x2000
  }

  /** A color of sixteen as one of the color look-up table. */
  #paletteColor(color: number): number {
    const mode = this.#registers.attribute(attributeMode)
    const palette = this.#registers.attribute(color)
    const select = this.#registers.attribute(0x14)
    const low = mode & 0x80 ? (palette & 15) | ((select & 3) << 4) : palette & 0x3f
    return low | ((select & 0xc) << 4)
  }

  #drawGraphics(width: number, height: number, put: (x: number, y: number, color: number) => void): void {
    const repeated = this.#linesOfRow * (this.#registers.crtc(crtc.lines) & 0x80 ? 2 : 1)
    // CGA modes have a row of characters for two lines: the row scan counter is an address bit.
    const isInterleaved = (this.#registers.crtc(crtc.mode) & 1) === 0
    const repeats = isInterleaved ? repeated / this.#linesOfRow : repeated
    const dotsOf = this.#dots
    for (let y = 0; y < height; y++) {
      const line = Math.floor(y / repeats)
      const row = isInterleaved ? Math.floor(line / this.#linesOfRow) : line
      const bank = isInterleaved && line % this.#linesOfRow ? 0x2000 : 0
      for (let column = 0; column < width / 8; column++) {
        const dots = dotsOf((this.#address(this.#counter(column, row)) & ~bank) | bank)
        for (let dot = 0; dot < 8; dot++) put(8 * column + dot, y, dots[dot] ?? 0)
      }
    }
  }

  /** How the eight dots of a character clock come from the bytes at an address, as colors of the table. */
  get #dots(): (at: number) => readonly number[] {
    if (this.#is256Color) return (at) => eight.map((dot) => this.#byte(dot >> 1, at))
    const palette = Array.from({ length: 16 }, (_, color) => this.#paletteColor(color))
    const enabled = this.#registers.attribute(0x12)
    if (this.#registers.graphics(5) & 0x20)
      return (at) => this.#packedDots(at).map((dot) => palette[dot] ?? 0)
    return (at) => {
      const planes = [0, 1, 2, 3].map((plane) => this.#byte(plane, at))
      return eight.map((dot) => {
        const bit = (plane: number) => (((planes[plane] ?? 0) >> (7 - dot)) & 1) << plane
        return palette[(bit(0) | bit(1) | bit(2) | bit(3)) & enabled] ?? 0
      })
    }
  }

  /** Two bits a pixel: four in a byte of plane 0, and the next four in plane 1. */
  #packedDots(at: number): readonly number[] {
    return eight.map((dot) => (this.#byte(dot < 4 ? 0 : 1, at) >> (6 - 2 * (dot & 3))) & 3)
  }

  /** The memory address that the counter stands for: bytes, words or double words. */
  #address(counter: number): number {
    if (this.#registers.crtc(crtc.underline) & 0x40) return (counter * 4) & 0xffff
    return this.#registers.crtc(crtc.mode) & 0x40 ? counter & 0xffff : (counter * 2) & 0xffff
  }
}

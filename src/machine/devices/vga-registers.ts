import type { SavedChip } from '../bus/chip.ts'
import type { Clock } from '../clock.ts'
import { ticksPerSecond } from '../clock.ts'
import { type SavedDac, VgaDac } from './vga-dac.ts'

/** Ports, as offsets from 3B0h. */
const port = {
  monochromeCrtc: 0x04,
  monochromeStatus: 0x0a,
  attribute: 0x10,
  attributeRead: 0x11,
  miscellaneous: 0x12,
  sequencer: 0x14,
  dac: 0x16,
  featureRead: 0x1a,
  miscellaneousRead: 0x1c,
  graphics: 0x1e,
  colorCrtc: 0x24,
  colorStatus: 0x2a,
} as const

const counts = { sequencer: 5, crtc: 25, graphics: 9, attribute: 21 } as const
const crtcIndex = { verticalRetraceEnd: 0x11, overflow: 0x07 } as const
const protects = 0x80
/** Of the overflow register the one bit that protection leaves writable: bit 8 of line compare. */
const lineCompare8 = 0x10
const colorEmulation = 1
const palettesSource = 0x20

/** 70 frames a second, of which a retrace takes the last part; 449 lines a frame. */
const frameTicks = Math.round(ticksPerSecond / 70)
const linesPerFrame = 449
const visibleLines = 400
const visibleOfLine = 0.8
const statusBits = { blank: 1, verticalRetrace: 8 } as const

export interface SavedVgaRegisters {
  readonly sequencer: Uint8Array
  readonly crtc: Uint8Array
  readonly graphics: Uint8Array
  readonly attribute: Uint8Array
  readonly indexes: VgaIndexes
  readonly dac: SavedDac
}

/** What is kept besides the indexed registers. */
interface VgaIndexes {
  readonly sequencer: number
  readonly crtc: number
  readonly graphics: number
  readonly attribute: number
  /** The attribute controller's port takes data next, rather than an index. */
  readonly expectsData: boolean
  readonly miscellaneous: number
  readonly feature: number
}

const indexesAtPowerOn: VgaIndexes = {
  sequencer: 0,
  crtc: 0,
  graphics: 0,
  attribute: 0,
  expectsData: false,
  miscellaneous: 0,
  feature: 0,
}

/**
 * The registers of a VGA at 3B0h to 3DFh (IBM PS/2 Hardware Interface Technical Reference, Video
 * Subsystem): what programs write, they read back. The status register follows the machine's time, at 70
 * frames a second.
 */
export class VgaRegisters implements SavedChip<SavedVgaRegisters> {
  readonly dac = new VgaDac()
  readonly #clock: Clock
  readonly #sequencer = new Uint8Array(counts.sequencer)
  readonly #crtc = new Uint8Array(counts.crtc)
  readonly #graphics = new Uint8Array(counts.graphics)
  readonly #attribute = new Uint8Array(counts.attribute)
  readonly #indexes: { -readonly [Name in keyof VgaIndexes]: VgaIndexes[Name] } = { ...indexesAtPowerOn }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  reset(): void {
    for (const registers of [this.#sequencer, this.#crtc, this.#graphics, this.#attribute]) registers.fill(0)
    Object.assign(this.#indexes, indexesAtPowerOn)
    this.dac.reset()
  }

  read(offset: number): number {
    const value = this.peek(offset)
    if (this.#isStatus(offset)) this.#indexes.expectsData = false
    else if (isDacPort(offset)) this.dac.read(offset - port.dac)
    return value
  }

  peek(offset: number): number {
    const { attribute, crtc, sequencer, graphics, feature, miscellaneous } = this.#indexes
    if (isDacPort(offset)) return this.dac.peek(offset - port.dac)
    if (this.#isStatus(offset)) return this.#status()
    if (this.#isCrtc(offset)) return offset & 1 ? this.crtc(crtc) : crtc
    switch (offset) {
      case port.attribute:
        return attribute
      case port.attributeRead:
        return this.attribute(attribute & 0x1f)
      case port.sequencer:
        return sequencer
      case port.sequencer + 1:
        return this.sequencer(sequencer)
      case port.featureRead:
        return feature
      case port.miscellaneousRead:
        return miscellaneous
      case port.miscellaneous:
        // Switch sense: the monitor is there. No interrupt is pending.
        return 0x10
      case port.graphics:
        return graphics
      case port.graphics + 1:
        return this.graphics(graphics)
      default:
        return 0xff
    }
  }

  write(offset: number, size: number, value: number): void {
    // A word to an index port writes the index, and the data behind it.
    for (let byte = 0; byte < size; byte++) this.#writeByte(offset + byte, (value >> (8 * byte)) & 0xff)
  }

  save(): SavedVgaRegisters {
    return {
      sequencer: this.#sequencer.slice(),
      crtc: this.#crtc.slice(),
      graphics: this.#graphics.slice(),
      attribute: this.#attribute.slice(),
      indexes: { ...this.#indexes },
      dac: this.dac.save(),
    }
  }

  load({ sequencer, crtc, graphics, attribute, indexes, dac }: SavedVgaRegisters): void {
    this.#sequencer.set(sequencer)
    this.#crtc.set(crtc)
    this.#graphics.set(graphics)
    this.#attribute.set(attribute)
    Object.assign(this.#indexes, indexes)
    this.dac.load(dac)
  }

  /** Pixels at A0000h, 64 KiB of them: what a VBE mode does to the graphics controller. */
  showPixels(arePacked: boolean): void {
    this.#graphics[5] = (this.graphics(5) & ~0x60) | (arePacked ? 0x40 : 0)
    this.#graphics[6] = (this.graphics(6) & ~0x0c) | 0x05
  }

  sequencer(index: number): number {
    return this.#sequencer[index] ?? 0
  }

  /** A register of the CRT controller, by its index. */
  crtc(index: number): number {
    return this.#crtc[index] ?? 0
  }

  graphics(index: number): number {
    return this.#graphics[index] ?? 0
  }

  attribute(index: number): number {
    return this.#attribute[index] ?? 0
  }

  get mapMask(): number {
    return this.sequencer(2) & 15
  }

  get isChained(): boolean {
    return (this.sequencer(4) & 8) !== 0
  }

  /** Even addresses are in planes 0 and 2, odd ones in 1 and 3: text. */
  get isOddEven(): boolean {
    return (this.sequencer(4) & 4) === 0
  }

  get setReset(): number {
    return this.graphics(0) & 15
  }

  get enableSetReset(): number {
    return this.graphics(1) & 15
  }

  get colorCompare(): number {
    return this.graphics(2) & 15
  }

  get rotation(): number {
    return this.graphics(3) & 7
  }

  get functionSelect(): number {
    return (this.graphics(3) >> 3) & 3
  }

  get readMap(): number {
    return this.graphics(4) & 3
  }

  get writeMode(): number {
    return this.graphics(5) & 3
  }

  get readsCompared(): boolean {
    return (this.graphics(5) & 8) !== 0
  }

  get memoryMap(): number {
    return (this.graphics(6) >> 2) & 3
  }

  get colorCare(): number {
    return this.graphics(7) & 15
  }

  get bitMask(): number {
    return this.graphics(8)
  }

  /**
   * The attribute controller passes pixels on: not while its palette is being written, nor with the screen
   * off.
   */
  get isVisible(): boolean {
    return (this.#indexes.attribute & palettesSource) !== 0 && (this.sequencer(1) & 0x20) === 0
  }

  #writeByte(offset: number, value: number): void {
    const { sequencer, graphics } = this.#indexes
    if (isDacPort(offset)) this.dac.write(offset - port.dac, value)
    else if (this.#isStatus(offset)) this.#indexes.feature = value & 3
    else if (this.#isCrtc(offset)) this.#writeCrtc(offset, value)
    else if (offset === port.attribute) this.#writeAttribute(value)
    else if (offset === port.miscellaneous) this.#indexes.miscellaneous = value
    else if (offset === port.sequencer) this.#indexes.sequencer = value & 7
    else if (offset === port.graphics) this.#indexes.graphics = value & 15
    else if (offset === port.sequencer + 1) setAt(this.#sequencer, sequencer, value)
    else if (offset === port.graphics + 1) setAt(this.#graphics, graphics, value)
  }

  /** Registers 0 to 7 may be protected, as they hold what a monitor could not bear. */
  #writeCrtc(offset: number, value: number): void {
    if ((offset & 1) === 0) {
      this.#indexes.crtc = value & 0x3f
      return
    }
    const at = this.#indexes.crtc
    const isProtected = at <= crtcIndex.overflow && (this.crtc(crtcIndex.verticalRetraceEnd) & protects) !== 0
    if (!isProtected) {
      setAt(this.#crtc, at, value)
    } else if (at === crtcIndex.overflow) {
      setAt(this.#crtc, at, (this.crtc(at) & ~lineCompare8) | (value & lineCompare8))
    }
  }

  /** Index and data by turns through one port; reading the status register begins anew. */
  #writeAttribute(value: number): void {
    const { attribute, expectsData } = this.#indexes
    this.#indexes.expectsData = !expectsData
    if (!expectsData) {
      this.#indexes.attribute = value & 0x3f
      return
    }
    const at = attribute & 0x1f
    // The sixteen palette registers are the host's only while the screen does not use them.
    const isUsed = at < 16 && (attribute & palettesSource) !== 0
    if (!isUsed) setAt(this.#attribute, at, (value & 0x3f) | (at === 16 ? value & 0xc0 : 0))
  }

  #status(): number {
    const inFrame = (this.#clock.now % frameTicks) / frameTicks
    const line = inFrame * linesPerFrame
    if (line >= visibleLines) return statusBits.blank | statusBits.verticalRetrace
    return line % 1 < visibleOfLine ? 0 : statusBits.blank
  }

  /** CRT controller and status are at 3Dxh in color, at 3Bxh in monochrome modes. */
  get #isColor(): boolean {
    return (this.#indexes.miscellaneous & colorEmulation) !== 0
  }

  #isCrtc(offset: number): boolean {
    return (offset & ~1) === (this.#isColor ? port.colorCrtc : port.monochromeCrtc)
  }

  #isStatus(offset: number): boolean {
    return offset === (this.#isColor ? port.colorStatus : port.monochromeStatus)
  }
}

/** Of the color look-up table, which has no say in where memory is. */
export const isDacPort = (offset: number): boolean => offset >= port.dac && offset < port.dac + 4

/** Where a register is. */
function setAt(registers: Uint8Array, index: number, value: number): void {
  if (index < registers.length) registers[index] = value
}

import type { Chip } from '../bus/chip.ts'
import type { PhysicalMemory } from '../bus/physical-memory.ts'
import type { BochsVbe } from './bochs-vbe.ts'
import { keepsBytes, type VgaMemory } from './vga-memory.ts'
import type { VgaRegisters } from './vga-registers.ts'

/** Where the host sees the planes: A0000h to BFFFFh. */
const vgaWindow = { first: 0xa_0000, bytes: 0x2_0000 } as const
/** What it sees of a VBE mode's pixels. */
const bankBytes = 0x1_0000

/** A part of the window whose bytes go to planes by turns, and come back as they were. */
interface PlainMapping {
  /** From A0000h. */
  readonly first: number
  readonly bytes: number
  /** Planes 0 to this. */
  readonly planes: 2 | 4
}

const plain = {
  colorText: { first: 0x1_8000, bytes: 0x8000, planes: 2 },
  monochromeText: { first: 0x1_0000, bytes: 0x8000, planes: 2 },
  chained: { first: 0, bytes: 0x1_0000, planes: 4 },
} as const satisfies Record<string, PlainMapping>

/**
 * A VGA's planes as the host sees them, or a bank of a VBE mode's pixels. In text modes and in mode 13h the
 * window is as good as RAM, and then it is RAM: the processor writes there at full speed, and the bytes are
 * moved to the planes when a register makes a difference. Such reads load no latches.
 */
export class VgaWindow implements Chip {
  readonly #registers: VgaRegisters
  readonly #planes: VgaMemory
  readonly #vbe: BochsVbe
  readonly #memory: PhysicalMemory
  /** Where the bank that is shown begins in the adapter's memory; null: none is. */
  #bank: number | null = null
  #mapping: PlainMapping | null = null
  /** RAM that stands for planes now. */
  #ram: Uint8Array = new Uint8Array()

  constructor(registers: VgaRegisters, vbe: BochsVbe, planes: VgaMemory, memory: PhysicalMemory) {
    this.#registers = registers
    this.#vbe = vbe
    this.#planes = planes
    this.#memory = memory
    memory.attach(vgaWindow.first, vgaWindow.bytes, this)
  }

  read(offset: number, size: number): number {
    if (this.#bank !== null) return 2 ** (8 * size) - 1
    return this.#planes.read(offset, size)
  }

  write(offset: number, size: number, value: number): void {
    if (this.#bank === null) this.#planes.write(offset, size, value)
  }

  writeBytes(offset: number, bytes: Uint8Array): void {
    if (this.#bank === null) this.#planes.writeBytes(offset, bytes)
  }

  /** A byte of a plane, wherever it is now. */
  byte(plane: number, at: number): number {
    const mapping = this.#mapping
    if (!mapping || plane >= mapping.planes || at % mapping.planes !== 0 || at >= mapping.bytes) {
      return this.#planes.byte(plane, at)
    }
    return this.#ram[at + plane] ?? 0
  }

  /** Bytes of planes 0 and 1 by turns, from an even offset below 64 KiB on. */
  pairs(at: number, count: number): Uint8Array {
    const isPlain = this.#mapping?.planes === 2 && at + 2 * count <= this.#mapping.bytes
    if (isPlain) return this.#ram.subarray(at, at + 2 * count)
    return Uint8Array.from({ length: 2 * count }, (_, index) =>
      this.byte(index & 1, (at + (index & ~1)) & 0xffff),
    )
  }

  /** To be called when registers have changed: moves what is shown to where it is to be found now. */
  follow(): void {
    this.#showBank()
    const mapping = this.#plainMapping()
    if (mapping === this.#mapping) return
    if (this.#mapping) this.#takeBack(this.#mapping)
    this.#map(mapping)
    if (mapping) this.#handOver(mapping)
  }

  /** After a load of registers, planes and RAM: each byte is where it belongs. */
  resume(): void {
    this.#showBank()
    const mapping = this.#plainMapping()
    if (mapping !== this.#mapping) this.#map(mapping)
  }

  #plainMapping(): PlainMapping | null {
    return this.#vbe.mode ? null : plainMapping(this.#registers)
  }

  /** Packed pixels are the adapter's memory itself; planes are seen through the graphics controller. */
  #showBank(): void {
    const { mode, bankAt } = this.#vbe
    this.#planes.reach(mode?.depth === 4 ? this.#memory.device : null, bankAt)
    const bank = mode && mode.depth !== 4 ? bankAt : null
    if (bank === this.#bank) return
    this.#bank = bank
    const shown = { first: vgaWindow.first, count: bankBytes, offset: bank ?? 0 }
    this.#memory.showDevice(bank === null ? null : shown)
  }

  #map(mapping: PlainMapping | null): void {
    this.#mapping = mapping
    const range = mapping && { first: vgaWindow.first + mapping.first, count: mapping.bytes }
    this.#memory.showRam(range)
    this.#ram = range ? this.#memory.lowRam(range) : new Uint8Array()
  }

  #takeBack({ planes }: PlainMapping): void {
    this.#planes.setInterleaved(this.#ram, planes)
  }

  #handOver({ first, bytes, planes }: PlainMapping): void {
    this.#memory.write(vgaWindow.first + first, this.#planes.interleaved(bytes, planes))
  }
}

/** Null where bytes are not simply kept. */
function plainMapping(registers: VgaRegisters): PlainMapping | null {
  const { isChained, isOddEven, memoryMap, mapMask, readMap } = registers
  if (!keepsBytes(registers)) return null
  if (isChained) return memoryMap === 1 && mapMask === 15 ? plain.chained : null
  if (!isOddEven || mapMask !== 3 || (readMap & 2) !== 0) return null
  if (memoryMap === 3) return plain.colorText
  return memoryMap === 2 ? plain.monochromeText : null
}

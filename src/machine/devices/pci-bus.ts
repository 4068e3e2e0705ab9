import type { SavedChip } from '../bus/chip.ts'
import type { PciFunction } from './pci-function.ts'

/** A place on bus 0. */
export interface PciSlot {
  /** 0 to 31. */
  readonly device: number
  /** 0 to 7. */
  readonly function: number
}

const dataPort = 4
const enable = 0x8000_0000
const kept = 0x80ff_fffc

/**
 * Configuration mechanism 1 (PCI Local Bus Specification 3.0, section 3.2.2.3.2): the address register at
 * CF8h, which is only there for accesses of four bytes, and four bytes of the configuration space that it
 * names at CFCh.
 */
export class PciBus implements SavedChip<number> {
  readonly #functions = new Map<number, PciFunction>()
  #address = 0

  /** Two functions in one place are a programming error. */
  attach({ device, function: number }: PciSlot, at: PciFunction): void {
    const key = (device << 3) | number
    if (this.#functions.has(key)) throw new Error(`two PCI functions in slot ${device}.${number}`)
    this.#functions.set(key, at)
  }

  reset(): void {
    this.#address = 0
    for (const at of this.#functions.values()) at.reset()
  }

  read(offset: number, size: number): number {
    if (offset < dataPort) return offset === 0 && size === 4 ? this.#address : allOnes(size)
    return this.#selected?.read((this.#address & 0xfc) + offset - dataPort, size) ?? allOnes(size)
  }

  peek(offset: number): number {
    if (offset < dataPort) return (this.#address >>> (8 * offset)) & 0xff
    return this.read(offset, 1)
  }

  write(offset: number, size: number, value: number): void {
    if (offset >= dataPort) {
      this.#selected?.write((this.#address & 0xfc) + offset - dataPort, size, value)
    } else if (offset === 0 && size === 4) {
      this.#address = (value & kept) >>> 0
    }
  }

  save(): number {
    return this.#address
  }

  load(state: number): void {
    this.#address = state
  }

  /** Only bus 0 has anybody on it. */
  get #selected(): PciFunction | null {
    const isEnabled = (this.#address & enable) !== 0
    const bus = (this.#address >>> 16) & 0xff
    return isEnabled && bus === 0 ? (this.#functions.get((this.#address >>> 8) & 0xff) ?? null) : null
  }
}

const allOnes = (size: number) => 2 ** (8 * size) - 1

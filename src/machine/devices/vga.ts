import type { SavedChip } from '../bus/chip.ts'
import type { SavedDeviceMemory } from '../bus/device-memory.ts'
import type { PhysicalMemory } from '../bus/physical-memory.ts'
import type { Clock } from '../clock.ts'
import { BochsVbe, type SavedBochsVbe } from './bochs-vbe.ts'
import { VgaDisplay } from './vga-display.ts'
import { type SavedVgaMemory, VgaMemory } from './vga-memory.ts'
import { isDacPort, type SavedVgaRegisters, VgaRegisters } from './vga-registers.ts'
import { VgaWindow } from './vga-window.ts'

/** From here on offsets are those of the VBE registers' ports. */
export const vbeOffset = 0x100

export interface SavedVga {
  readonly registers: SavedVgaRegisters
  readonly vbe: SavedBochsVbe
  /** Bytes that are in RAM for now are saved with it. */
  readonly memory: SavedVgaMemory
  /** What VBE modes show. */
  readonly pixels: SavedDeviceMemory
}

/**
 * A VGA: its registers by their ports, from 3B0h on, and its memory behind A0000h to BFFFFh; with Bochs' VBE
 * registers, and the memory of its modes.
 */
export class Vga implements SavedChip<SavedVga> {
  readonly display: VgaDisplay
  readonly registers: VgaRegisters
  readonly vbe: BochsVbe
  readonly planes: VgaMemory
  readonly #memory: PhysicalMemory
  readonly #window: VgaWindow

  constructor(clock: Clock, memory: PhysicalMemory) {
    this.registers = new VgaRegisters(clock)
    this.vbe = new BochsVbe(memory.device.bytes)
    this.planes = new VgaMemory(this.registers)
    this.#memory = memory
    this.#window = new VgaWindow(this.registers, this.vbe, this.planes, memory)
    this.display = new VgaDisplay(this.registers, this.#window, { vbe: this.vbe, memory: memory.device })
    this.vbe.onClear = () => memory.device.clear()
  }

  read(offset: number, size: number): number {
    return offset < vbeOffset ? this.registers.read(offset) : this.vbe.read(offset - vbeOffset, size)
  }

  peek(offset: number): number {
    return offset < vbeOffset ? this.registers.peek(offset) : 0xff
  }

  write(offset: number, size: number, value: number): void {
    if (offset < vbeOffset) this.registers.write(offset, size, value)
    else {
      this.vbe.write(offset - vbeOffset, size, value)
      this.#followMode()
    }
    if (!isDacPort(offset)) this.#window.follow()
  }

  /** A VBE register, past the ports. */
  setVbeRegister(index: number, value: number): void {
    this.vbe.setRegister(index, value)
    this.#followMode()
    this.#window.follow()
  }

  reset(): void {
    this.registers.reset()
    this.vbe.reset()
    this.planes.reset()
    this.#memory.device.reset()
    this.#resume()
  }

  save(): SavedVga {
    return {
      registers: this.registers.save(),
      vbe: this.vbe.save(),
      memory: this.planes.save(),
      pixels: this.#memory.device.save(),
    }
  }

  load({ registers, vbe, memory, pixels }: SavedVga): void {
    this.registers.load(registers)
    this.vbe.load(vbe)
    this.planes.load(memory)
    this.#memory.device.load(pixels)
    this.#resume()
  }

  #followMode(): void {
    const { mode } = this.vbe
    if (mode) this.registers.showPixels(mode.depth !== 4)
    this.registers.dac.isWide = this.vbe.hasWideDac
  }

  #resume(): void {
    this.registers.dac.isWide = this.vbe.hasWideDac
    this.#window.resume()
  }
}

import type { SavedChip } from '../bus/chip.ts'
import type { PhysicalMemory } from '../bus/physical-memory.ts'
import type { Clock } from '../clock.ts'
import { VgaDisplay } from './vga-display.ts'
import { type SavedVgaMemory, VgaMemory } from './vga-memory.ts'
import { type SavedVgaRegisters, VgaRegisters } from './vga-registers.ts'
import { VgaWindow } from './vga-window.ts'

export interface SavedVga {
  readonly registers: SavedVgaRegisters
  /** Bytes that are in RAM for now are saved with it. */
  readonly memory: SavedVgaMemory
}

/** A VGA: its registers by their ports, from 3B0h on, and its memory behind A0000h to BFFFFh. */
export class Vga implements SavedChip<SavedVga> {
  readonly display: VgaDisplay
  readonly registers: VgaRegisters
  readonly planes: VgaMemory
  readonly #window: VgaWindow

  constructor(clock: Clock, memory: PhysicalMemory) {
    this.registers = new VgaRegisters(clock)
    this.planes = new VgaMemory(this.registers)
    this.#window = new VgaWindow(this.registers, this.planes, memory)
    this.display = new VgaDisplay(this.registers, this.#window)
  }

  read(offset: number): number {
    return this.registers.read(offset)
  }

  peek(offset: number): number {
    return this.registers.peek(offset)
  }

  write(offset: number, size: number, value: number): void {
    this.registers.write(offset, size, value)
    this.#window.follow()
  }

  reset(): void {
    this.registers.reset()
    this.planes.reset()
    this.#window.resume()
  }

  save(): SavedVga {
    return { registers: this.registers.save(), memory: this.planes.save() }
  }

  load({ registers, memory }: SavedVga): void {
    this.registers.load(registers)
    this.planes.load(memory)
    this.#window.resume()
  }
}

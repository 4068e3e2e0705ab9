import { PortSpace } from '../../../src/machine/bus/port-space.ts'
import { Vga } from '../../../src/machine/devices/vga.ts'
import { videoMode } from '../../../src/machine/firmware/vga-bios/mode-tables.ts'
import { writeModeColors, writeModeRegisters } from '../../../src/machine/firmware/vga-bios/set-mode.ts'
import { TimerQueue } from '../../../src/machine/timer-queue.ts'
import { connectedMemory } from '../connected-memory.ts'

/** A VGA at its ports and its addresses, with no processor. */
export class VgaBench {
  /** The tick at hand. */
  now = 0
  readonly ports = new PortSpace()
  readonly vga: Vga
  readonly memory = connectedMemory()

  constructor() {
    this.vga = new Vga(new TimerQueue(() => this.now), this.memory)
    this.ports.attach({ first: 0x3b0, count: 0x30 }, this.vga)
  }

  get display() {
    return this.vga.display
  }

  /** Registers and colors of a BIOS mode. */
  setMode(number: number): void {
    const mode = videoMode(number)
    if (!mode) throw new Error(`no mode ${number}`)
    writeModeRegisters(this.ports, mode)
    writeModeColors(this.ports, number)
  }

  /** As a processor reads: from RAM, where it is shown, else from the chip. */
  read(address: number, size = 1): number {
    return this.memory.readNumber(address, size)
  }

  write(address: number, value: number, size = 1): void {
    this.memory.writeNumber(address, size, value)
  }

  plane(plane: number, at: number): number {
    return this.vga.planes.byte(plane, at)
  }

  /** Past all registers: of a byte that is not in RAM for now. */
  setPlane(plane: number, at: number, value: number): void {
    this.vga.planes.setBytes(plane, at, Uint8Array.of(value))
  }
}

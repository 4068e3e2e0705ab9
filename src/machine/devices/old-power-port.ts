import type { Chip } from '../bus/chip.ts'

const sleepEnable = 0x2000
const sleepTypes = 0x1c00

/**
 * PM1 control of ACPI where Bochs, and QEMU before 2.0, had it (OSDev wiki, "Shutdown"): small kernels write
 * 2000h to it without a look at the tables. It knows one thing, SLP_EN with sleep type 0: soft off.
 */
export class OldPowerPort implements Chip {
  readonly #powerOff: () => void

  constructor(powerOff: () => void) {
    this.#powerOff = powerOff
  }

  /** Bits that nobody drives. */
  read(): number {
    return 0xffff
  }

  write(_offset: number, _size: number, value: number): void {
    if ((value & (sleepEnable | sleepTypes)) === sleepEnable) this.#powerOff()
  }
}

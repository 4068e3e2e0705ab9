import type { Chip } from '../bus/chip.ts'

/** What the port reads as: how guests find out that it is there. */
const signature = 0xe9

/** The debug port of Bochs and QEMU: a byte that is written is printed. */
export class DebugConsole implements Chip {
  readonly #print: (byte: number) => void

  constructor(print: (byte: number) => void) {
    this.#print = print
  }

  read(): number {
    return signature
  }

  write(_offset: number, _size: number, value: number): void {
    this.#print(value)
  }
}

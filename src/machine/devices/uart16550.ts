import type { Chip } from '../bus/chip.ts'

const register = { data: 0, interruptEnable: 1, lineControl: 3, modemControl: 4, lineStatus: 5, scratch: 7 }
const divisorLatch = 0x80
/** Transmitter holding register and shift register empty (NS16550A, line status register). */
const transmitterEmpty = 0x60

/** The transmitting half of a 16550: what is written is sent at once. */
export class Uart16550 implements Chip {
  readonly #send: (byte: number) => void
  readonly #registers = new Uint8Array(8)
  readonly #divisor = new Uint8Array(2)

  constructor(send: (byte: number) => void) {
    this.#send = send
  }

  read(offset: number): number {
    if (this.#latched(offset)) return this.#divisor[offset] ?? 0
    if (offset === register.lineStatus) return transmitterEmpty
    return offset === register.data ? 0 : (this.#registers[offset] ?? 0)
  }

  write(offset: number, _size: number, value: number): void {
    if (this.#latched(offset)) this.#divisor[offset] = value
    else if (offset === register.data) this.#send(value & 0xff)
    else this.#registers[offset] = value
  }

  #latched(offset: number): boolean {
    return offset < 2 && ((this.#registers[register.lineControl] ?? 0) & divisorLatch) !== 0
  }
}

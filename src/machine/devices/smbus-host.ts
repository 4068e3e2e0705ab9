import type { SavedChip } from '../bus/chip.ts'

/** Offsets (Intel 290562, section 7.3; 316972, section 18.2). The other registers keep what is written. */
const register = { status: 0, control: 2 } as const
const count = 16

const statusBit = { deviceError: 0x04, failed: 0x10, inUse: 0x40 } as const
const controlBit = { kill: 0x02, start: 0x40 } as const
/** Host busy is no bit to be taken back; it is never seen. */
const clearable = 0xfe

/**
 * The SMBus host of a PIIX4 or an ICH9, with an empty bus: each transaction ends at once, unclaimed, without
 * an interrupt. The ICH9's has a semaphore besides, which is taken by reading it.
 */
export class SmbusHost implements SavedChip<readonly number[]> {
  readonly #hasSemaphore: boolean
  #registers: readonly number[] = new Array<number>(count).fill(0)

  constructor(hasSemaphore: boolean) {
    this.#hasSemaphore = hasSemaphore
  }

  reset(): void {
    this.#registers = new Array<number>(count).fill(0)
  }

  read(offset: number): number {
    const value = this.peek(offset)
    if (offset === register.status && this.#hasSemaphore) this.#set(register.status, value | statusBit.inUse)
    return value
  }

  peek(offset: number): number {
    return this.#registers[offset] ?? 0xff
  }

  write(offset: number, _size: number, value: number): void {
    if (offset === register.status) this.#set(register.status, this.peek(offset) & ~(value & clearable))
    else if (offset === register.control) this.#control(value)
    else this.#set(offset, value)
  }

  save(): readonly number[] {
    return this.#registers
  }

  load(registers: readonly number[]): void {
    this.#registers = registers
  }

  #control(value: number): void {
    const ended =
      (value & controlBit.start ? statusBit.deviceError : 0) |
      (value & controlBit.kill ? statusBit.failed : 0)
    this.#set(register.control, value & ~controlBit.start)
    this.#set(register.status, this.peek(register.status) | ended)
  }

  #set(offset: number, value: number): void {
    this.#registers = this.#registers.with(offset, value)
  }
}

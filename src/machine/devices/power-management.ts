import type { Line, SavedChip } from '../bus/chip.ts'
import type { Clock, Timer } from '../clock.ts'

/** Offsets of its registers (82371AB, section 7.2), by their ACPI names. */
const register = { status: 0, enable: 2, control: 4, timer: 8 } as const
/** Bits of status and enable. */
const event = { timer: 1, globalLock: 0x20, powerButton: 0x100, sleepButton: 0x200, rtc: 0x400 } as const
const clearable = event.timer | event.globalLock | event.powerButton | event.sleepButton | event.rtc | 0x8000
const enableable = event.timer | event.globalLock | event.powerButton | event.sleepButton | event.rtc
const control = { sciEnable: 1, sleepType: 0x1c00, sleepEnable: 0x2000 } as const
const sleepTypeShift = 10

/** Ticks of the machine's clock in one of the timer's, which runs at 3.579545 MHz and has 24 bits. */
const ticksPerCount = 280
const timerBits = 24
/** The status bit of the timer is set when its top bit changes. */
const ticksPerEvent = ticksPerCount * 2 ** (timerBits - 1)

export interface SavedPowerManagement {
  readonly status: number
  readonly enable: number
  readonly control: number
}

/** What is outside of the chip. */
export interface PowerWiring {
  /** The system control interrupt. */
  readonly interrupt: Line
  /** The guest asked for a sleep state: what the number means is said in its ACPI tables. */
  readonly sleep: (type: number) => void
}

/**
 * The ACPI fixed-hardware block of the PIIX4's power management function: PM1 status, enable and control, and
 * the PM timer (ACPI specification, section 4.8). Where it lies in the port space is the function's business.
 */
export class PowerManagement implements SavedChip<SavedPowerManagement> {
  readonly #clock: Clock
  readonly #wiring: PowerWiring
  readonly #timer: Timer
  #state: SavedPowerManagement = { status: 0, enable: 0, control: 0 }

  constructor(clock: Clock, wiring: PowerWiring) {
    this.#clock = clock
    this.#wiring = wiring
    this.#timer = clock.timer('power', () => this.#raise(event.timer))
    this.#arm()
  }

  reset(): void {
    this.#set({ status: 0, enable: 0, control: 0 })
    this.#arm()
  }

  /** Somebody presses the power button. */
  pressPower(): void {
    this.#raise(event.powerButton)
  }

  /** What firmware's ACPI enable and disable commands do. */
  setAcpi(on: boolean): void {
    const { control: now } = this.#state
    this.#set({ control: on ? now | control.sciEnable : now & ~control.sciEnable })
  }

  read(offset: number, size: number): number {
    let value = 0
    for (let byte = 0; byte < size; byte++) value += this.peek(offset + byte) * 2 ** (8 * byte)
    return value
  }

  peek(offset: number): number {
    const { status, enable, control: now } = this.#state
    if (offset >= register.timer && offset < register.timer + 4) {
      return Math.floor(this.#count / 2 ** (8 * (offset - register.timer))) & 0xff
    }
    const word = [status, enable, now][offset >> 1] ?? 0
    return offset & 1 ? word >> 8 : word & 0xff
  }

  write(offset: number, size: number, value: number): void {
    for (let byte = 0; byte < size; byte++) {
      const at = offset + byte
      const shift = at & 1 ? 8 : 0
      this.#writeByte(at & ~1, ((value >>> (8 * byte)) & 0xff) << shift, 0xff << shift)
    }
  }

  save(): SavedPowerManagement {
    return this.#state
  }

  load(state: SavedPowerManagement): void {
    this.#state = state
  }

  get #count(): number {
    return Math.floor(this.#clock.now / ticksPerCount) % 2 ** timerBits
  }

  #writeByte(offset: number, value: number, mask: number): void {
    const { status, enable, control: now } = this.#state
    switch (offset) {
      case register.status:
        this.#set({ status: status & ~(value & clearable) })
        this.#arm()
        break
      case register.enable:
        this.#set({ enable: ((enable & ~mask) | value) & enableable })
        break
      case register.control: {
        const kept = ((now & ~mask) | value) & (control.sciEnable | control.sleepType)
        this.#set({ control: kept })
        if (value & control.sleepEnable) this.#wiring.sleep((kept & control.sleepType) >> sleepTypeShift)
      }
    }
  }

  #raise(what: number): void {
    this.#set({ status: this.#state.status | what })
    this.#arm()
  }

  /** For the next overflow of the timer, unless an earlier one has not been noticed yet. */
  #arm(): void {
    if (this.#timer.at === null && (this.#state.status & event.timer) === 0) {
      this.#timer.arm((Math.floor(this.#clock.now / ticksPerEvent) + 1) * ticksPerEvent)
    }
  }

  #set(change: Partial<SavedPowerManagement>): void {
    this.#state = { ...this.#state, ...change }
    const { status, enable, control: now } = this.#state
    this.#wiring.interrupt.set((now & control.sciEnable) !== 0 && (status & enable) !== 0)
  }
}

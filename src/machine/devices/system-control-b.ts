import type { SavedChip } from '../bus/chip.ts'
import type { Clock } from '../clock.ts'

const bits = { gate2: 1, speaker: 2, refresh: 0x10, out2: 0x20 } as const
/** Gate, speaker and the enables of the two NMI sources; the rest only reads. */
const writable = 0x0f
/** Memory is refreshed 18 clocks of the interval timer apart: 15.085 µs. */
const refreshTicks = 18 * 840

/** What is outside of the chip: the interval timer's counter 2. */
export interface SpeakerWiring {
  readonly setGate: (level: boolean) => void
  readonly output: () => boolean
}

/**
 * PS/2 system control port B (61h): the speaker and the gate of its counter, and bits by which programs
 * measure time: the refresh request changes with each of its periods.
 */
export class SystemControlB implements SavedChip<number> {
  readonly #clock: Clock
  readonly #wiring: SpeakerWiring
  #value = 0

  constructor(clock: Clock, wiring: SpeakerWiring) {
    this.#clock = clock
    this.#wiring = wiring
  }

  /** The speaker moves with counter 2. */
  get speakerOn(): boolean {
    return (this.#value & bits.speaker) !== 0
  }

  reset(): void {
    this.write(0, 1, 0)
  }

  read(): number {
    return this.peek()
  }

  peek(): number {
    const refresh = Math.floor(this.#clock.now / refreshTicks) % 2 === 1 ? bits.refresh : 0
    return this.#value | refresh | (this.#wiring.output() ? bits.out2 : 0)
  }

  write(_offset: number, _size: number, value: number): void {
    const changed = value ^ this.#value
    this.#value = value & writable
    if (changed & bits.gate2) this.#wiring.setGate((value & bits.gate2) !== 0)
  }

  save(): number {
    return this.#value
  }

  load(state: number): void {
    this.#value = state
  }
}

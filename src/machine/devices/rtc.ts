import type { Line, SavedChip } from '../bus/chip.ts'
import { type Clock, type Timer, ticksPerSecond } from '../clock.ts'
import { type CalendarTime, secondsOf, weekdayOf } from './calendar.ts'
import {
  advanced,
  type ClockFields,
  type Format,
  readField,
  secondsToAlarm,
  timeRegister,
  writeField,
} from './rtc-time.ts'

const port = { index: 0, data: 1, upperIndex: 2, upperData: 3 } as const
const upperBank = 128

const status = { a: 0x0a, b: 0x0b, c: 0x0c, d: 0x0d } as const
const updateInProgress = 0x80
/** Register A: the divider held in reset. */
const dividerReset = 0x60
const control = { set: 0x80, binary: 4, hours24: 2 } as const
/** The same bits in register B (enable) and C (flag). */
const interrupt = { periodic: 0x40, alarm: 0x20, update: 0x10 } as const
const anyInterrupt = 0x70
const interruptFlag = 0x80
const validRam = 0x80

/** An update begins 244 µs after UIP rises and takes 1,984 µs (MC146818A, Update Cycle). */
const updateTicks = Math.ceil(ticksPerSecond * 2.228e-3)
/** 32.768 kHz at its usual divider, periodic rate of 1,024 Hz. */
const usualRegisterA = 0x26
const usualRegisterB = control.hours24

export interface SavedRtc {
  readonly index: number
  readonly upperIndex: number
  readonly bytes: readonly number[]
  /** Register C without its top bit. */
  readonly flags: number
  readonly fields: ClockFields
  /** The tick at which `fields` were up to date, on a second's edge; null: time stands still. */
  readonly since: number | null
  /** A tick at which a second began: the divider's phase. */
  readonly phase: number
  /** Up to where flags have been worked out. */
  readonly checked: number
}

/** What is outside of the chip. */
export interface RtcWiring {
  readonly interrupt: Line
}

/**
 * The real-time clock with its 256 bytes of battery-backed RAM (MC146818A; the upper bank is the chip set's).
 * It counts the machine's time from a date that it is given, never the host's. Daylight saving has no effect.
 */
export class Rtc implements SavedChip<SavedRtc> {
  readonly #clock: Clock
  readonly #wiring: RtcWiring
  readonly #timer: Timer
  #state: SavedRtc

  /** `bytes`: what firmware finds in RAM, by index. */
  constructor(
    clock: Clock,
    wiring: RtcWiring,
    start: CalendarTime,
    bytes: Readonly<Record<number, number>> = {},
  ) {
    this.#clock = clock
    this.#wiring = wiring
    this.#timer = clock.timer('rtc', () => this.#settle())
    const ram = Array.from({ length: 256 }, (_, index) => bytes[index] ?? 0)
    ram[status.a] = usualRegisterA
    ram[status.b] = usualRegisterB
    const { now } = clock
    const fields = { ...start, weekday: weekdayOf(secondsOf(start)) }
    this.#state = {
      index: 0,
      upperIndex: 0,
      bytes: ram,
      flags: 0,
      fields,
      since: now,
      phase: now,
      checked: now,
    }
  }

  /** The reset pin: interrupts off; time and RAM are kept by the battery. */
  reset(): void {
    this.#setByte(status.b, this.#byte(status.b) & ~(anyInterrupt | 8))
    this.#set({ flags: 0, index: 0, upperIndex: 0 })
    this.#settle()
  }

  read(offset: number): number {
    const value = this.peek(offset)
    if (offset === port.data && this.#state.index === status.c) {
      this.#settle()
      this.#set({ flags: 0 })
      this.#settle()
    }
    return value
  }

  peek(offset: number): number {
    if (offset === port.data) return this.#register(this.#state.index)
    if (offset === port.upperData) return this.#byte(upperBank + this.#state.upperIndex)
    return 0xff
  }

  write(offset: number, _size: number, value: number): void {
    switch (offset) {
      case port.index:
        // Bit 7 masks NMIs of the board, and nothing on it raises one.
        this.#set({ index: value & 0x7f })
        break
      case port.upperIndex:
        this.#set({ upperIndex: value & 0x7f })
        break
      case port.upperData:
        this.#setByte(upperBank + this.#state.upperIndex, value)
        break
      default:
        this.#settle()
        this.#writeRegister(this.#state.index, value)
        this.#settle()
    }
  }

  /** Begins a second of this date, while nothing runs. */
  setTime(time: CalendarTime): void {
    this.#set({ fields: { ...time, weekday: weekdayOf(secondsOf(time)) } })
  }

  /** What firmware writes into RAM, while nothing runs; time and registers are not its business. */
  changeRam(change: (ram: number[]) => void): void {
    const bytes = [...this.#state.bytes]
    change(bytes)
    this.#set({ bytes })
  }

  save(): SavedRtc {
    return this.#state
  }

  load(state: SavedRtc): void {
    this.#state = state
  }

  #register(index: number): number {
    switch (index) {
      case status.a:
        return this.#byte(status.a) | (this.#isUpdating ? updateInProgress : 0)
      case status.c: {
        const flags = this.#flagsNow()
        return flags | (flags & this.#byte(status.b) ? interruptFlag : 0)
      }
      case status.d:
        return validRam
      default:
        return readField(this.#fieldsNow(), index, this.#format) ?? this.#byte(index)
    }
  }

  #writeRegister(index: number, value: number): void {
    const fields = writeField(this.#fieldsNow(), index, value, this.#format)
    if (fields) {
      this.#set({ fields, since: this.#state.since === null ? null : this.#lastEdge })
    } else if (index === status.a) {
      this.#restart(() => this.#setByte(status.a, value & ~updateInProgress))
    } else if (index === status.b) {
      // SET stops updates, and takes the enable of their interrupt with it.
      const kept = value & control.set ? value & ~interrupt.update : value
      this.#restart(() => this.#setByte(status.b, kept))
    } else if (index !== status.c && index !== status.d) {
      this.#setByte(index, value)
    }
  }

  /**
   * Changes what decides whether time runs. The first update after a reset of the divider comes in half a
   * second.
   */
  #restart(change: () => void): void {
    const fields = this.#fieldsNow()
    const wasHeld = this.#isHeld
    change()
    if (wasHeld && !this.#isHeld) this.#set({ phase: this.#clock.now - ticksPerSecond / 2 })
    const runs = !this.#isHeld && (this.#byte(status.b) & control.set) === 0
    this.#set({ fields, since: runs ? this.#lastEdge : null })
  }

  get #isHeld(): boolean {
    return (this.#byte(status.a) & dividerReset) === dividerReset
  }

  get #isUpdating(): boolean {
    const { since, phase } = this.#state
    if (since === null) return false
    return ticksPerSecond - ((this.#clock.now - phase) % ticksPerSecond) <= updateTicks
  }

  get #lastEdge(): number {
    const { now } = this.#clock
    return now - ((now - this.#state.phase) % ticksPerSecond)
  }

  get #format(): Format {
    const b = this.#byte(status.b)
    return { binary: (b & control.binary) !== 0, hours24: (b & control.hours24) !== 0 }
  }

  #fieldsNow(): ClockFields {
    const { fields, since } = this.#state
    return since === null ? fields : advanced(fields, this.#updatesAt(this.#clock.now, since))
  }

  #updatesAt(tick: number, since: number): number {
    return Math.max(Math.floor((tick - since) / ticksPerSecond), 0)
  }

  /** Flags with everything that has happened up to now. */
  #flagsNow(): number {
    const { flags, checked, since } = this.#state
    const { now } = this.#clock
    const periodic = this.#pulsesAt(now) > this.#pulsesAt(checked) ? interrupt.periodic : 0
    if (since === null) return flags | periodic
    const first = this.#updatesAt(checked, since) + 1
    const last = this.#updatesAt(now, since)
    if (last < first) return flags | periodic
    const alarm = this.#nextAlarm(first, last) === null ? 0 : interrupt.alarm
    return flags | periodic | interrupt.update | alarm
  }

  /** Pulses of the periodic interrupt since the divider's phase. */
  #pulsesAt(tick: number): number {
    const ticks = tick - this.#state.phase
    const seconds = Math.floor(ticks / ticksPerSecond)
    const rest = ticks - seconds * ticksPerSecond
    return seconds * this.#frequency + Math.floor((rest * this.#frequency) / ticksPerSecond)
  }

  /** When a pulse comes: each second has a whole number of them. */
  #tickOfPulse(pulse: number): number {
    const seconds = Math.floor(pulse / this.#frequency)
    const rest = pulse - seconds * this.#frequency
    return this.#state.phase + seconds * ticksPerSecond + Math.ceil((rest * ticksPerSecond) / this.#frequency)
  }

  /** Pulses a second, 0: none. The rates 1 and 2 are those of 8 and 9. */
  get #frequency(): number {
    const rate = this.#byte(status.a) & 15
    if (rate === 0 || this.#isHeld) return 0
    return 65_536 >> (rate < 3 ? rate + 7 : rate)
  }

  /** The first of these updates at which the time is the alarm's, or null. */
  #nextAlarm(first: number, last: number): number | null {
    const { second, minute, hour } = timeRegister
    const byteOf = (register: number) => this.#byte(register + 1)
    const alarm = { hour: byteOf(hour), minute: byteOf(minute), second: byteOf(second) }
    const wait = secondsToAlarm(secondsOf(this.#state.fields) + first, alarm, this.#format)
    return wait === null || first + wait > last ? null : first + wait
  }

  /** Works out the flags, drives the line, and arms the timer for the next interrupt. */
  #settle(): void {
    this.#set({ flags: this.#flagsNow(), checked: this.#clock.now })
    const isRaised = (this.#state.flags & this.#byte(status.b) & anyInterrupt) !== 0
    this.#wiring.interrupt.set(isRaised)
    const next = isRaised ? null : this.#nextInterrupt()
    if (next === null) this.#timer.disarm()
    else this.#timer.arm(next)
  }

  #nextInterrupt(): number | null {
    const enabled = this.#byte(status.b)
    const { now } = this.#clock
    const { since } = this.#state
    const ticks: number[] = []
    if (enabled & interrupt.periodic && this.#frequency > 0) {
      ticks.push(this.#tickOfPulse(this.#pulsesAt(now) + 1))
    }
    if (since !== null) {
      const update = this.#updatesAt(now, since) + 1
      const alarm = enabled & interrupt.alarm ? this.#nextAlarm(update, Number.POSITIVE_INFINITY) : null
      if (alarm !== null) ticks.push(since + alarm * ticksPerSecond)
      if (enabled & interrupt.update) ticks.push(since + update * ticksPerSecond)
    }
    return ticks.length === 0 ? null : Math.min(...ticks)
  }

  #byte(index: number): number {
    return this.#state.bytes[index] ?? 0
  }

  #setByte(index: number, value: number): void {
    this.#set({ bytes: this.#state.bytes.with(index, value) })
  }

  #set(change: Partial<SavedRtc>): void {
    this.#state = { ...this.#state, ...change }
  }
}

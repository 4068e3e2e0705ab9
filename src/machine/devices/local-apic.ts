import type { Line, SavedChip } from '../bus/chip.ts'
import type { Clock, Timer } from '../clock.ts'
import { VectorSet } from './vector-set.ts'

/** Offsets of the registers (SDM volume 3, table 11-1). */
const register = {
  id: 0x020,
  version: 0x030,
  taskPriority: 0x080,
  processorPriority: 0x0a0,
  end: 0x0b0,
  logicalDestination: 0x0d0,
  destinationFormat: 0x0e0,
  spurious: 0x0f0,
  inService: 0x100,
  triggerMode: 0x180,
  requests: 0x200,
  errors: 0x280,
  commandLow: 0x300,
  commandHigh: 0x310,
  timer: 0x320,
  thermal: 0x330,
  counters: 0x340,
  lint0: 0x350,
  lint1: 0x360,
  error: 0x370,
  initialCount: 0x380,
  currentCount: 0x390,
  divide: 0x3e0,
} as const

/** Bits of local vector table entries that can be written. */
const entryBits: Readonly<Record<number, number>> = {
  [register.timer]: 0x3_00ff,
  [register.thermal]: 0x1_07ff,
  [register.counters]: 0x1_07ff,
  [register.lint0]: 0x1_a7ff,
  [register.lint1]: 0x1_a7ff,
  [register.error]: 0x1_00ff,
}
const entry = { masked: 0x1_0000, periodic: 0x2_0000, mode: 0x700, level: 0x8000, remoteIrr: 0x4000 } as const
const delivery = { fixed: 0, nmi: 0x400, init: 0x500, external: 0x700 } as const
const spuriousBits = { enabled: 0x100, kept: 0x3ff } as const
const errorBits = { sendsIllegal: 0x20, receivesIllegal: 0x40, illegalRegister: 0x80 } as const
const command = { mode: 0x700, logical: 0x800, level: 0x4000, kept: 0xc_cfff, destination: 0xc_0000 } as const
const shorthand = { none: 0, self: 0x4_0000, all: 0x8_0000 } as const
/** Integrated APIC, six entries in the local vector table. */
const version = 0x5_0014
const firstLegalVector = 16
const everybody = 0xff

export interface SavedLocalApic {
  /** Registers that only keep what is written, by offset. */
  readonly registers: Readonly<Record<number, number>>
  readonly requests: readonly number[]
  readonly inService: readonly number[]
  readonly levelTriggered: readonly number[]
  /** Errors that have not been latched into the register yet. */
  readonly pendingErrors: number
  /** Levels of the two local interrupt pins. */
  readonly pins: readonly boolean[]
  /** The tick at which the timer was loaded; null: it does not run. */
  readonly startedAt: number | null
  /** IA32_APIC_BASE lets it take part; else the pins are the processor's INTR and NMI. */
  readonly takesPart: boolean
}

/** What is outside of the chip. */
export interface ApicWiring {
  /** The processor's INTR. */
  readonly interrupt: Line
  readonly nmi: () => void
  readonly init: () => void
  /** The vector of the interrupt controller behind pin LINT0, in virtual-wire mode. */
  readonly acknowledgeExternal: () => number
  /** CR8 shows the task priority's upper half. */
  readonly prioritized?: (priority: number) => void
  /** A level-triggered interrupt ended: its source may ask again. */
  readonly ended?: (vector: number) => void
}

const atPowerOn: Readonly<Record<number, number>> = {
  [register.destinationFormat]: 0xffff_ffff,
  [register.spurious]: 0xff,
  [register.timer]: entry.masked,
  [register.thermal]: entry.masked,
  [register.counters]: entry.masked,
  [register.lint0]: entry.masked,
  [register.lint1]: entry.masked,
  [register.error]: entry.masked,
}

/**
 * The local APIC of a machine with one processor, in xAPIC mode (SDM volume 3, chapter 11). Its timer counts
 * the machine's ticks. Interprocessor interrupts to others go nowhere and are reported as delivered.
 */
export class LocalApic implements SavedChip<SavedLocalApic> {
  readonly #clock: Clock
  readonly #wiring: ApicWiring
  readonly #timer: Timer
  readonly #requests = new VectorSet()
  readonly #inService = new VectorSet()
  readonly #levelTriggered = new VectorSet()
  #registers = atPowerOn
  #pendingErrors = 0
  #pins: readonly boolean[] = [false, false]
  #startedAt: number | null = null
  #takesPart = true

  constructor(clock: Clock, wiring: ApicWiring) {
    this.#clock = clock
    this.#wiring = wiring
    this.#timer = clock.timer('apic', () => this.#expire())
  }

  /** The pins keep their levels: they are driven from outside. */
  reset(): void {
    const { pins } = this.save()
    this.load({
      registers: atPowerOn,
      requests: [0, 0, 0, 0, 0, 0, 0, 0],
      inService: [0, 0, 0, 0, 0, 0, 0, 0],
      levelTriggered: [0, 0, 0, 0, 0, 0, 0, 0],
      pendingErrors: 0,
      pins,
      startedAt: null,
      takesPart: this.#takesPart,
    })
    this.#timer.disarm()
    this.#drive()
  }

  /**
   * IA32_APIC_BASE's enable bit. What was programmed is lost where it changes (SDM volume 3, 11.4.3).
   */
  setPart(takes: boolean): void {
    if (takes === this.#takesPart) return
    this.#takesPart = takes
    this.reset()
  }

  /** CR8: the upper half of the task priority. */
  get taskPriority(): number {
    return this.#get(register.taskPriority) >> 4
  }

  set taskPriority(value: number) {
    this.#put(register.taskPriority, value << 4)
    this.#drive()
  }

  /** One of the two local interrupt pins, LINT0 and LINT1. */
  setPin(number: 0 | 1, level: boolean): void {
    if (this.#pins[number] === level) return
    this.#pins = this.#pins.with(number, level)
    const at = number === 0 ? register.lint0 : register.lint1
    if (!this.#takesPart) {
      if (level && number === 1) this.#wiring.nmi()
    } else if (level && !(number === 0 && this.#isLevelTriggered)) this.#raise(this.#get(at))
    this.#askByLevel()
    this.#drive()
  }

  /** An interrupt message from outside, by its vector. Answers whether it is accepted. */
  request(vector: number, isLevel: boolean): boolean {
    if (!this.#isEnabled || !this.#takesPart) return false
    if (vector < firstLegalVector) {
      this.#note(errorBits.receivesIllegal)
      return false
    }
    this.#requests.set(vector, true)
    this.#levelTriggered.set(vector, isLevel)
    this.#drive()
    return true
  }

  /** The processor takes the interrupt that INTR told of: answers its vector. */
  acknowledge(): number {
    const vector = this.#deliverable
    if (vector !== null) {
      this.#requests.set(vector, false)
      this.#inService.set(vector, true)
      this.#drive()
      return vector
    }
    if (this.#hasExternal) return this.#wiring.acknowledgeExternal()
    return this.#get(register.spurious) & 0xff
  }

  read(offset: number, size: number): number {
    const at = offset & ~15
    if (!isKnown(at)) this.#note(errorBits.illegalRegister)
    const value = this.#dword(at)
    return size === 4 ? value : (value >>> (8 * (offset & 3))) & (2 ** (8 * size) - 1)
  }

  peek(offset: number): number {
    return (this.#dword(offset & ~15) >>> (8 * (offset & 3))) & 0xff
  }

  /**
   * Narrow writes are undefined (SDM volume 3, section 11.4.1); here they write the bytes as all there is.
   */
  write(offset: number, _size: number, value: number): void {
    const at = offset & ~15
    if (!isKnown(at)) this.#note(errorBits.illegalRegister)
    else if (at in entryBits) this.#writeEntry(at, value)
    else this.#writeRegister(at, value)
    this.#askByLevel()
    this.#drive()
  }

  save(): SavedLocalApic {
    return {
      registers: this.#registers,
      requests: this.#requests.words,
      inService: this.#inService.words,
      levelTriggered: this.#levelTriggered.words,
      pendingErrors: this.#pendingErrors,
      pins: this.#pins,
      startedAt: this.#startedAt,
      takesPart: this.#takesPart,
    }
  }

  load(state: SavedLocalApic): void {
    this.#registers = state.registers
    this.#requests.words = state.requests
    this.#inService.words = state.inService
    this.#levelTriggered.words = state.levelTriggered
    this.#pendingErrors = state.pendingErrors
    this.#pins = state.pins
    this.#startedAt = state.startedAt
    this.#takesPart = state.takesPart
  }

  get #isEnabled(): boolean {
    return (this.#get(register.spurious) & spuriousBits.enabled) !== 0
  }

  /** The task's priority, or that of what is in service, if its class is higher. */
  get #processorPriority(): number {
    const task = this.#get(register.taskPriority)
    const served = (this.#inService.highest ?? 0) & 0xf0
    return (task & 0xf0) >= served ? task : served
  }

  get #deliverable(): number | null {
    const { highest } = this.#requests
    return highest !== null && highest >> 4 > this.#processorPriority >> 4 ? highest : null
  }

  /** The interrupt controller outside asks through LINT0. */
  get #hasExternal(): boolean {
    if (!this.#takesPart) return this.#pins[0] ?? false
    const lint0 = this.#get(register.lint0)
    return (this.#pins[0] ?? false) && (lint0 & (entry.masked | entry.mode)) === delivery.external
  }

  #dword(at: number): number {
    if (at >= register.inService && at < register.errors) {
      const sets = [this.#inService, this.#levelTriggered, this.#requests]
      return sets[(at - register.inService) >> 7]?.word((at >> 4) & 7) ?? 0
    }
    if (at === register.version) return version
    if (at === register.processorPriority) return this.#processorPriority
    if (at === register.currentCount) return this.#count()
    return at === register.end ? 0 : this.#get(at)
  }

  #writeRegister(at: number, value: number): void {
    switch (at) {
      case register.id:
      case register.logicalDestination:
        this.#put(at, (value & 0xff00_0000) >>> 0)
        break
      case register.destinationFormat:
        this.#put(at, (value | 0x0fff_ffff) >>> 0)
        break
      case register.taskPriority:
        this.#put(at, value & 0xff)
        this.#wiring.prioritized?.(this.taskPriority)
        break
      case register.end:
        this.#end()
        break
      case register.spurious:
        this.#writeSpurious(value)
        break
      case register.errors:
        this.#put(at, this.#pendingErrors)
        this.#pendingErrors = 0
        break
      case register.commandLow:
        this.#put(at, value & command.kept)
        this.#send(value)
        break
      case register.commandHigh:
        this.#put(at, (value & 0xff00_0000) >>> 0)
        break
      case register.initialCount:
        this.#put(at, value >>> 0)
        this.#start()
        break
      case register.divide: {
        const left = this.#count()
        this.#put(at, value & 0xb)
        this.#restart(left)
        break
      }
    }
  }

  /** A software-disabled APIC masks all local interrupts (SDM volume 3, section 11.4.7.2). */
  #writeSpurious(value: number): void {
    this.#put(register.spurious, value & spuriousBits.kept)
    if (this.#isEnabled) return
    for (const at of entries) this.#put(at, this.#get(at) | entry.masked)
  }

  #writeEntry(at: number, value: number): void {
    const left = this.#count()
    const isStill = (value & (entry.mode | entry.level)) === entry.level
    const remoteIrr = isStill ? this.#get(at) & entry.remoteIrr : 0
    const kept = (value & (entryBits[at] ?? 0)) | remoteIrr
    this.#put(at, this.#isEnabled ? kept : kept | entry.masked)
    if (at === register.timer) this.#restart(left)
  }

  #end(): void {
    const vector = this.#inService.highest
    if (vector === null) return
    this.#inService.set(vector, false)
    if (!this.#levelTriggered.has(vector)) return
    const lint0 = this.#get(register.lint0)
    if ((lint0 & 0xff) === vector) this.#put(register.lint0, lint0 & ~entry.remoteIrr)
    this.#wiring.ended?.(vector)
  }

  /** LINT0 asks by its level. LINT1 cannot (SDM volume 3, 11.5.1, Trigger Mode). */
  get #isLevelTriggered(): boolean {
    return (this.#get(register.lint0) & (entry.mode | entry.level)) === entry.level
  }

  /** From when a level is accepted until the end of its interrupt it does not ask again. */
  #askByLevel(): void {
    const lint0 = this.#get(register.lint0)
    const isOpen = this.#pins[0] && this.#isLevelTriggered && (lint0 & (entry.masked | entry.remoteIrr)) === 0
    if (isOpen && this.request(lint0 & 0xff, true)) this.#put(register.lint0, lint0 | entry.remoteIrr)
  }

  /**
   * Delivers as a local vector table entry says, on an edge. Nobody is there for system management
   * interrupts.
   */
  #raise(how: number): void {
    if (how & entry.masked) return
    switch (how & entry.mode) {
      case delivery.nmi:
        this.#wiring.nmi()
        break
      case delivery.init:
        this.#wiring.init()
        break
      case delivery.fixed:
        this.request(how & 0xff, false)
        break
    }
  }

  /** The interrupt command register: what is for this processor is delivered at once. */
  #send(value: number): void {
    const mode = value & command.mode
    const isFixed = mode === delivery.fixed || mode === 0x100
    if (isFixed && (value & 0xff) < firstLegalVector) this.#note(errorBits.sendsIllegal)
    if (!this.#isForUs(value)) return
    // With a shorthand that names this processor only fixed ones are valid (SDM volume 3, table 11-3).
    if ((value & command.destination) !== shorthand.none && mode !== delivery.fixed) return
    if (isFixed) this.request(value & 0xff, false)
    else if (mode === delivery.nmi) this.#wiring.nmi()
    else if (mode === delivery.init && value & command.level) this.#wiring.init()
  }

  #isForUs(value: number): boolean {
    const whom = value & command.destination
    if (whom !== shorthand.none) return whom === shorthand.self || whom === shorthand.all
    const destination = this.#get(register.commandHigh) >>> 24
    if ((value & command.logical) === 0) {
      return destination === everybody || destination === this.#get(register.id) >>> 24
    }
    const logical = this.#get(register.logicalDestination) >>> 24
    if (this.#get(register.destinationFormat) >>> 28 === 0xf) return (destination & logical) !== 0
    const sameCluster = destination >> 4 === logical >> 4 || destination >> 4 === 0xf
    return sameCluster && (destination & logical & 15) !== 0
  }

  get #divisor(): number {
    const value = this.#get(register.divide)
    const exponent = ((value & 8) >> 1) | (value & 3)
    return 2 ** ((exponent + 1) % 8)
  }

  get #isPeriodic(): boolean {
    return (this.#get(register.timer) & entry.periodic) !== 0
  }

  /** What the current-count register shows. */
  #count(): number {
    const initial = this.#get(register.initialCount)
    if (this.#startedAt === null || initial === 0) return 0
    const passed = Math.floor((this.#clock.now - this.#startedAt) / this.#divisor)
    if (passed < initial) return initial - passed
    return this.#isPeriodic ? initial - (passed % initial) : 0
  }

  #start(): void {
    const initial = this.#get(register.initialCount)
    this.#startedAt = initial === 0 ? null : this.#clock.now
    this.#arm()
  }

  /** Goes on from a count after what it depends on has changed. */
  #restart(left: number): void {
    if (this.#startedAt === null) return
    const passed = this.#get(register.initialCount) - left
    this.#startedAt = left === 0 && !this.#isPeriodic ? null : this.#clock.now - passed * this.#divisor
    this.#arm()
  }

  #arm(): void {
    const initial = this.#get(register.initialCount)
    if (this.#startedAt === null || initial === 0) {
      this.#timer.disarm()
      return
    }
    const period = initial * this.#divisor
    const passed = Math.floor((this.#clock.now - this.#startedAt) / period)
    this.#timer.arm(this.#startedAt + (passed + 1) * period)
  }

  #expire(): void {
    this.#raise(this.#get(register.timer) & ~entry.mode)
    if (this.#isPeriodic) this.#arm()
    else this.#startedAt = null
  }

  /** An error is seen in its register after the guest's next write to it; its interrupt comes at once. */
  #note(error: number): void {
    const isNew = (this.#pendingErrors & error) === 0
    this.#pendingErrors |= error
    const how = this.#get(register.error)
    if (isNew && (how & 0xff) >= firstLegalVector) this.#raise(how & ~entry.mode)
  }

  #get(at: number): number {
    return this.#registers[at] ?? 0
  }

  #put(at: number, value: number): void {
    this.#registers = { ...this.#registers, [at]: value }
  }

  #drive(): void {
    this.#wiring.interrupt.set(this.#deliverable !== null || this.#hasExternal)
  }
}

const entries = Object.keys(entryBits).map(Number)

const known: ReadonlySet<number> = new Set(Object.values(register))

function isKnown(at: number): boolean {
  return known.has(at) || (at >= register.inService && at < register.errors)
}

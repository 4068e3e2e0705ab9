import type { Line, SavedChip } from '../bus/chip.ts'

/** Bits of the initialization and operation command words. */
const icw1 = { select: 0x10, single: 2, needsIcw4: 1 } as const
const icw4 = { specialFullyNested: 0x10, autoEnd: 2 } as const
const ocw3 = { select: 8, specialMaskSet: 0x60, specialMask: 0x20, poll: 4, read: 2, readsIsr: 1 } as const

const commandPort = 0
const lines = 8
/** What a request that went away is acknowledged as. */
const spurious = 7

/** Which other chip hangs on an input: it is asked for the vector when that input is acknowledged. */
export interface Cascade {
  readonly input: number
  readonly acknowledge: () => number
}

export interface SavedPic {
  /** Levels of the inputs; `latched` remembers rising edges until they are acknowledged. */
  readonly inputs: number
  readonly latched: number
  /** The output to the processor or the other chip. */
  readonly interrupts: boolean
  readonly inService: number
  readonly mask: number
  readonly vectorBase: number
  readonly wiring: number
  /** The input of lowest priority. */
  readonly lowest: number
  /** Inputs that are level-triggered: the chip set's ELCR. */
  readonly levelTriggered: number
  /** The initialization command word that is awaited, 2 to 4; 0: none. */
  readonly awaited: number
  readonly isSingle: boolean
  readonly needsIcw4: boolean
  readonly specialFullyNested: boolean
  readonly autoEnd: boolean
  readonly rotatesOnAutoEnd: boolean
  readonly specialMask: boolean
  readonly polls: boolean
  readonly readsIsr: boolean
}

const atPowerOn: SavedPic = {
  inputs: 0,
  latched: 0,
  interrupts: false,
  inService: 0,
  mask: 0,
  vectorBase: 0,
  wiring: 0,
  lowest: 7,
  levelTriggered: 0,
  awaited: 0,
  isSingle: false,
  needsIcw4: false,
  specialFullyNested: false,
  autoEnd: false,
  rotatesOnAutoEnd: false,
  specialMask: false,
  polls: false,
  readsIsr: false,
}

/**
 * An 8259A (Intel 231468) in 8086 mode as in a PC's chip set: per-input edge or level triggering is the
 * ELCR's choice, not ICW1's (82371AB, ELCR). Two make the PC's pair: the slave's output is an input of the
 * master, whose {@link Cascade} asks the slave for the vector.
 */
export class Pic implements SavedChip<SavedPic> {
  readonly #output: Line
  readonly #cascade: Cascade | null
  /** ELCR bits that exist: timer, keyboard, cascade, clock and coprocessor stay edge-triggered. */
  readonly #levelCapable: number
  readonly #state: { -readonly [Name in keyof SavedPic]: SavedPic[Name] } = { ...atPowerOn }

  constructor(output: Line, { cascade = null, levelCapable = 0xff }: PicWiring = {}) {
    this.#output = output
    this.#cascade = cascade
    this.#levelCapable = levelCapable
  }

  reset(): void {
    this.#settle({ ...atPowerOn, inputs: this.#state.inputs })
  }

  /** An interrupt request input as a line. */
  input(number: number): Line {
    return { set: (level) => this.setInput(number, level) }
  }

  setInput(number: number, level: boolean): void {
    const bit = 1 << number
    const { inputs, latched } = this.#state
    if (((inputs & bit) !== 0) === level) return
    // An edge that goes away before it is acknowledged was none (data sheet, Edge and Level Triggered Modes).
    if (level) this.#set({ inputs: inputs | bit, latched: latched | bit })
    else this.#set({ inputs: inputs & ~bit, latched: latched & ~bit })
  }

  /**
   * The CPU's two INTA cycles: answers the vector. Where no request is left, that of input 7, not in
   * service.
   */
  acknowledge(): number {
    const input = this.#highest()
    if (input === null) {
      this.#settle({})
      return this.#state.vectorBase | spurious
    }
    this.#take(input)
    if (this.#cascade?.input === input) return this.#cascade.acknowledge()
    return this.#state.vectorBase | input
  }

  read(offset: number): number {
    const value = this.peek(offset)
    if (this.#state.polls) {
      const input = this.#highest()
      if (input !== null) this.#take(input)
      this.#settle({ polls: false })
    }
    return value
  }

  peek(offset: number): number {
    const { polls, readsIsr, inService, mask } = this.#state
    if (polls) {
      const input = this.#highest()
      return input === null ? spurious : 0x80 | input
    }
    if (offset !== commandPort) return mask
    return readsIsr ? inService : this.#requests
  }

  write(offset: number, _size: number, value: number): void {
    if (offset !== commandPort) this.#writeData(value)
    else if (value & icw1.select) this.#initialize(value)
    else if (value & ocw3.select) this.#select(value)
    else this.#end(value)
  }

  /** The edge/level control register that stands beside each chip, a byte of its own port. */
  get levelControl(): number {
    return this.#state.levelTriggered
  }

  set levelControl(value: number) {
    this.#set({ levelTriggered: value & this.#levelCapable })
  }

  save(): SavedPic {
    return { ...this.#state }
  }

  load(state: SavedPic): void {
    Object.assign(this.#state, state)
  }

  get #requests(): number {
    const { inputs, latched, levelTriggered } = this.#state
    return (latched & ~levelTriggered) | (inputs & levelTriggered)
  }

  /**
   * The output stays when a request goes away: its acknowledge finds none, and is of input 7 (data sheet,
   * Edge and Level Triggered Modes; Intel386 EX User's Manual, 9.4.3).
   */
  #set(change: Partial<SavedPic>): void {
    Object.assign(this.#state, change)
    if (this.#wants) this.#interrupt(true)
  }

  /** What answers the output, or takes it back. */
  #settle(change: Partial<SavedPic>): void {
    Object.assign(this.#state, change)
    this.#interrupt(this.#wants)
  }

  get #wants(): boolean {
    return this.#state.awaited === 0 && this.#highest() !== null
  }

  #interrupt(level: boolean): void {
    this.#state.interrupts = level
    this.#output.set(level)
  }

  /** The request that comes before everything in service, or null. */
  #highest(): number | null {
    const { mask, inService, specialMask, specialFullyNested } = this.#state
    const requests = this.#requests & ~mask
    if (requests === 0) return null
    const blocking = specialMask ? inService & ~mask : inService
    for (let place = 1; place <= lines; place++) {
      const input = this.#inputAt(place)
      const bit = 1 << input
      // The slave in service may have something of higher priority still.
      const isNested = specialFullyNested && this.#cascade?.input === input
      if (requests & bit && (isNested || !(inService & bit))) return input
      if (blocking & bit) return null
    }
    return null
  }

  /** Inputs by priority, the highest at 1. */
  #inputAt(place: number): number {
    return (this.#state.lowest + place) % lines
  }

  #take(input: number): void {
    const bit = 1 << input
    const { latched, inService, autoEnd, rotatesOnAutoEnd } = this.#state
    this.#settle({
      latched: latched & ~bit,
      ...(autoEnd ? {} : { inService: inService | bit }),
      ...(autoEnd && rotatesOnAutoEnd ? { lowest: input } : {}),
    })
  }

  /** ICW1: clears mask and edges, priority as after power-on. */
  #initialize(value: number): void {
    const { inputs, levelTriggered } = this.#state
    this.#settle({
      ...atPowerOn,
      inputs,
      levelTriggered,
      awaited: 2,
      isSingle: (value & icw1.single) !== 0,
      needsIcw4: (value & icw1.needsIcw4) !== 0,
    })
  }

  #writeData(value: number): void {
    const { awaited, isSingle, needsIcw4 } = this.#state
    const fourth = needsIcw4 ? 4 : 0
    switch (awaited) {
      case 2:
        this.#set({ vectorBase: value & 0xf8, awaited: isSingle ? fourth : 3 })
        break
      case 3:
        this.#set({ wiring: value, awaited: fourth })
        break
      case 4:
        this.#set({
          specialFullyNested: (value & icw4.specialFullyNested) !== 0,
          autoEnd: (value & icw4.autoEnd) !== 0,
          awaited: 0,
        })
        break
      default:
        this.#settle({ mask: value })
    }
  }

  /** OCW3. */
  #select(value: number): void {
    const { readsIsr } = this.#state
    const mask = (value & ocw3.specialMaskSet) === ocw3.specialMaskSet
    const changesMask = (value & 0x40) !== 0
    if (changesMask) this.#settle({ specialMask: mask })
    this.#set({
      polls: (value & ocw3.poll) !== 0,
      readsIsr: value & ocw3.read ? (value & ocw3.readsIsr) !== 0 : readsIsr,
    })
  }

  /** OCW2: ends of interrupts and priorities. */
  #end(value: number): void {
    const { inService, lowest } = this.#state
    const [rotates, isSpecific, ends] = [value & 0x80, value & 0x40, value & 0x20]
    if (!ends && !isSpecific) {
      this.#set({ rotatesOnAutoEnd: rotates !== 0 })
      return
    }
    const input = isSpecific ? value & 7 : this.#servedFirst()
    if (input === null) return
    this.#set({
      inService: ends ? inService & ~(1 << input) : inService,
      lowest: rotates ? input : lowest,
    })
  }

  /** What a non-specific end means: masked ones are passed over in special mask mode. */
  #servedFirst(): number | null {
    const { inService, specialMask, mask } = this.#state
    const served = specialMask ? inService & ~mask : inService
    for (let place = 1; place <= lines; place++) {
      const input = this.#inputAt(place)
      if (served & (1 << input)) return input
    }
    return null
  }
}

interface PicWiring {
  readonly cascade?: Cascade | null
  readonly levelCapable?: number
}

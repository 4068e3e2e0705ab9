import type { SavedChip } from '../bus/chip.ts'
import {
  addressesOf,
  advanced,
  cyclesLeft,
  type DmaChannel,
  directionOf,
  idleChannel,
  isAutoInitialized,
  modeOf,
  withByte,
} from './dma-channel.ts'

/** Offsets behind the four pairs of address and count (Intel 231466: 8237A, Register Description). */
const register = {
  command: 8,
  request: 9,
  mask: 10,
  mode: 11,
  flipFlop: 12,
  masterClear: 13,
  clearMask: 14,
  allMasks: 15,
} as const
const channelBits = 3
const setBit = 4
const allMasked = 15
const disable = 4
/** What is read where nobody drives the bus. */
const floating = 0xff

/** How much of what a device asked for it was granted. */
export interface DmaGrant {
  readonly bytes: number
  /** The count has ended: with the last of these bytes the device sees TC. */
  readonly isTerminal: boolean
}

/** A pair of request and acknowledge, as a device sees it. A request is granted at once, or not at all. */
export interface DmaLine {
  /** From the device to memory. */
  give(bytes: Uint8Array): DmaGrant
  /** From memory to the device. */
  take(into: Uint8Array): DmaGrant
}

/** What is outside of the controller. */
export interface DmaWiring {
  /** Address bits 16 to 23 of a channel. */
  readonly page: (channel: number) => number
  readonly memory: {
    read(address: number, length: number): Uint8Array
    write(address: number, bytes: Uint8Array): void
  }
  /** Whether the bus is given up to this controller; always, where nothing is said. */
  readonly getsBus?: () => boolean
}

export interface SavedDmaController {
  readonly channels: readonly DmaChannel[]
  readonly command: number
  readonly masks: number
  readonly requests: number
  /** Channels that have come to their terminal count since somebody looked. */
  readonly terminal: number
  /** The next byte of an address or a count is the upper. */
  readonly isUpper: boolean
}

const atReset: SavedDmaController = {
  channels: [idleChannel, idleChannel, idleChannel, idleChannel],
  command: 0,
  masks: allMasked,
  requests: 0,
  terminal: 0,
  isUpper: false,
}

const nothing: DmaGrant = { bytes: 0, isTerminal: false }

/**
 * An 8237A: four channels of 64 Ki transfers. Of a PC's two the second moves words, and its registers are two
 * ports apart.
 */
export class DmaController implements SavedChip<SavedDmaController> {
  readonly #unit: 1 | 2
  readonly #wiring: DmaWiring
  #state = atReset

  /** `unit`: bytes of a transfer, and ports from one register to the next. */
  constructor(unit: 1 | 2, wiring: DmaWiring) {
    this.#unit = unit
    this.#wiring = wiring
  }

  /** Where a device asks for transfers. */
  line(channel: number): DmaLine {
    return {
      give: (bytes) => this.#serve(channel, bytes, false),
      take: (into) => this.#serve(channel, into, true),
    }
  }

  /** Whether a controller that is cascaded at this channel may have the bus. */
  passes(channel: number): boolean {
    return this.#isOpen(channel) && modeOf(this.#channel(channel)) === 'cascade'
  }

  reset(): void {
    this.#state = atReset
  }

  read(offset: number): number {
    const at = this.#register(offset)
    const value = this.peek(offset)
    if (at < register.command) this.#set({ isUpper: !this.#state.isUpper })
    else if (at === register.command) this.#set({ terminal: 0 })
    return value
  }

  peek(offset: number): number {
    const at = this.#register(offset)
    const { requests, terminal, isUpper, masks } = this.#state
    if (at < register.command) {
      const { address, count } = this.#channel(at >> 1)
      const word = at & 1 ? count : address
      return isUpper ? word >> 8 : word & 0xff
    }
    if (at === register.command) return (requests << 4) | terminal
    // The 82371's own: the masks can be read back. The temporary register is always 0.
    return at === register.allMasks ? 0xf0 | masks : at === register.masterClear ? 0 : floating
  }

  write(offset: number, _size: number, value: number): void {
    const at = this.#register(offset)
    const bit = 1 << (value & channelBits)
    const withBit = (before: number) => (value & setBit ? before | bit : before & ~bit)
    if (at < register.command) this.#load(at, value)
    else if (at === register.command) this.#set({ command: value })
    else if (at === register.request) this.#set({ requests: withBit(this.#state.requests) })
    else if (at === register.mask) this.#set({ masks: withBit(this.#state.masks) })
    else if (at === register.mode) {
      const channel = value & channelBits
      this.#change(channel, { ...this.#channel(channel), mode: value & ~channelBits })
    } else if (at === register.flipFlop) this.#set({ isUpper: false })
    else if (at === register.masterClear) this.#clear()
    else this.#set({ masks: at === register.clearMask ? 0 : value & allMasked })
    if (at >= register.command) this.#serveSoftware()
  }

  save(): SavedDmaController {
    return this.#state
  }

  load(state: SavedDmaController): void {
    this.#state = state
  }

  #register(offset: number): number {
    return Math.floor(offset / this.#unit)
  }

  #channel(index: number): DmaChannel {
    return this.#state.channels[index] ?? idleChannel
  }

  #load(at: number, value: number): void {
    const { isUpper } = this.#state
    this.#change(at >> 1, withByte(this.#channel(at >> 1), (at & 1) !== 0, isUpper, value))
    this.#set({ isUpper: !isUpper })
  }

  /** Master clear: like a reset, but for addresses, counts and modes. */
  #clear(): void {
    this.#state = { ...atReset, channels: this.#state.channels }
  }

  #change(index: number, channel: DmaChannel): void {
    this.#set({ channels: this.#state.channels.with(index, channel) })
  }

  #set(change: Partial<SavedDmaController>): void {
    this.#state = { ...this.#state, ...change }
  }

  get #isEnabled(): boolean {
    return (this.#state.command & disable) === 0 && (this.#wiring.getsBus?.() ?? true)
  }

  #isOpen(index: number): boolean {
    return this.#isEnabled && (this.#state.masks & (1 << index)) === 0
  }

  /** A device's request: cycles up to the terminal count; in block mode to there, whatever it wants. */
  #serve(index: number, bytes: Uint8Array, takes: boolean): DmaGrant {
    const channel = this.#channel(index)
    const mode = modeOf(channel)
    if (!this.#isOpen(index) || mode === 'cascade') return nothing
    const left = cyclesLeft(channel)
    const wanted = Math.floor(bytes.length / this.#unit)
    const cycles = mode === 'block' ? left : Math.min(left, wanted)
    const moved = Math.min(cycles, wanted) * this.#unit
    const onBus = new Uint8Array(cycles * this.#unit).fill(floating)
    if (!takes) onBus.set(bytes.subarray(0, moved))
    this.#move(index, onBus)
    if (takes) bytes.set(onBus.subarray(0, moved))
    return { bytes: moved, isTerminal: cycles === left }
  }

  /** Requests by software are for block mode, and no mask keeps them off. */
  #serveSoftware(): void {
    for (let index = 0; this.#state.requests >> index !== 0; index++) {
      const channel = this.#channel(index)
      const isAsked = (this.#state.requests & (1 << index)) !== 0
      if (!isAsked || !this.#isEnabled || modeOf(channel) !== 'block') continue
      this.#move(index, new Uint8Array(cyclesLeft(channel) * this.#unit).fill(floating))
    }
  }

  /** Cycles with what the device drives the bus with, or of which it is to see what memory does. */
  #move(index: number, onBus: Uint8Array): void {
    const channel = this.#channel(index)
    const cycles = onBus.length / this.#unit
    const direction = directionOf(channel)
    if (direction !== 'verify') this.#access(index, onBus, direction === 'fromMemory')
    this.#change(index, advanced(channel, cycles))
    if (cycles < cyclesLeft(channel)) return
    const bit = 1 << index
    const { terminal, requests, masks } = this.#state
    this.#set({
      terminal: terminal | bit,
      requests: requests & ~bit,
      masks: isAutoInitialized(channel) ? masks : masks | bit,
    })
  }

  /** In stretches of ascending addresses, as most are. */
  #access(index: number, onBus: Uint8Array, reads: boolean): void {
    const { memory, page } = this.#wiring
    const unit = this.#unit
    const base = (page(index) & (unit === 2 ? 0xfe : 0xff)) * 0x1_0000
    const addresses = addressesOf(this.#channel(index), onBus.length / unit)
    for (let first = 0; first < addresses.length; ) {
      let end = first + 1
      while (end < addresses.length && addresses[end] === (addresses[end - 1] ?? 0) + 1) end++
      const at = base + (addresses[first] ?? 0) * unit
      const part = onBus.subarray(first * unit, end * unit)
      if (reads) part.set(memory.read(at, part.length))
      else memory.write(at, part)
      first = end
    }
  }
}

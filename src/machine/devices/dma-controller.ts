import type { SavedChip } from '../bus/chip.ts'

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

interface Channel {
  readonly address: number
  readonly count: number
  readonly mode: number
}

export interface SavedDmaController {
  readonly channels: readonly Channel[]
  readonly command: number
  readonly masks: number
  readonly requests: number
  /** The next byte of an address or a count is the upper. */
  readonly isUpper: boolean
}

const idle: Channel = { address: 0, count: 0, mode: 0 }
const atReset: SavedDmaController = {
  channels: [idle, idle, idle, idle],
  command: 0,
  masks: allMasked,
  requests: 0,
  isUpper: false,
}

/**
 * An 8237A: four channels of 64 Ki transfers. Of a PC's two the second moves words, and its registers are two
 * ports apart. No device of this machine asks for a transfer: what programs write, they read back.
 */
export class DmaController implements SavedChip<SavedDmaController> {
  readonly #stride: number
  #state = atReset

  /** `stride`: ports from one register to the next. */
  constructor(stride: 1 | 2) {
    this.#stride = stride
  }

  reset(): void {
    this.#state = atReset
  }

  read(offset: number): number {
    const at = this.#register(offset)
    const value = this.peek(offset)
    if (at < register.command) this.#set({ isUpper: !this.#state.isUpper })
    return value
  }

  peek(offset: number): number {
    const at = this.#register(offset)
    const { channels, requests, isUpper, masks } = this.#state
    if (at < register.command) {
      const { address, count } = channels[at >> 1] ?? idle
      const word = at & 1 ? count : address
      return isUpper ? word >> 8 : word & 0xff
    }
    if (at === register.command) return requests << 4
    // The 82371's own: the masks can be read back. The temporary register is always 0.
    return at === register.allMasks ? 0xf0 | masks : at === register.masterClear ? 0 : 0xff
  }

  write(offset: number, _size: number, value: number): void {
    const at = this.#register(offset)
    const bit = 1 << (value & channelBits)
    const withBit = (before: number) => (value & setBit ? before | bit : before & ~bit)
    if (at < register.command) this.#load(at, value)
    else if (at === register.command) this.#set({ command: value })
    else if (at === register.request) this.#set({ requests: withBit(this.#state.requests) })
    else if (at === register.mask) this.#set({ masks: withBit(this.#state.masks) })
    else if (at === register.mode) this.#change(value & channelBits, { mode: value & ~channelBits })
    else if (at === register.flipFlop) this.#set({ isUpper: false })
    else if (at === register.masterClear) this.#clear()
    else this.#set({ masks: at === register.clearMask ? 0 : value & allMasked })
  }

  save(): SavedDmaController {
    return this.#state
  }

  load(state: SavedDmaController): void {
    this.#state = state
  }

  #register(offset: number): number {
    return Math.floor(offset / this.#stride)
  }

  /** Base and current registers are written together, a byte each time: as nothing moves they stay alike. */
  #load(at: number, value: number): void {
    const { channels, isUpper } = this.#state
    const channel = channels[at >> 1] ?? idle
    const before = at & 1 ? channel.count : channel.address
    const word = isUpper ? (before & 0xff) | (value << 8) : (before & 0xff00) | value
    this.#change(at >> 1, at & 1 ? { count: word } : { address: word })
    this.#set({ isUpper: !isUpper })
  }

  /** Master clear: like a reset, but for addresses, counts and modes. */
  #clear(): void {
    this.#state = { ...atReset, channels: this.#state.channels }
  }

  #change(channel: number, change: Partial<Channel>): void {
    const { channels } = this.#state
    this.#set({ channels: channels.with(channel, { ...(channels[channel] ?? idle), ...change }) })
  }

  #set(change: Partial<SavedDmaController>): void {
    this.#state = { ...this.#state, ...change }
  }
}

/** One channel of an 8237A (Intel 231466, Register Description): its registers as plain data. */
export interface DmaChannel {
  readonly address: number
  readonly count: number
  /** What auto-initialization goes back to. */
  readonly baseAddress: number
  readonly baseCount: number
  /** The mode register, its channel bits apart. */
  readonly mode: number
}

export const idleChannel: DmaChannel = { address: 0, count: 0, baseAddress: 0, baseCount: 0, mode: 0 }

const modeBit = { autoInitialize: 0x10, decrement: 0x20 } as const
const wraps = 0x1_0000

/** What a cycle does: to memory, from memory, or neither. */
export type DmaDirection = 'verify' | 'toMemory' | 'fromMemory'

const directions: readonly DmaDirection[] = ['verify', 'toMemory', 'fromMemory', 'verify']

/** How long the bus is a channel's. A cascaded one only passes on that another controller asks. */
export type DmaMode = 'demand' | 'single' | 'block' | 'cascade'

const modes: readonly DmaMode[] = ['demand', 'single', 'block', 'cascade']

export const directionOf = ({ mode }: DmaChannel): DmaDirection => directions[(mode >> 2) & 3] ?? 'verify'

export const modeOf = ({ mode }: DmaChannel): DmaMode => modes[(mode >> 6) & 3] ?? 'demand'

export const isAutoInitialized = ({ mode }: DmaChannel): boolean => (mode & modeBit.autoInitialize) !== 0

/** Cycles up to the terminal count: the count register holds one less. */
export const cyclesLeft = ({ count }: DmaChannel): number => count + 1

/** A byte of the address or the count: base and current register take it together. */
export function withByte(channel: DmaChannel, isCount: boolean, isUpper: boolean, value: number): DmaChannel {
  const before = isCount ? channel.count : channel.address
  const word = isUpper ? (before & 0xff) | (value << 8) : (before & 0xff00) | value
  return isCount
    ? { ...channel, count: word, baseCount: word }
    : { ...channel, address: word, baseAddress: word }
}

/** The address of each of the next cycles: it wraps inside of its 16 bits. */
export function addressesOf({ address, mode }: DmaChannel, cycles: number): readonly number[] {
  const step = mode & modeBit.decrement ? -1 : 1
  return Array.from({ length: cycles }, (_, cycle) => (address + step * cycle + wraps) % wraps)
}

/** After so many cycles, none of them beyond the terminal count. */
export function advanced(channel: DmaChannel, cycles: number): DmaChannel {
  const { address, count, baseAddress, baseCount, mode } = channel
  const isTerminal = cycles === cyclesLeft(channel)
  if (isTerminal && isAutoInitialized(channel)) return { ...channel, address: baseAddress, count: baseCount }
  const step = mode & modeBit.decrement ? -cycles : cycles
  return {
    ...channel,
    address: (address + step + wraps) % wraps,
    count: (count - cycles + wraps) % wraps,
  }
}

import { rights, segment, state } from '../state-layout.ts'
import type { CpuState, SegmentCache } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import type { DeliveryTrail } from './delivery-trail.ts'

/** A stack that an event's values go to: that of the code at hand, or one that SS does not name yet. */
export interface EventStack {
  readonly cache: SegmentCache
  /** Its rSP before the pushes. */
  readonly pointer: number
  /** Of the #SS where it has no room. */
  readonly faultCode: number
}

/** Pushes that have been checked. */
export interface Pushes {
  readonly addresses: readonly bigint[]
  readonly values: readonly number[]
  readonly width: 2 | 4
  /** rSP behind them. */
  readonly pointer: number
}

/** The stack in SS. */
export function currentStack(cpu: CpuState): EventStack {
  const pointer = Number(cpu.general(4, cpu.stackBytes === 2 ? 2 : 4))
  return { cache: cpu.segment(segment.ss), pointer, faultCode: 0 }
}

/**
 * Checks the limit for every value, the first at the top.
 * @throws GuestFault #SS
 */
export function planPushes(stack: EventStack, width: 2 | 4, values: readonly number[]): Pushes {
  const { cache, faultCode } = stack
  let { pointer } = stack
  const addresses = values.map(() => {
    pointer = wrap(cache, pointer - width)
    if (!hasRoom(cache, pointer, width)) throw new GuestFault(vector.stack, faultCode)
    return BigInt.asUintN(32, cache.base + BigInt(pointer))
  })
  return { addresses, values, width, pointer }
}

function wrap({ rights: allowed }: SegmentCache, pointer: number): number {
  return allowed & rights.big ? pointer >>> 0 : pointer & 0xffff
}

/** Limit and type of a stack segment (SDM volume 3, 5.3 and 5.5). */
function hasRoom({ rights: allowed, limit }: SegmentCache, offset: number, bytes: number): boolean {
  if ((allowed & (rights.unusable | rights.code | rights.writable)) !== rights.writable) return false
  const last = offset + bytes - 1
  if ((allowed & rights.expandDown) === 0) return last <= limit
  return offset > limit && last <= (allowed & rights.big ? 0xffff_ffff : 0xffff)
}

/** Throws what the pushes would throw, in their order. @throws GuestFault #PF */
export function probePushes(cpu: Processor, pushes: Pushes, level: number, trail: DeliveryTrail): void {
  atLevel(cpu.state, level, () => {
    for (const address of pushes.addresses) {
      trail.at('push', address)
      cpu.memory.probeWrite(address, pushes.width, 'current')
    }
  })
}

/** Writes what has been probed. The caller moves rSP. */
export function push(cpu: Processor, { addresses, values, width }: Pushes, level: number): void {
  atLevel(cpu.state, level, () => {
    addresses.forEach((address, index) => {
      cpu.memory.write(address, width, values[index] ?? 0, 'current')
    })
  })
}

/**
 * Accesses memory as the handler will: its privilege level counts for paging, not that of the code at hand.
 */
export function atLevel(cpu: CpuState, level: number, work: () => void): void {
  const before = cpu.u32(state.cpl)
  cpu.setU32(state.cpl, level)
  try {
    work()
  } finally {
    cpu.setU32(state.cpl, before)
  }
}

/** rSP as wide as the stack segment: a 16-bit stack leaves the upper half alone. */
export function setStackPointer(cpu: CpuState, cache: SegmentCache, pointer: number): void {
  cpu.setGeneral(4, BigInt(pointer), cache.rights & rights.big ? 4 : 2)
}

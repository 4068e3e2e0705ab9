import { isCanonicalFor } from '../control/linear-width.ts'
import { rights, segment } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Operation } from '../system/operation.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import {
  cacheOf,
  type Descriptor,
  dplOf,
  errorCodeOf,
  isCode,
  isConforming,
  isPresent,
  limitOf,
  markAccessed,
  probeAccessed,
  selectorBit,
} from './descriptor.ts'

/** Where a far JMP or CALL says that it goes. */
export interface FarPointer {
  readonly selector: number
  readonly offset: bigint
}

/** In the instruction, or in memory: m16:16, m16:32 or m16:64. @throws GuestFault */
export function farPointer(operation: Operation): FarPointer {
  const { bytes } = operation
  if (!operation.isMemory(0)) {
    const offset = BigInt.asUintN(8 * bytes, BigInt(operation.farOffset))
    return { selector: operation.farSelector, offset }
  }
  const offset = operation.readMemory(0n, bytes)
  return { offset, selector: Number(operation.readMemory(BigInt(bytes), 2)) }
}

/**
 * Whether code at `level` may transfer to a segment without a gate; `rpl` counts for code that does not
 * conform (SDM volume 3, 5.8.1).
 * @throws GuestFault #GP and #NP with the selector
 */
export function checkCode(cpu: Processor, descriptor: Descriptor, rpl: number, level: number): void {
  const { rights: allowed, selector } = descriptor
  const dpl = dplOf(allowed)
  const mayEnter = isConforming(allowed) ? dpl <= level : dpl === level && rpl <= level
  if (!isCode(allowed) || isBothSizes(cpu, allowed) || !mayEnter) {
    throw new GuestFault(vector.generalProtection, errorCodeOf(selector))
  }
  if (!isPresent(allowed)) throw new GuestFault(vector.notPresent, errorCodeOf(selector))
}

/** L and D together are reserved in IA-32e mode (SDM volume 3, 5.2.1). */
function isBothSizes(cpu: Processor, allowed: number): boolean {
  const both = rights.long | rights.big
  return cpu.state.isLongMode && (allowed & both) === both
}

/** Whether it is 64-bit code. */
export function isLongCode(cpu: Processor, { rights: allowed }: Descriptor): boolean {
  return cpu.state.isLongMode && (allowed & rights.long) !== 0
}

/**
 * The offset that RIP gets: 32 bits of it outside 64-bit code.
 * @throws GuestFault #GP(0) beyond the limit, or where it is not canonical; #PF of the accessed bit
 */
export function checkEntry(cpu: Processor, descriptor: Descriptor, offset: bigint): bigint {
  const isLong = isLongCode(cpu, descriptor)
  const entry = isLong ? offset : BigInt.asUintN(32, offset)
  const isInside = isLong ? isCanonicalFor(cpu.state, entry) : entry <= BigInt(limitOf(descriptor))
  if (!isInside) throw new GuestFault(vector.generalProtection)
  probeAccessed(cpu, descriptor)
  return entry
}

/** Loads CS and RIP with what has been checked; the level becomes RPL. */
export function enterCode(cpu: Processor, descriptor: Descriptor, entry: bigint, level: number): void {
  markAccessed(cpu, descriptor)
  const selector = (descriptor.selector & ~selectorBit.rplMask) | level
  cpu.state.setSegment(segment.cs, cacheOf(descriptor, selector))
  cpu.state.cpl = level
  cpu.state.rip = entry
}

/** @throws GuestFault #GP(0) beyond the limit of CS */
export function checkWithinLimit(cpu: Processor, offset: bigint): void {
  if (offset > BigInt(cpu.state.segment(segment.cs).limit)) throw new GuestFault(vector.generalProtection)
}

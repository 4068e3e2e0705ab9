import { isCanonicalFor } from '../control/linear-width.ts'
import { flagBit } from '../register-bits.ts'
import { cacheOf, errorCodeOf, markAccessed, probeAccessed } from '../segments/descriptor.ts'
import { rights, segment, state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import type { DeliveredEvent } from './delivered-event.ts'
import type { DeliveryTrail } from './delivery-trail.ts'
import { atLevel } from './event-stack.ts'
import { handlerCode, isTrapGate, readLongGate } from './gate.ts'
import { longStackOfTask } from './task-stack.ts'

const cleared = flagBit.trap | flagBit.nestedTask | flagBit.resume

/** IST 1 to 7 stand behind the stacks of the three levels and a reserved quadword. */
const beforeIst = 3

/**
 * Delivery in IA-32e mode, from 64-bit and compatibility code (SDM volume 3, 6.14; volume 2, INT n).
 * @throws GuestFault with nothing changed
 */
export function deliverLong(cpu: Processor, event: DeliveredEvent, trail: DeliveryTrail): void {
  const { state: values } = cpu
  const gate = readLongGate(cpu, event, trail)
  const { descriptor, level, isInner } = handlerCode(cpu, gate.selector, true, trail)
  const top = topOfStack(cpu, gate.ist, level, isInner, trail)
  const { flags } = values
  const frame = [
    BigInt(values.selector(segment.ss)),
    values.general(4),
    BigInt(flags),
    BigInt(values.selector(segment.cs)),
    event.returnTo,
  ]
  if (event.errorCode !== null) frame.push(BigInt(event.errorCode))
  const bottom = BigInt.asUintN(64, top - BigInt(8 * frame.length))
  trail.at('push', bottom)
  if (!isCanonicalFor(values, bottom) || !isCanonicalFor(values, BigInt.asUintN(64, top - 1n))) {
    throw new GuestFault(vector.stack)
  }
  trail.at('entry', gate.offset)
  if (!isCanonicalFor(values, gate.offset)) throw new GuestFault(vector.generalProtection)
  trail.at('push', bottom)
  inHandler(values, level, () => {
    cpu.memory.probeWrite(top - 8n, 8, 'current')
    const page = (top - 1n) & ~0xfffn
    if (bottom < page) cpu.memory.probeWrite(page - 8n, 8, 'current')
  })
  trail.at('code', gate.selector)
  probeAccessed(cpu, descriptor)

  inHandler(values, level, () => {
    let at = top
    for (const value of frame) {
      at -= 8n
      cpu.memory.write(at, 8, value, 'current')
    }
  })
  markAccessed(cpu, descriptor)
  values.setSegment(segment.cs, cacheOf(descriptor, errorCodeOf(gate.selector) | level))
  if (isInner) {
    values.setSegment(segment.ss, { selector: level, base: 0n, limit: 0, rights: nullStack(level) })
  }
  values.cpl = level
  values.setGeneral(4, bottom)
  values.rip = gate.offset
  values.flags = flags & ~cleared & ~(isTrapGate(gate) ? 0 : flagBit.interrupt)
}

/** Where the first value ends: aligned to 16 bytes (SDM volume 3, 6.14.2). */
function topOfStack(
  cpu: Processor,
  ist: number,
  level: number,
  isInner: boolean,
  trail: DeliveryTrail,
): bigint {
  if (ist > 0) return longStackOfTask(cpu, beforeIst + ist, trail) & ~0xfn
  return (isInner ? longStackOfTask(cpu, level, trail) : cpu.state.general(4)) & ~0xfn
}

/** Addresses have 64 bits, also where compatibility code was interrupted. */
function inHandler(cpu: CpuState, level: number, work: () => void): void {
  const before = cpu.u32(state.long)
  cpu.setU32(state.long, 1)
  try {
    atLevel(cpu, level, work)
  } finally {
    cpu.setU32(state.long, before)
  }
}

/** SS after a change of privilege: null, and of the new level (SDM volume 3, 6.14.2). */
const nullStack = (level: number) => rights.unusable | (level << rights.dplShift)

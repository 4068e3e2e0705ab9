import { cr4Bit, flagBit } from '../register-bits.ts'
import { segment, state } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import type { DeliveredEvent } from './delivered-event.ts'
import type { DeliveryTrail } from './delivery-trail.ts'
import { currentStack, planPushes, probePushes, push, setStackPointer } from './event-stack.ts'

const smallestTask = 103
const bitmapPointer = 102n
const bitmapBytes = 32

/**
 * INT n in virtual-8086 mode: true if it went to the 8086 program's own handler (SDM volume 3, 20.3.3).
 * Else it goes through the IDT, where IOPL is 3.
 * @throws GuestFault #GP(0) for the monitor to do it
 */
export function redirectVirtual(cpu: Processor, event: DeliveredEvent, trail: DeliveryTrail): boolean {
  const { state: values } = cpu
  const hasExtensions = (values.cr4 & cr4Bit.vme) !== 0
  if (hasExtensions && isRedirected(cpu, event.vector, trail)) {
    deliver(cpu, event, trail)
    return true
  }
  if (values.iopl < 3) throw new GuestFault(vector.generalProtection)
  return false
}

/** The bitmap ends where the I/O bitmap begins; a clear bit redirects (SDM volume 3, figure 20-5). */
function isRedirected(cpu: Processor, number: number, trail: DeliveryTrail): boolean {
  const { base, limit } = cpu.state.segment(segment.tr)
  trail.at('redirection', base)
  if (limit < smallestTask) throw new GuestFault(vector.generalProtection)
  const offset = cpu.memory.readNumber(base + bitmapPointer, 2, 'system') - bitmapBytes + (number >> 3)
  if (offset < 0 || offset > limit) throw new GuestFault(vector.generalProtection)
  const bits = cpu.memory.readNumber(base + BigInt(offset), 1, 'system')
  return ((bits >> (number & 7)) & 1) === 0
}

function deliver(cpu: Processor, event: DeliveredEvent, trail: DeliveryTrail): void {
  const { state: values } = cpu
  const { flags } = values
  const stack = currentStack(values)
  trail.at('push', stack.cache.base + BigInt(stack.pointer))
  const image = values.iopl < 3 ? virtualFlags(flags) : flags
  const pushed = [image & 0xffff, values.selector(segment.cs), Number(event.returnTo & 0xffffn)]
  const pushes = planPushes(stack, 2, pushed)
  trail.at('gate', 4 * event.vector)
  const entry = cpu.memory.readNumber(BigInt(4 * event.vector), 4, 'system')
  trail.at('entry', entry & 0xffff)
  if ((entry & 0xffff) > values.u32(state.segmentLimits + 4 * segment.cs)) {
    throw new GuestFault(vector.generalProtection)
  }
  probePushes(cpu, pushes, 3, trail)
  push(cpu, pushes, 3)
  setStackPointer(values, stack.cache, pushes.pointer)
  values.setParagraph(segment.cs, entry >>> 16)
  values.rip = BigInt(entry & 0xffff)
  const enable = values.iopl === 3 ? flagBit.interrupt : flagBit.virtualInterrupt
  values.flags = flags & ~(flagBit.trap | flagBit.resume | enable)
}

/** Flags as an 8086 program sees them under VME: IOPL 3, VIF where IF is (SDM volume 3, 20.3.3.4). */
export function virtualFlags(flags: number): number {
  const enabled = flags & flagBit.virtualInterrupt ? flagBit.interrupt : 0
  return (flags & ~flagBit.interrupt) | enabled | flagBit.ioplMask
}

import { flagBit } from '../register-bits.ts'
import { segment, state } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import type { DeliveredEvent } from './delivered-event.ts'
import type { DeliveryTrail } from './delivery-trail.ts'
import { currentStack, planPushes, push, setStackPointer } from './event-stack.ts'

const cleared = flagBit.interrupt | flagBit.trap | flagBit.alignmentCheck | flagBit.resume

/**
 * Delivery in real-address mode: through the vector table, which LIDT may move (SDM volume 2, INT n;
 * volume 3, 20.1.4). No error code is pushed.
 * @throws GuestFault #GP where the vector or its entry point lies beyond a limit, #SS
 */
export function deliverReal(cpu: Processor, event: DeliveredEvent, trail: DeliveryTrail): void {
  const { state: values, memory } = cpu
  const { base, limit } = values.idt
  const at = base + BigInt(4 * event.vector)
  trail.at('idtLimit', at)
  if (4 * event.vector + 3 > limit) throw new GuestFault(vector.generalProtection)
  const { flags } = values
  const pushed = [flags & 0xffff, values.selector(segment.cs), Number(event.returnTo & 0xffffn)]
  const stack = currentStack(values)
  trail.at('push', stack.cache.base + BigInt(stack.pointer))
  const pushes = planPushes(stack, 2, pushed)
  trail.at('gate', at)
  const entry = memory.readNumber(at, 4, 'system')
  trail.at('entry', entry & 0xffff)
  if ((entry & 0xffff) > values.u32(state.segmentLimits + 4 * segment.cs)) {
    throw new GuestFault(vector.generalProtection)
  }
  push(cpu, pushes, 0)
  setStackPointer(values, stack.cache, pushes.pointer)
  values.setParagraph(segment.cs, entry >>> 16)
  values.rip = BigInt(entry & 0xffff)
  values.flags = flags & ~cleared
}

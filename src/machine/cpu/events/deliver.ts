import type { Processor } from '../system/processor.ts'
import { deliverLong } from './deliver-long.ts'
import { deliverProtected } from './deliver-protected.ts'
import { deliverReal } from './deliver-real.ts'
import { redirectVirtual } from './deliver-virtual.ts'
import type { DeliveredEvent } from './delivered-event.ts'
import type { DeliveryTrail } from './delivery-trail.ts'

/** Takes one event to its handler, by the mode at hand. @throws GuestFault */
export function deliver(cpu: Processor, event: DeliveredEvent, trail: DeliveryTrail): void {
  const { state: values } = cpu
  if (values.isLongMode) deliverLong(cpu, event, trail)
  else if (!values.isProtected) deliverReal(cpu, event, trail)
  else if (event.kind !== 'int' || !values.isVirtual8086 || !redirectVirtual(cpu, event, trail)) {
    deliverProtected(cpu, event, trail)
  }
}

import { flagBit } from '../register-bits.ts'
import {
  cacheOf,
  errorCodeOf,
  isConforming,
  limitOf,
  markAccessed,
  probeAccessed,
} from '../segments/descriptor.ts'
import { switchTask } from '../segments/task-switch.ts'
import { rights, segment } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import type { DeliveredEvent } from './delivered-event.ts'
import type { DeliveryTrail } from './delivery-trail.ts'
import {
  currentStack,
  type EventStack,
  planPushes,
  probePushes,
  push,
  setStackPointer,
} from './event-stack.ts'
import {
  type Gate,
  gateType,
  type HandlerCode,
  handlerCode,
  isTrapGate,
  isWideGate,
  readGate,
} from './gate.ts'
import { innerStack } from './task-stack.ts'

const cleared = flagBit.trap | flagBit.nestedTask | flagBit.resume | flagBit.virtual8086

const dataSegments = [segment.gs, segment.fs, segment.ds, segment.es] as const

/**
 * Delivery in protected and virtual-8086 mode, outside IA-32e mode (SDM volume 2, INT n; volume 3, 6.12).
 * @throws GuestFault with nothing changed, unless a task switch had begun
 */
export function deliverProtected(cpu: Processor, event: DeliveredEvent, trail: DeliveryTrail): void {
  const gate = readGate(cpu, event, trail)
  if (gate.type === gateType.task) {
    trail.at('task', gate.selector)
    switchTask(cpu, gate.selector, 'gate', event.returnTo, event.errorCode)
    return
  }
  const code = handlerCode(cpu, gate.selector, false, trail)
  const { descriptor, level, isInner } = code
  const { isVirtual8086 } = cpu.state
  if (isVirtual8086 && (isConforming(descriptor.rights) || level !== 0)) {
    throw new GuestFault(vector.generalProtection, errorCodeOf(gate.selector))
  }
  const inner = isInner ? innerStack(cpu, level, trail) : null
  const stack = inner ?? currentStack(cpu.state)
  trail.at('push', stack.cache.base + BigInt(stack.pointer))
  const pushes = planPushes(stack, isWideGate(gate) ? 4 : 2, frame(cpu, event, isInner))
  trail.at('entry', gate.offset)
  if (gate.offset > BigInt(limitOf(descriptor))) throw new GuestFault(vector.generalProtection)
  probePushes(cpu, pushes, level, trail)
  trail.at('code', gate.selector)
  probeAccessed(cpu, descriptor)
  if (inner) probeAccessed(cpu, inner.descriptor)

  push(cpu, pushes, level)
  if (inner) {
    markAccessed(cpu, inner.descriptor)
    cpu.state.setSegment(segment.ss, inner.cache)
  }
  enter(cpu, gate, code, stack, pushes.pointer)
}

/** What is pushed, first to last (SDM volume 3, figures 6-4 and 20-4). */
function frame({ state: cpu }: Processor, event: DeliveredEvent, isInner: boolean): number[] {
  const values: number[] = []
  if (cpu.isVirtual8086) values.push(...dataSegments.map((number) => cpu.selector(number)))
  if (isInner) values.push(cpu.selector(segment.ss), Number(cpu.general(4, 4)))
  values.push(cpu.flags, cpu.selector(segment.cs), Number(event.returnTo & 0xffff_ffffn))
  if (event.errorCode !== null) values.push(event.errorCode)
  return values
}

function enter(
  cpu: Processor,
  gate: Gate,
  { descriptor, level }: HandlerCode,
  stack: EventStack,
  pointer: number,
): void {
  const { state: values } = cpu
  const { flags, isVirtual8086 } = values
  setStackPointer(values, stack.cache, pointer)
  markAccessed(cpu, descriptor)
  values.setSegment(segment.cs, cacheOf(descriptor, errorCodeOf(gate.selector) | level))
  values.cpl = level
  values.rip = gate.offset
  if (isVirtual8086) {
    for (const number of dataSegments) {
      values.setSegment(number, { selector: 0, base: 0n, limit: 0, rights: rights.unusable })
    }
  }
  values.flags = flags & ~cleared & ~(isTrapGate(gate) ? 0 : flagBit.interrupt)
}

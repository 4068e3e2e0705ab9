import { isCanonicalFor } from '../control/linear-width.ts'
import { DeliveryTrail } from '../events/delivery-trail.ts'
import { atLevel, planPushes, probePushes, push, setStackPointer } from '../events/event-stack.ts'
import { innerStack, longStackOfTask } from '../events/task-stack.ts'
import { segment } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import { moveStack, type Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import { type CallGate, checkGateCode, readCallGate } from './call-gate.ts'
import { checkCode, checkEntry, checkWithinLimit, enterCode, farPointer } from './code-target.ts'
import {
  type Descriptor,
  dplOf,
  isConforming,
  isSystem,
  markAccessed,
  probeAccessed,
  selectorBit,
} from './descriptor.ts'
import { readFarTarget } from './far-jump.ts'
import { loadNullStack } from './load-segment.ts'
import { systemTarget, taskOfGate } from './system-target.ts'
import { switchTask } from './task-switch.ts'

/**
 * CALL to another segment, through a call gate, or to another task (SDM volume 2, CALL).
 * @throws GuestFault
 */
export function farCall(cpu: Processor, operation: Operation): Outcome {
  const { selector, offset } = farPointer(operation)
  const { state: values } = cpu
  const { bytes, next } = operation
  if (values.hasParagraphs) {
    const pushes = planReturn(operation, bytes)
    checkWithinLimit(cpu, offset)
    pushReturn(cpu, pushes, next)
    values.setParagraph(segment.cs, selector)
    values.rip = offset
    return 'jump'
  }
  const descriptor = readFarTarget(cpu, selector)
  if (isSystem(descriptor.rights)) {
    callThroughSystem(cpu, operation, descriptor)
    return 'jump'
  }
  checkCode(cpu, descriptor, selector & selectorBit.rplMask, values.cpl)
  callTo(cpu, operation, descriptor, { offset, width: bytes })
  return 'jump'
}

function callThroughSystem(cpu: Processor, operation: Operation, descriptor: Descriptor): void {
  switch (systemTarget(cpu, descriptor)) {
    case 'callGate':
      callThroughGate(cpu, operation, readCallGate(cpu, descriptor))
      return
    case 'taskGate':
      switchTask(cpu, taskOfGate(descriptor), 'call', operation.next, null)
      return
    default:
      switchTask(cpu, descriptor.selector, 'call', operation.next, null)
  }
}

function callThroughGate(cpu: Processor, operation: Operation, gate: CallGate): void {
  checkGateCode(cpu, gate.code)
  const { rights: allowed } = gate.code
  const isInner = !isConforming(allowed) && dplOf(allowed) < cpu.state.cpl
  if (!isInner) callTo(cpu, operation, gate.code, gate)
  else if (gate.width === 8) callInnerLong(cpu, operation, gate)
  else callInner(cpu, operation, gate, gate.width)
}

/** On the stack and at the level of the caller. */
function callTo(
  cpu: Processor,
  operation: Operation,
  code: Descriptor,
  { offset, width }: { readonly offset: bigint; readonly width: number },
): void {
  const pushes = planReturn(operation, width)
  const entry = checkEntry(cpu, code, offset)
  pushReturn(cpu, pushes, operation.next)
  enterCode(cpu, code, entry, cpu.state.cpl)
}

interface ReturnPushes {
  readonly width: number
  /** Of CS, of rIP. */
  readonly addresses: readonly [bigint, bigint]
}

/** @throws GuestFault #SS(0) where the stack has no room */
function planReturn(operation: Operation, width: number): ReturnPushes {
  const address = (offset: number) => operation.stackLinear(offset, width, 'w')
  return { width, addresses: [address(-width), address(-2 * width)] }
}

/** @throws GuestFault #PF and #SS(0) before anything is written */
function pushReturn(cpu: Processor, { width, addresses }: ReturnPushes, next: bigint): void {
  for (const address of addresses) cpu.memory.probeWrite(address, width, 'stack')
  cpu.memory.write(addresses[0], width, cpu.state.selector(segment.cs), 'stack')
  cpu.memory.write(addresses[1], width, next, 'stack')
  moveStack(cpu.state, -2 * width)
}

/** To an inner level outside IA-32e mode: on its stack, with parameters (SDM volume 3, 5.8.5). */
function callInner(cpu: Processor, operation: Operation, gate: CallGate, width: 2 | 4): void {
  const { state: values } = cpu
  const { code, parameters } = gate
  const level = dplOf(code.rights)
  const trail = new DeliveryTrail()
  const stack = innerStack(cpu, level, trail)
  const copied = Array.from({ length: parameters }, (_, index) =>
    Number(operation.readStack((parameters - 1 - index) * width, width)),
  )
  const pushed = [
    values.selector(segment.ss),
    Number(values.general(4, values.stackBytes)),
    ...copied,
    values.selector(segment.cs),
    Number(operation.next),
  ]
  const pushes = planPushes(stack, width, pushed)
  const entry = checkEntry(cpu, code, gate.offset)
  probeAccessed(cpu, stack.descriptor)
  probePushes(cpu, pushes, level, trail)
  push(cpu, pushes, level)
  markAccessed(cpu, stack.descriptor)
  values.setSegment(segment.ss, stack.cache)
  setStackPointer(values, stack.cache, pushes.pointer)
  enterCode(cpu, code, entry, level)
}

/** To an inner level in IA-32e mode: SS becomes null, nothing is copied (SDM volume 3, 5.8.5.1). */
function callInnerLong(cpu: Processor, operation: Operation, { code, offset }: CallGate): void {
  const { state: values, memory } = cpu
  const level = dplOf(code.rights)
  const top = longStackOfTask(cpu, level, new DeliveryTrail())
  const pushed = [
    BigInt(values.selector(segment.ss)),
    values.general(4),
    BigInt(values.selector(segment.cs)),
    operation.next,
  ]
  const bottom = BigInt.asUintN(64, top - BigInt(8 * pushed.length))
  if (!isCanonicalFor(values, bottom)) throw new GuestFault(vector.stack)
  const entry = checkEntry(cpu, code, offset)
  atLevel(values, level, () => {
    memory.probeWrite(bottom, 8 * pushed.length, 'stack')
    pushed.forEach((value, index) => {
      memory.write(BigInt.asUintN(64, top - BigInt(8 * (index + 1))), 8, value, 'stack')
    })
  })
  enterCode(cpu, code, entry, level)
  loadNullStack(cpu, level)
  values.setGeneral(4, bottom)
}

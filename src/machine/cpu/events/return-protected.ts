import { flagBit } from '../register-bits.ts'
import {
  cacheOf,
  type Descriptor,
  dplOf,
  errorCodeOf,
  isCode,
  isConforming,
  isNullSelector,
  isPresent,
  limitOf,
  markAccessed,
  probeAccessed,
  readDescriptor,
  selectorBit,
} from '../segments/descriptor.ts'
import { returnStack } from '../segments/return-stack.ts'
import { switchTask } from '../segments/task-switch.ts'
import { rights, segment, state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import { moveStack, type Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import { setStackPointer } from './event-stack.ts'
import { changeFlags, returnMask } from './flags-image.ts'
import { returnToVirtual } from './return-virtual.ts'

/** IRET in protected mode outside IA-32e mode (SDM volume 2, IRET). @throws GuestFault */
export function returnProtected(cpu: Processor, operation: Operation): Outcome {
  const { state: values } = cpu
  if (values.u32(state.systemFlags) & flagBit.nestedTask) return returnFromTask(cpu, operation)
  const { bytes } = operation
  const rip = operation.readStack(0, bytes)
  const selector = Number(operation.readStack(bytes, bytes) & 0xffffn)
  const flags = Number(operation.readStack(2 * bytes, bytes))
  if (flags & flagBit.virtual8086 && values.cpl === 0)
    return returnToVirtual(cpu, operation, { rip, selector, flags })
  const code = returnCode(cpu, selector)
  const mask = returnMask(values, bytes)
  if ((selector & selectorBit.rplMask) > values.cpl)
    return returnOutward(cpu, operation, code, { rip, flags, mask })
  checkOffset(code, rip)
  probeAccessed(cpu, code)
  markAccessed(cpu, code)
  values.setSegment(segment.cs, cacheOf(code))
  values.rip = rip
  changeFlags(values, flags, mask)
  moveStack(values, 3 * bytes)
  return 'jump'
}

/** The back link of the current task (SDM volume 3, 7.4). */
function returnFromTask(cpu: Processor, operation: Operation): Outcome {
  const link = cpu.memory.readNumber(cpu.state.segment(segment.tr).base, 2, 'system')
  switchTask(cpu, link, 'iret', operation.next, null)
  return 'jump'
}

/** The code segment to return to. @throws GuestFault #GP, #NP, #PF */
export function returnCode(cpu: Processor, selector: number): Descriptor {
  if (isNullSelector(selector)) throw new GuestFault(vector.generalProtection)
  const descriptor = readDescriptor(cpu, selector, vector.generalProtection)
  const { rights: allowed } = descriptor
  const level = selector & selectorBit.rplMask
  const isRight = isConforming(allowed) ? dplOf(allowed) <= level : dplOf(allowed) === level
  const isBoth = cpu.state.isLongMode && (allowed & rights.long) !== 0 && (allowed & rights.big) !== 0
  if (!isCode(allowed) || isBoth || level < cpu.state.cpl || !isRight) {
    throw new GuestFault(vector.generalProtection, errorCodeOf(selector))
  }
  if (!isPresent(allowed)) throw new GuestFault(vector.notPresent, errorCodeOf(selector))
  return descriptor
}

/** @throws GuestFault #GP(0) beyond the limit of the code segment */
export function checkOffset(code: Descriptor, rip: bigint): void {
  if (rip > BigInt(limitOf(code))) throw new GuestFault(vector.generalProtection)
}

interface Target {
  readonly rip: bigint
  readonly flags: number
  readonly mask: number
}

function returnOutward(
  cpu: Processor,
  operation: Operation,
  code: Descriptor,
  { rip, flags, mask }: Target,
): Outcome {
  const { state: values } = cpu
  const { bytes } = operation
  const pointer = Number(operation.readStack(3 * bytes, bytes))
  const stackSelector = Number(operation.readStack(4 * bytes, bytes) & 0xffffn)
  const level = code.selector & selectorBit.rplMask
  const stack = returnStack(cpu, stackSelector, level)
  checkOffset(code, rip)
  probeAccessed(cpu, code)
  probeAccessed(cpu, stack)
  markAccessed(cpu, code)
  markAccessed(cpu, stack)
  values.setSegment(segment.cs, cacheOf(code))
  values.rip = rip
  changeFlags(values, flags, mask)
  const cache = cacheOf(stack)
  values.setSegment(segment.ss, cache)
  setStackPointer(values, cache, pointer)
  values.cpl = level
  dropInnerSegments(values)
  return 'jump'
}

/** Data segments that the outer level may not use become null (SDM volume 2, IRET and RET). */
export function dropInnerSegments(cpu: CpuState): void {
  for (const number of [segment.es, segment.ds, segment.fs, segment.gs]) {
    const allowed = cpu.u32(state.segmentRights + 4 * number)
    const isConformingCode = isCode(allowed) && isConforming(allowed)
    if (dplOf(allowed) >= cpu.cpl || isConformingCode) continue
    cpu.setU32(state.selectors + 4 * number, 0)
    cpu.setU32(state.segmentRights + 4 * number, allowed | rights.unusable)
  }
}

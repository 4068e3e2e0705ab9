import { isCanonicalFor } from '../control/linear-width.ts'
import {
  cacheOf,
  type Descriptor,
  dplOf,
  errorCodeOf,
  isNullSelector,
  isPresent,
  isWritableData,
  readDescriptor,
  selectorBit,
} from '../segments/descriptor.ts'
import { segment, state } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import type { DeliveryTrail } from './delivery-trail.ts'
import type { EventStack } from './event-stack.ts'

/** System types of a task state (SDM volume 3, table 3-2): bit 3 for 32 bits. */
const wideTask = 8
const taskState64 = 4

/** A stack of an inner level, and the descriptor that SS gets. */
interface InnerStack extends EventStack {
  readonly descriptor: Descriptor
}

/**
 * SS and rSP of a level from the task state (SDM volume 2, INT n and CALL).
 * @throws GuestFault #TS with the selector of TR where its limit is too small; #PF.
 */
function stackOfTask(cpu: Processor, level: number): { readonly selector: number; readonly pointer: number } {
  const task = cpu.state.segment(segment.tr)
  const isWide = (task.rights & wideTask) !== 0
  const offset = isWide ? 8 * level + 4 : 4 * level + 2
  const last = offset + (isWide ? 5 : 3)
  if (last > task.limit) throw new GuestFault(vector.invalidTss, errorCodeOf(task.selector))
  const at = task.base + BigInt(offset)
  const width = isWide ? 4 : 2
  const selector = cpu.memory.readNumber(at + BigInt(width), 2, 'system')
  return { selector, pointer: cpu.memory.readNumber(at, width, 'system') }
}

/**
 * The stack of level `level`, checked as far as its descriptor goes (SDM volume 2, INT n). @throws
 * GuestFault
 */
export function innerStack(cpu: Processor, level: number, trail: DeliveryTrail): InnerStack {
  trail.at('taskStack', cpu.state.u64(state.systemBases + 8))
  const { selector, pointer } = stackOfTask(cpu, level)
  trail.at('stack', selector)
  if (isNullSelector(selector)) throw new GuestFault(vector.invalidTss)
  const descriptor = readDescriptor(cpu, selector, vector.invalidTss)
  const fits = (selector & selectorBit.rplMask) === level && dplOf(descriptor.rights) === level
  const code = errorCodeOf(selector)
  if (!fits || !isWritableData(descriptor.rights)) throw new GuestFault(vector.invalidTss, code)
  if (!isPresent(descriptor.rights)) throw new GuestFault(vector.stack, code)
  return { cache: cacheOf(descriptor), pointer, faultCode: code, descriptor }
}

/**
 * RSP from a 64-bit task state: levels 0 to 2, or 3 + n for IST n.
 * @throws GuestFault #TS with the selector of TR, #SS(0) for what is not canonical, #PF
 */
export function longStackOfTask(cpu: Processor, slot: number, trail: DeliveryTrail): bigint {
  const { state: values } = cpu
  const offset = 8 * slot + taskState64
  const base = values.u64(state.systemBases + 8)
  trail.at('taskStack', base + BigInt(offset))
  if (offset + 7 > values.u32(state.segmentLimits + 4 * segment.tr)) {
    throw new GuestFault(vector.invalidTss, errorCodeOf(values.selector(segment.tr)))
  }
  const pointer = cpu.memory.read(base + BigInt(offset), 8, 'system')
  if (!isCanonicalFor(values, pointer)) throw new GuestFault(vector.stack)
  return pointer
}

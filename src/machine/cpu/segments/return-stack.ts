import { segment } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import {
  cacheOf,
  type Descriptor,
  dplOf,
  errorCodeOf,
  isNullSelector,
  isPresent,
  isWritableData,
  markAccessed,
  readDescriptor,
  selectorBit,
} from './descriptor.ts'
import { loadNullStack } from './load-segment.ts'

/** The stack segment of code at `level`. @throws GuestFault #GP, #SS, #PF */
export function returnStack(cpu: Processor, selector: number, level: number): Descriptor {
  if (isNullSelector(selector)) throw new GuestFault(vector.generalProtection)
  const code = errorCodeOf(selector)
  const descriptor = readDescriptor(cpu, selector, vector.generalProtection)
  const { rights: allowed } = descriptor
  const fits = (selector & selectorBit.rplMask) === level && dplOf(allowed) === level
  if (!fits || !isWritableData(allowed)) throw new GuestFault(vector.generalProtection, code)
  if (!isPresent(allowed)) throw new GuestFault(vector.stack, code)
  return descriptor
}

/** The same, or null: a null SS is for 64-bit code above level 3 alone. @throws GuestFault */
export function returnStackOrNull(
  cpu: Processor,
  selector: number,
  level: number,
  is64Bit: boolean,
): Descriptor | null {
  return isNullSelector(selector) && is64Bit && level !== 3 ? null : returnStack(cpu, selector, level)
}

/** SS becomes what these have answered. */
export function loadReturnStack(cpu: Processor, selector: number, stack: Descriptor | null): void {
  if (!stack) {
    loadNullStack(cpu, selector)
    return
  }
  markAccessed(cpu, stack)
  cpu.state.setSegment(segment.ss, cacheOf(stack))
}

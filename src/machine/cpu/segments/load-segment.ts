import { rights, segment } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import {
  cacheOf,
  type Descriptor,
  dplOf,
  errorCodeOf,
  isCode,
  isConforming,
  isNullSelector,
  isPresent,
  isReadable,
  isWritableData,
  markAccessed,
  probeAccessed,
  readDescriptor,
  selectorBit,
} from './descriptor.ts'

/** Makes a load happen: all that can fault has been checked. */
export type CheckedLoad = () => void

/**
 * Checks what MOV, POP and LDS to LSS do to a segment register other than CS, in every mode (SDM volume 2,
 * MOV; volume 3, 5.4 to 5.7). Nothing is changed before the answer is called.
 * @throws GuestFault #GP, #NP and #SS with the selector, #PF
 */
export function checkLoad(cpu: Processor, number: number, selector: number): CheckedLoad {
  if (cpu.state.hasParagraphs) return () => cpu.state.setParagraph(number, selector)
  if (number === segment.ss) return checkStack(cpu, selector)
  if (isNullSelector(selector)) return () => loadNull(cpu, number, selector)
  const descriptor = readDescriptor(cpu, selector, vector.generalProtection)
  const { rights: allowed } = descriptor
  const code = errorCodeOf(selector)
  if (!isReadable(allowed) || !isVisible(cpu, selector, allowed)) {
    throw new GuestFault(vector.generalProtection, code)
  }
  if (!isPresent(allowed)) throw new GuestFault(vector.notPresent, code)
  return loadOf(cpu, number, descriptor)
}

/** Whether DPL allows it at CPL and RPL; everybody may use conforming code. */
export function isVisible(cpu: Processor, selector: number, allowed: number): boolean {
  if (isCode(allowed) && isConforming(allowed)) return true
  return dplOf(allowed) >= cpu.state.cpl && dplOf(allowed) >= (selector & selectorBit.rplMask)
}

/** A data segment register becomes null: it keeps its selector and no base (SDM volume 3, 3.4.2). */
export function loadNull(cpu: Processor, number: number, selector: number): void {
  cpu.state.setSegment(number, { selector, base: 0n, limit: 0, rights: rights.unusable })
}

/** SS of 64-bit code above level 3 may be null; its DPL is the level then (SDM volume 3, 5.4.1.1). */
export function loadNullStack(cpu: Processor, selector: number): void {
  const level = (selector & selectorBit.rplMask) << rights.dplShift
  cpu.state.setSegment(segment.ss, { selector, base: 0n, limit: 0, rights: rights.unusable | level })
}

function checkStack(cpu: Processor, selector: number): CheckedLoad {
  const { cpl, is64Bit } = cpu.state
  const code = errorCodeOf(selector)
  const level = selector & selectorBit.rplMask
  if (isNullSelector(selector)) {
    if (is64Bit && cpl !== 3 && level === cpl) return () => loadNullStack(cpu, selector)
    throw new GuestFault(vector.generalProtection)
  }
  const descriptor = readDescriptor(cpu, selector, vector.generalProtection)
  const { rights: allowed } = descriptor
  if (level !== cpl || !isWritableData(allowed) || dplOf(allowed) !== cpl) {
    throw new GuestFault(vector.generalProtection, code)
  }
  if (!isPresent(allowed)) throw new GuestFault(vector.stack, code)
  return loadOf(cpu, segment.ss, descriptor)
}

function loadOf(cpu: Processor, number: number, descriptor: Descriptor): CheckedLoad {
  probeAccessed(cpu, descriptor)
  return () => {
    markAccessed(cpu, descriptor)
    cpu.state.setSegment(number, cacheOf(descriptor))
  }
}

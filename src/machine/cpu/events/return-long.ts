import { isCanonicalFor } from '../control/linear-width.ts'
import { flagBit } from '../register-bits.ts'
import { cacheOf, type Descriptor, markAccessed, probeAccessed, selectorBit } from '../segments/descriptor.ts'
import { loadReturnStack, returnStackOrNull } from '../segments/return-stack.ts'
import { rights, segment, state } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import { moveStack, type Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import { setStackPointer } from './event-stack.ts'
import { changeFlags, returnMask } from './flags-image.ts'
import { checkOffset, dropInnerSegments, returnCode } from './return-protected.ts'

/**
 * IRET in IA-32e mode (SDM volume 2, IRET; volume 3, 6.14.3). 64-bit code takes SS and RSP from the stack
 * always, compatibility code only where the level changes. VM is ignored.
 * @throws GuestFault #GP(0) with NT, and the faults of what is loaded
 */
export function returnLong(cpu: Processor, operation: Operation): Outcome {
  const { state: values } = cpu
  if (values.u32(state.systemFlags) & flagBit.nestedTask) throw new GuestFault(vector.generalProtection)
  const { bytes } = operation
  const rip = operation.readStack(0, bytes)
  const selector = Number(operation.readStack(bytes, bytes) & 0xffffn)
  const flags = Number(operation.readStack(2 * bytes, bytes) & 0xffff_ffffn)
  const code = returnCode(cpu, selector)
  const is64Bit = (code.rights & rights.long) !== 0
  const mask = returnMask(values, bytes)
  const level = selector & selectorBit.rplMask
  if (level === values.cpl && !values.is64Bit) {
    checkTarget(cpu, code, is64Bit, rip)
    probeAccessed(cpu, code)
    markAccessed(cpu, code)
    moveStack(values, 3 * bytes)
  } else {
    const pointer = operation.readStack(3 * bytes, bytes)
    const stackSelector = Number(operation.readStack(4 * bytes, bytes) & 0xffffn)
    const stack = returnStackOrNull(cpu, stackSelector, level, is64Bit)
    checkTarget(cpu, code, is64Bit, rip)
    probeAccessed(cpu, code)
    if (stack) probeAccessed(cpu, stack)
    markAccessed(cpu, code)
    loadReturnStack(cpu, stackSelector, stack)
    if (is64Bit) values.setGeneral(4, pointer)
    else if (stack) setStackPointer(values, cacheOf(stack), Number(pointer & 0xffff_ffffn))
  }
  values.setSegment(segment.cs, cacheOf(code))
  values.rip = is64Bit ? rip : rip & 0xffff_ffffn
  changeFlags(values, flags & ~flagBit.virtual8086, mask)
  if (level !== values.cpl) {
    values.cpl = level
    dropInnerSegments(values)
  }
  return 'jump'
}

function checkTarget(cpu: Processor, code: Descriptor, is64Bit: boolean, rip: bigint): void {
  if (!is64Bit) checkOffset(code, rip & 0xffff_ffffn)
  else if (!isCanonicalFor(cpu.state, rip)) throw new GuestFault(vector.generalProtection)
}

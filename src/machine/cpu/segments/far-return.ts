import { setStackPointer } from '../events/event-stack.ts'
import { dropInnerSegments, returnCode } from '../events/return-protected.ts'
import { segment } from '../state-layout.ts'
import { moveStack, type Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import { checkEntry, checkWithinLimit, enterCode, isLongCode } from './code-target.ts'
import { type Descriptor, probeAccessed, selectorBit } from './descriptor.ts'
import { loadReturnStack, returnStackOrNull } from './return-stack.ts'

/** RETF, with or without bytes of parameters to release (SDM volume 2, RET). @throws GuestFault */
export function farReturn(cpu: Processor, operation: Operation): Outcome {
  const { state: values } = cpu
  const { bytes } = operation
  const parameters = operation.row.operands.length === 0 ? 0 : Number(operation.immediate & 0xffffn)
  const offset = operation.readStack(0, bytes)
  const selector = Number(operation.readStack(bytes, bytes) & 0xffffn)
  if (values.hasParagraphs) {
    checkWithinLimit(cpu, offset)
    values.setParagraph(segment.cs, selector)
    values.rip = offset
    moveStack(values, 2 * bytes + parameters)
    return 'jump'
  }
  const code = returnCode(cpu, selector)
  const level = selector & selectorBit.rplMask
  if (level > values.cpl) {
    returnOutward(cpu, operation, { code, level, offset, parameters })
    return 'jump'
  }
  enterCode(cpu, code, checkEntry(cpu, code, offset), level)
  moveStack(values, 2 * bytes + parameters)
  return 'jump'
}

interface OuterTarget {
  readonly code: Descriptor
  readonly level: number
  readonly offset: bigint
  /** Bytes released on both stacks. */
  readonly parameters: number
}

function returnOutward(cpu: Processor, operation: Operation, target: OuterTarget): void {
  const { state: values } = cpu
  const { bytes } = operation
  const { code, level, offset, parameters } = target
  const pointer = operation.readStack(2 * bytes + parameters, bytes)
  const selector = Number(operation.readStack(3 * bytes + parameters, bytes) & 0xffffn)
  const isLong = isLongCode(cpu, code)
  const stack = returnStackOrNull(cpu, selector, level, isLong)
  const entry = checkEntry(cpu, code, offset)
  if (stack) probeAccessed(cpu, stack)
  enterCode(cpu, code, entry, level)
  loadReturnStack(cpu, selector, stack)
  const released = pointer + BigInt(parameters)
  if (isLong) values.setGeneral(4, released)
  else setStackPointer(values, values.segment(segment.ss), Number(BigInt.asUintN(32, released)))
  dropInnerSegments(values)
}

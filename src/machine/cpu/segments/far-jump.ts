import { segment } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import { readCallGate } from './call-gate.ts'
import {
  checkCode,
  checkEntry,
  checkWithinLimit,
  enterCode,
  type FarPointer,
  farPointer,
} from './code-target.ts'
import { type Descriptor, isNullSelector, isSystem, readDescriptor, selectorBit } from './descriptor.ts'
import { systemTarget, taskOfGate } from './system-target.ts'
import { switchTask } from './task-switch.ts'

/** JMP to another segment, through a call gate, or to another task (SDM volume 2, JMP). @throws GuestFault */
export function farJump(cpu: Processor, operation: Operation): Outcome {
  const { selector, offset } = farPointer(operation)
  const { state: values } = cpu
  if (values.hasParagraphs) {
    checkWithinLimit(cpu, offset)
    values.setParagraph(segment.cs, selector)
    values.rip = offset
    return 'jump'
  }
  const descriptor = readFarTarget(cpu, selector)
  if (isSystem(descriptor.rights)) jumpThroughSystem(cpu, descriptor, operation.next)
  else jumpTo(cpu, descriptor, { offset, selector })
  return 'jump'
}

/** @throws GuestFault #GP(0) for null, #GP(selector) beyond the table */
export function readFarTarget(cpu: Processor, selector: number): Descriptor {
  if (isNullSelector(selector)) throw new GuestFault(vector.generalProtection)
  return readDescriptor(cpu, selector, vector.generalProtection)
}

function jumpTo(cpu: Processor, descriptor: Descriptor, { offset, selector }: FarPointer): void {
  const { cpl } = cpu.state
  checkCode(cpu, descriptor, selector & selectorBit.rplMask, cpl)
  enterCode(cpu, descriptor, checkEntry(cpu, descriptor, offset), cpl)
}

function jumpThroughSystem(cpu: Processor, descriptor: Descriptor, next: bigint): void {
  switch (systemTarget(cpu, descriptor)) {
    case 'callGate': {
      const { code, offset } = readCallGate(cpu, descriptor)
      jumpTo(cpu, code, { offset, selector: 0 })
      return
    }
    case 'taskGate':
      switchTask(cpu, taskOfGate(descriptor), 'jump', next, null)
      return
    default:
      switchTask(cpu, descriptor.selector, 'jump', next, null)
  }
}

import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import {
  type Descriptor,
  dplOf,
  errorCodeOf,
  isPresent,
  selectorBit,
  systemType,
  typeOf,
} from './descriptor.ts'

export type SystemTarget = 'callGate' | 'taskGate' | 'task'

const { callGate16, callGate32, taskGate, task16, task32 } = systemType

const legacyTargets: Readonly<Record<number, SystemTarget>> = {
  [callGate16]: 'callGate',
  [callGate32]: 'callGate',
  [taskGate]: 'taskGate',
  [task16]: 'task',
  [task32]: 'task',
}

/**
 * What a far JMP or CALL to a system descriptor is: privilege, then type, then presence (SDM volume 2,
 * JMP).
 * @throws GuestFault #GP and #NP with the selector
 */
export function systemTarget(cpu: Processor, descriptor: Descriptor): SystemTarget {
  const { selector, rights: allowed } = descriptor
  const code = errorCodeOf(selector)
  const dpl = dplOf(allowed)
  if (dpl < cpu.state.cpl || dpl < (selector & selectorBit.rplMask)) {
    throw new GuestFault(vector.generalProtection, code)
  }
  const target = legacyTargets[typeOf(allowed)]
  const isWrong = cpu.state.isLongMode && typeOf(allowed) !== callGate32
  if (!target || isWrong) throw new GuestFault(vector.generalProtection, code)
  if (!isPresent(allowed)) throw new GuestFault(vector.notPresent, code)
  return target
}

/** The TSS that a task gate names. */
export const taskOfGate = ({ low }: Descriptor) => low >>> 16

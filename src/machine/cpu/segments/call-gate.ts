import { rights } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import {
  type Descriptor,
  dplOf,
  errorCodeOf,
  isCode,
  isNullSelector,
  isPresent,
  readDescriptor,
  readUpperHalf,
  systemType,
  typeOf,
} from './descriptor.ts'

/** A call gate (SDM volume 3, figures 5-8 and 5-10). */
export interface CallGate {
  readonly offset: bigint
  /** Bytes of what is pushed, a value each. */
  readonly width: 2 | 4 | 8
  /** Words or doublewords to copy to an inner stack. */
  readonly parameters: number
  readonly code: Descriptor
}

/**
 * Reads a gate and the code segment that it leads to. In IA-32e mode that is 64-bit code.
 * @throws GuestFault #GP
 */
export function readCallGate(cpu: Processor, gate: Descriptor): CallGate {
  const { low, high } = gate
  const isLong = cpu.state.isLongMode
  const upper = isLong ? readUpperHalf(cpu, gate) : 0n
  const selector = low >>> 16
  if (isNullSelector(selector)) throw new GuestFault(vector.generalProtection)
  const code = readDescriptor(cpu, selector, vector.generalProtection)
  if (isLong && (code.rights & (rights.long | rights.big)) !== rights.long) {
    throw new GuestFault(vector.generalProtection, errorCodeOf(selector))
  }
  const isWide = typeOf(gate.rights) === systemType.callGate32
  const offset = (low & 0xffff) | (isWide ? high & 0xffff_0000 : 0)
  return {
    offset: upper | BigInt(offset >>> 0),
    width: isLong ? 8 : isWide ? 4 : 2,
    parameters: isLong ? 0 : high & 0x1f,
    code,
  }
}

/** Whether CALL may use the segment of a gate: its level may be inner. @throws GuestFault #GP, #NP */
export function checkGateCode({ state: cpu }: Processor, { rights: allowed, selector }: Descriptor): void {
  const code = errorCodeOf(selector)
  if (!isCode(allowed) || dplOf(allowed) > cpu.cpl) throw new GuestFault(vector.generalProtection, code)
  if (!isPresent(allowed)) throw new GuestFault(vector.notPresent, code)
}

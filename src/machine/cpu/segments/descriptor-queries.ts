import { flagBit } from '../register-bits.ts'
import type { Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import type { SystemInstruction, SystemInstructions } from '../system/system-instruction.ts'
import {
  type Descriptor,
  findDescriptor,
  findUpperHalf,
  isNullSelector,
  isReadable,
  isSystem,
  isWritableData,
  limitOf,
  selectorBit,
  systemType,
  typeOf,
} from './descriptor.ts'
import { isVisible } from './load-segment.ts'

/** Instructions that ask about a descriptor and answer with ZF (SDM volume 2, LAR, LSL, VERR, ARPL). */
export const descriptorQueries: SystemInstructions = {
  VERR: verify(isReadable),
  VERW: verify(isWritableData),
  LAR: (cpu, operation) => answer(cpu, operation, accessRights),
  LSL: (cpu, operation) => answer(cpu, operation, segmentLimit),
  ARPL: adjustLevel,
}

const { task16, busyTask16, callGate16, taskGate, localTable, task32, busyTask32, callGate32 } = systemType
const withRightsInLong: readonly number[] = [localTable, task32, busyTask32, callGate32]
const withRights: readonly number[] = [task16, busyTask16, callGate16, taskGate, ...withRightsInLong]
const withLimitInLong: readonly number[] = [localTable, task32, busyTask32]
const withLimit: readonly number[] = [task16, busyTask16, ...withLimitInLong]

/** Bits of a descriptor's upper half that LAR shows; 19 to 16 are undefined and come along. */
const shownRights = 0x00ff_ff00

function setZero({ state: cpu }: Processor, isSet: boolean): void {
  cpu.flags = isSet ? cpu.flags | flagBit.zero : cpu.flags & ~flagBit.zero
}

function verify(isUsable: (allowed: number) => boolean): SystemInstruction {
  return (cpu, operation) => {
    const selector = Number(operation.read(0, 2))
    const descriptor = visible(cpu, selector)
    setZero(cpu, descriptor !== null && isUsable(descriptor.rights))
    return 'next'
  }
}

/** The descriptor that CPL and RPL allow to see. @throws GuestFault #PF */
function visible(cpu: Processor, selector: number): Descriptor | null {
  const descriptor = isNullSelector(selector) ? null : findDescriptor(cpu, selector)
  return descriptor && isVisible(cpu, selector, descriptor.rights) ? descriptor : null
}

type Question = (cpu: Processor, descriptor: Descriptor) => number | null

function answer(cpu: Processor, operation: Operation, question: Question): Outcome {
  const descriptor = visible(cpu, Number(operation.read(1, 2)))
  const value = descriptor && question(cpu, descriptor)
  setZero(cpu, value !== null)
  if (value !== null) operation.write(0, BigInt(value), operation.bytes)
  return 'next'
}

function accessRights(cpu: Processor, descriptor: Descriptor): number | null {
  const { high, rights: allowed } = descriptor
  const types = cpu.state.isLongMode ? withRightsInLong : withRights
  return isSystem(allowed) && !isKnown(cpu, descriptor, types) ? null : (high & shownRights) >>> 0
}

function segmentLimit(cpu: Processor, descriptor: Descriptor): number | null {
  const types = cpu.state.isLongMode ? withLimitInLong : withLimit
  return isSystem(descriptor.rights) && !isKnown(cpu, descriptor, types) ? null : limitOf(descriptor)
}

/**
 * Whether a system descriptor has one of these types; in 64-bit mode it must be right in its upper half
 * too.
 */
function isKnown(cpu: Processor, descriptor: Descriptor, types: readonly number[]): boolean {
  if (!types.includes(typeOf(descriptor.rights))) return false
  return !cpu.state.is64Bit || findUpperHalf(cpu, descriptor) !== null
}

/** Memory has to be writable also where nothing changes. */
function adjustLevel(cpu: Processor, operation: Operation): Outcome {
  if (operation.isMemory(0)) operation.probeWrite(0n, 2)
  const before = Number(operation.read(0, 2))
  const level = Number(operation.read(1, 2)) & selectorBit.rplMask
  const isLower = (before & selectorBit.rplMask) < level
  if (isLower) operation.write(0, (before & ~selectorBit.rplMask) | level, 2)
  setZero(cpu, isLower)
  return 'next'
}

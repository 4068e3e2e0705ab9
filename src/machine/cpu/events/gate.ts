import {
  type Descriptor,
  dplOf,
  errorCodeOf,
  isCode,
  isConforming,
  isNullSelector,
  isPresent,
  readDescriptor,
} from '../segments/descriptor.ts'
import { rights } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import { type DeliveredEvent, isSoftware } from './delivered-event.ts'
import type { DeliveryTrail } from './delivery-trail.ts'
import { idtErrorCode } from './exceptions.ts'

/** Types of gates in an IDT (SDM volume 3, table 3-2). Trap gates are odd: they leave IF alone. */
export const gateType = { task: 5, interrupt16: 6, trap16: 7, interrupt32: 14, trap32: 15 } as const

const trapBit = 1
const wideBit = 8
const legacyTypes: readonly number[] = Object.values(gateType)
const longTypes: readonly number[] = [gateType.interrupt32, gateType.trap32]

/** A gate of the IDT (SDM volume 3, figures 6-2 and 6-8). */
export interface Gate {
  readonly type: number
  /** Of a task gate: of the task. */
  readonly selector: number
  readonly offset: bigint
  /** 0, or the stack of the interrupt stack table. */
  readonly ist: number
}

export const isTrapGate = ({ type }: Gate) => (type & trapBit) !== 0

export const isWideGate = ({ type }: Gate) => (type & wideBit) !== 0

/**
 * The gate of an event outside IA-32e mode.
 * @throws GuestFault #GP and #NP with the vector, #PF
 */
export function readGate(cpu: Processor, event: DeliveredEvent, trail: DeliveryTrail): Gate {
  const at = entryOf(cpu, event, 8, trail)
  const entry = cpu.memory.read(at, 8, 'system')
  const low = Number(entry & 0xffff_ffffn)
  const high = Number(entry >> 32n)
  check(cpu, event, high >>> 8, legacyTypes, trail, at)
  const type = (high >>> 8) & 0xf
  const offset = (low & 0xffff) | (type & wideBit ? high & 0xffff_0000 : 0)
  return { type, selector: low >>> 16, offset: BigInt(offset >>> 0), ist: 0 }
}

/** The 16-byte gate of an event in IA-32e mode. Bits 8 to 12 of its third quarter are zero. */
export function readLongGate(cpu: Processor, event: DeliveredEvent, trail: DeliveryTrail): Gate {
  const at = entryOf(cpu, event, 16, trail)
  const entry = cpu.memory.read(at, 8, 'system')
  const upper = cpu.memory.read(at + 8n, 8, 'system')
  const low = Number(entry & 0xffff_ffffn)
  const high = Number(entry >> 32n)
  trail.at('gateType', at)
  if (Number(upper >> 40n) & 0x1f) throw new GuestFault(vector.generalProtection, idtErrorCode(event.vector))
  check(cpu, event, high >>> 8, longTypes, trail, at)
  const offset = BigInt(((low & 0xffff) | (high & 0xffff_0000)) >>> 0) | ((upper & 0xffff_ffffn) << 32n)
  return { type: (high >>> 8) & 0xf, selector: low >>> 16, offset, ist: high & 7 }
}

function entryOf(cpu: Processor, event: DeliveredEvent, bytes: number, trail: DeliveryTrail): bigint {
  const { base, limit } = cpu.state.idt
  const offset = event.vector * bytes
  const at = base + BigInt(offset)
  trail.at('idtLimit', at)
  if (offset + bytes - 1 > limit) throw new GuestFault(vector.generalProtection, idtErrorCode(event.vector))
  trail.at('gate', at)
  return at
}

/** Type, then privilege, then presence (SDM volume 2, INT n). */
function check(
  cpu: Processor,
  event: DeliveredEvent,
  access: number,
  types: readonly number[],
  trail: DeliveryTrail,
  at: bigint,
): void {
  const code = idtErrorCode(event.vector)
  trail.at('gateType', at)
  if (!types.includes(access & 0x1f)) throw new GuestFault(vector.generalProtection, code)
  trail.at('gatePrivilege', at)
  if (isSoftware(event) && dplOf(access) < cpu.state.cpl) throw new GuestFault(vector.generalProtection, code)
  trail.at('gatePresent', at)
  if (!isPresent(access)) throw new GuestFault(vector.notPresent, code)
}

/** Code that a handler runs in, and its privilege level. */
export interface HandlerCode {
  readonly descriptor: Descriptor
  readonly level: number
  /** Less privileged code was interrupted: the handler has a stack of its own. */
  readonly isInner: boolean
}

/** The code segment of a gate. `isLong`: 64-bit code is asked for. @throws GuestFault #GP, #NP, #PF */
export function handlerCode(
  cpu: Processor,
  selector: number,
  isLong: boolean,
  trail: DeliveryTrail,
): HandlerCode {
  trail.at('code', selector)
  const { cpl } = cpu.state
  const code = errorCodeOf(selector)
  if (isNullSelector(selector)) throw new GuestFault(vector.generalProtection)
  const descriptor = readDescriptor(cpu, selector, vector.generalProtection)
  const { rights: allowed } = descriptor
  const level = dplOf(allowed)
  if (!isCode(allowed) || level > cpl) throw new GuestFault(vector.generalProtection, code)
  if (isLong && (allowed & (rights.long | rights.big)) !== rights.long) {
    throw new GuestFault(vector.generalProtection, code)
  }
  if (!isPresent(allowed)) throw new GuestFault(vector.notPresent, code)
  const isInner = !isConforming(allowed) && level < cpl
  return { descriptor, level: isInner ? level : cpl, isInner }
}

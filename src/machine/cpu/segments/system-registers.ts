import { checkUmip } from '../control/faults.ts'
import { isCanonicalFor } from '../control/linear-width.ts'
import { rights, segment } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import type { SystemInstruction, SystemInstructions } from '../system/system-instruction.ts'
import { vector } from '../vector.ts'
import {
  baseOf,
  type Descriptor,
  errorCodeOf,
  isNullSelector,
  isPresent,
  isSystem,
  limitOf,
  readDescriptor,
  readUpperHalf,
  selectorBit,
  systemType,
  taskBit,
  typeOf,
} from './descriptor.ts'

/** LDTR and TR (SDM volume 2, LLDT, LTR, SLDT, STR). */
export const systemRegisters: SystemInstructions = {
  SLDT: store(segment.ldtr),
  STR: store(segment.tr),
  LLDT: loadLocalTable,
  LTR: loadTask,
}

const upperHalf = 4n
const busyBit = taskBit.busy << 8

/** To memory always 16 bits; a register is written as wide as the operand size. */
function store(number: number): SystemInstruction {
  return ({ state: cpu }, operation) => {
    checkUmip(cpu)
    operation.write(0, cpu.selector(number), operation.isMemory(0) ? 2 : operation.bytes)
    return 'next'
  }
}

/** The register keeps a null selector, and there is no table then. */
function loadLocalTable(cpu: Processor, operation: Operation): Outcome {
  const selector = Number(operation.read(0, 2))
  if (isNullSelector(selector)) {
    cpu.state.setSegment(segment.ldtr, { selector, base: 0n, limit: 0, rights: rights.unusable })
    return 'next'
  }
  const descriptor = readGlobal(cpu, selector, [systemType.localTable])
  const base = systemBase(cpu, descriptor)
  cpu.state.setSegment(segment.ldtr, {
    selector,
    base,
    limit: limitOf(descriptor),
    rights: descriptor.rights,
  })
  return 'next'
}

/** The task becomes busy, in its descriptor too. */
function loadTask(cpu: Processor, operation: Operation): Outcome {
  const selector = Number(operation.read(0, 2))
  if (isNullSelector(selector)) throw new GuestFault(vector.generalProtection)
  const { task16, task32 } = systemType
  const descriptor = readGlobal(cpu, selector, cpu.state.isLongMode ? [task32] : [task16, task32])
  const base = systemBase(cpu, descriptor)
  const limit = limitOf(descriptor)
  setBusy(cpu, descriptor.at, true)
  cpu.state.setSegment(segment.tr, { selector, base, limit, rights: descriptor.rights | taskBit.busy })
  return 'next'
}

/** A system descriptor of the GDT. @throws GuestFault #GP, #NP, #PF */
function readGlobal(cpu: Processor, selector: number, types: readonly number[]): Descriptor {
  const code = errorCodeOf(selector)
  if (selector & selectorBit.local) throw new GuestFault(vector.generalProtection, code)
  const descriptor = readDescriptor(cpu, selector, vector.generalProtection)
  if (cpu.state.is64Bit) readUpperHalf(cpu, descriptor)
  const { rights: allowed } = descriptor
  if (!isSystem(allowed) || !types.includes(typeOf(allowed))) {
    throw new GuestFault(vector.generalProtection, code)
  }
  if (!isPresent(allowed)) throw new GuestFault(vector.notPresent, code)
  return descriptor
}

/** 64-bit mode alone reads 16 bytes. @throws GuestFault #GP(selector) for what is not canonical */
function systemBase(cpu: Processor, descriptor: Descriptor): bigint {
  if (!cpu.state.is64Bit) return baseOf(descriptor)
  const base = readUpperHalf(cpu, descriptor) | baseOf(descriptor)
  if (isCanonicalFor(cpu.state, base)) return base
  throw new GuestFault(vector.generalProtection, errorCodeOf(descriptor.selector))
}

/** Busy or not, in the GDT: the upper half of the descriptor at `at` is written. @throws GuestFault #PF */
export function setBusy({ memory }: Processor, at: bigint, isBusy: boolean): void {
  const high = memory.readNumber(at + upperHalf, 4, 'system')
  memory.write(at + upperHalf, 4, isBusy ? high | busyBit : high & ~busyBit, 'system')
}

/** Throws what `setBusy` would throw. */
export function probeBusy({ memory }: Processor, at: bigint): void {
  memory.probeWrite(at + upperHalf, 4, 'system')
}

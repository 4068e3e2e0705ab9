import { virtualRights } from '../events/return-virtual.ts'
import { rights, segment } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import {
  baseOf,
  cacheOf,
  type Descriptor,
  dplOf,
  errorCodeOf,
  isCode,
  isConforming,
  isNullSelector,
  isPresent,
  isReadable,
  isSystem,
  isWritableData,
  limitOf,
  markAccessed,
  readDescriptor,
  selectorBit,
  systemType,
  typeOf,
} from './descriptor.ts'
import { isVisible, loadNull } from './load-segment.ts'

/** Selectors are there, descriptors are not yet. */
export function forgetDescriptors(
  { state: cpu }: Processor,
  selectors: readonly number[],
  ldt: number,
): void {
  const nothing = { base: 0n, limit: 0, rights: rights.unusable }
  selectors.forEach((selector, number) => {
    cpu.setSegment(number, { ...nothing, selector })
  })
  cpu.setSegment(segment.ldtr, { ...nothing, selector: ldt })
}

/** @throws GuestFault #TS with the selector */
function refuse(isWrong: boolean, selector: number): void {
  if (isWrong) throw new GuestFault(vector.invalidTss, errorCodeOf(selector))
}

/** LDTR of a new task (SDM volume 3, table 7-1). @throws GuestFault #TS */
export function loadTaskTable(cpu: Processor, selector: number): void {
  if (isNullSelector(selector)) return
  refuse((selector & selectorBit.local) !== 0, selector)
  const descriptor = readDescriptor(cpu, selector, vector.invalidTss)
  const { rights: allowed } = descriptor
  const isTable = isSystem(allowed) && typeOf(allowed) === systemType.localTable
  refuse(!isTable || !isPresent(allowed), selector)
  cpu.state.setSegment(segment.ldtr, {
    selector,
    base: baseOf(descriptor),
    limit: limitOf(descriptor),
    rights: allowed,
  })
}

/** Segments of a task in virtual-8086 mode. */
export function loadTaskParagraphs({ state: cpu }: Processor, selectors: readonly number[]): void {
  selectors.forEach((selector, number) => {
    cpu.setSegment(number, {
      selector,
      base: BigInt(16 * selector),
      limit: 0xffff,
      rights: virtualRights,
    })
  })
}

/**
 * Segments of a new task, whose level is that of its CS selector. A fault is the new task's, which has some
 * of them by then (SDM volume 3, table 7-1).
 * @throws GuestFault #TS, #NP and #SS with the selector, #PF
 */
export function loadTaskSegments(cpu: Processor, selectors: readonly number[]): void {
  const of = (number: number) => selectors[number] ?? 0
  loadStack(cpu, of(segment.ss), of(segment.cs) & selectorBit.rplMask)
  for (const number of [segment.ds, segment.es, segment.fs, segment.gs]) loadData(cpu, number, of(number))
  loadCode(cpu, of(segment.cs))
}

function load(cpu: Processor, number: number, descriptor: Descriptor): void {
  markAccessed(cpu, descriptor)
  cpu.state.setSegment(number, cacheOf(descriptor))
}

function loadCode(cpu: Processor, selector: number): void {
  refuse(isNullSelector(selector), selector)
  const descriptor = readDescriptor(cpu, selector, vector.invalidTss)
  const { rights: allowed } = descriptor
  const level = selector & selectorBit.rplMask
  const fits = isConforming(allowed) ? dplOf(allowed) <= level : dplOf(allowed) === level
  refuse(!isCode(allowed) || !fits, selector)
  if (!isPresent(allowed)) throw new GuestFault(vector.notPresent, errorCodeOf(selector))
  load(cpu, segment.cs, descriptor)
}

function loadStack(cpu: Processor, selector: number, level: number): void {
  refuse(isNullSelector(selector), selector)
  const descriptor = readDescriptor(cpu, selector, vector.invalidTss)
  const { rights: allowed } = descriptor
  refuse(!isWritableData(allowed), selector)
  if (!isPresent(allowed)) throw new GuestFault(vector.stack, errorCodeOf(selector))
  refuse(dplOf(allowed) !== level || (selector & selectorBit.rplMask) !== level, selector)
  load(cpu, segment.ss, descriptor)
}

function loadData(cpu: Processor, number: number, selector: number): void {
  if (isNullSelector(selector)) {
    loadNull(cpu, number, selector)
    return
  }
  const descriptor = readDescriptor(cpu, selector, vector.invalidTss)
  const { rights: allowed } = descriptor
  refuse(!isReadable(allowed) || !isVisible(cpu, selector, allowed), selector)
  if (!isPresent(allowed)) throw new GuestFault(vector.notPresent, errorCodeOf(selector))
  load(cpu, number, descriptor)
}

import { definedFlags } from '../register-bits.ts'
import { rights, segment } from '../state-layout.ts'
import { GuestFault } from '../system/guest-fault.ts'
import { moveStack, type Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import { vector } from '../vector.ts'
import {
  changeFlags,
  changeVirtualFlags,
  checkVirtualFlags,
  hasVirtualInterrupts,
  returnMask,
} from './flags-image.ts'

/** Segments of virtual-8086 mode: writable data of level 3, 64 KiB (SDM volume 3, 20.2.1). */
export const virtualRights =
  rights.present | (3 << rights.dplShift) | rights.nonSystem | rights.writable | rights.accessed

/** What follows SS in the frame (SDM volume 3, figure 20-4). */
const inFrame = [segment.ss, segment.es, segment.ds, segment.fs, segment.gs] as const

interface ReturnFrame {
  readonly rip: bigint
  readonly selector: number
  readonly flags: number
}

/** IRETD at level 0 with VM in the image: to virtual-8086 mode (SDM volume 2, IRET). @throws GuestFault */
export function returnToVirtual(cpu: Processor, operation: Operation, frame: ReturnFrame): Outcome {
  const { state: values } = cpu
  const pointer = operation.readStack(12, 4)
  const selectors = inFrame.map((_, index) => Number(operation.readStack(16 + 4 * index, 4) & 0xffffn))
  if (frame.rip > 0xffffn) throw new GuestFault(vector.generalProtection)
  changeFlags(values, frame.flags, definedFlags)
  values.cpl = 3
  values.rip = frame.rip
  values.setGeneral(4, pointer, 4)
  for (const [index, number] of [segment.cs, ...inFrame].entries()) {
    const selector = [frame.selector, ...selectors][index] ?? 0
    values.setSegment(number, {
      selector,
      base: BigInt(16 * selector),
      limit: 0xffff,
      rights: virtualRights,
    })
  }
  return 'jump'
}

/** IRET within virtual-8086 mode (SDM volume 2, IRET; volume 3, 20.3.3.4). @throws GuestFault */
export function returnWithinVirtual(cpu: Processor, operation: Operation): Outcome {
  const { state: values } = cpu
  const { bytes } = operation
  const isVirtual = bytes === 2 && hasVirtualInterrupts(values)
  if (values.iopl < 3 && !isVirtual) throw new GuestFault(vector.generalProtection)
  const frame = readFrame(cpu, operation)
  if (isVirtual) checkVirtualFlags(values, frame.flags)
  enterParagraph(cpu, operation, frame)
  if (isVirtual) changeVirtualFlags(values, frame.flags)
  else changeFlags(values, frame.flags, returnMask(values, bytes))
  return 'jump'
}

/** IRET in real-address mode. @throws GuestFault #SS, #GP(0) */
export function returnReal(cpu: Processor, operation: Operation): Outcome {
  const frame = readFrame(cpu, operation)
  enterParagraph(cpu, operation, frame)
  changeFlags(cpu.state, frame.flags, returnMask(cpu.state, operation.bytes))
  return 'jump'
}

function readFrame(cpu: Processor, operation: Operation): ReturnFrame {
  const { bytes } = operation
  const rip = operation.readStack(0, bytes)
  const selector = Number(operation.readStack(bytes, bytes) & 0xffffn)
  const flags = Number(operation.readStack(2 * bytes, bytes))
  if (rip > BigInt(cpu.state.segment(segment.cs).limit)) throw new GuestFault(vector.generalProtection)
  return { rip, selector, flags }
}

function enterParagraph(
  { state: cpu }: Processor,
  { bytes }: Operation,
  { rip, selector }: ReturnFrame,
): void {
  cpu.setParagraph(segment.cs, selector)
  cpu.rip = rip
  moveStack(cpu, 3 * bytes)
}

import { segment } from '../state-layout.ts'
import type { Operation } from './operation.ts'
import type { Processor } from './processor.ts'
import type { SystemInstruction, SystemInstructions } from './system-instruction.ts'

const rsp = 4
const rbp = 5

/** One push: of the frame pointer saved at an offset in SS, or of a value. */
type Pushed = { readonly from: bigint } | { readonly value: bigint }

/**
 * ENTER (SDM volume 2): the caller's frame pointer, those of the enclosing levels, the new one. Everything is
 * checked in the order in which it happens, before anything is written; what is pushed may be read again.
 */
const enter: SystemInstruction = (cpu, operation) => {
  const { state, memory } = cpu
  const { bytes } = operation
  const width = state.stackBytes
  // All of rSP as it is after the first push: a 16-bit stack leaves its upper half alone.
  const whole = state.general(rsp)
  const kept = whole - BigInt.asUintN(8 * width, whole)
  const frame = kept | BigInt.asUintN(8 * width, whole - BigInt(bytes))
  const pushed = pushesOf(cpu, operation, frame)
  const slots = pushed.map((one, index) => {
    const source = 'from' in one ? memory.inSegment(segment.ss, one.from, bytes, 'r') : null
    if (source !== null) memory.probeRead(source, bytes, 'current')
    const slot = operation.stackLinear(-bytes * (index + 1), bytes, 'w')
    memory.probeWrite(slot, bytes, 'current')
    return { slot, source, value: 'value' in one ? one.value : 0n }
  })
  const allocated = Number(operation.immediate & 0xffffn)
  // The new top is touched, not written.
  memory.probeWrite(operation.stackLinear(-bytes * pushed.length - allocated, bytes, 'w'), bytes, 'current')
  for (const { slot, source, value } of slots) {
    memory.write(slot, bytes, source === null ? value : memory.read(source, bytes, 'current'), 'current')
  }
  state.setGeneral(rbp, frame, bytes)
  const top = state.general(rsp, width) - BigInt(bytes * pushed.length + allocated)
  state.setGeneral(rsp, top, width)
  return 'next'
}

function pushesOf({ state }: Processor, operation: Operation, frame: bigint): readonly Pushed[] {
  const { bytes } = operation
  const width = state.stackBytes
  const level = Number((operation.immediate >> 32n) & 31n)
  const base = state.general(rbp, width)
  const enclosing = Array.from({ length: Math.max(level - 1, 0) }, (_, index) => ({
    from: BigInt.asUintN(8 * width, base - BigInt(bytes * (index + 1))),
  }))
  return [{ value: state.general(rbp, bytes) }, ...enclosing, ...(level > 0 ? [{ value: frame }] : [])]
}

export const enterInstructions: SystemInstructions = { ENTER: enter }

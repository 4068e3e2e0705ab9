import { activity, state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Processor } from '../system/processor.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { protect, undefinedIf } from './faults.ts'
import { miscEnableBit } from './misc-enable.ts'
import { model } from './model.ts'

const lineOffsets = Array.from({ length: model.monitorLineBytes / 8 }, (_, index) => 8 * index)

/**
 * MONITOR and MWAIT (SDM volume 2; volume 3, 9.10). MONITOR remembers its line; MWAIT goes on at once
 * where the line has changed since, or no MONITOR came before, and else waits as HLT does: whatever wakes
 * HLT wakes it. Leaf 5 claims no extensions, so ECX must be 0 for both; hints in EAX change nothing.
 */
export const waitingInstructions: SystemInstructions = {
  MONITOR: (processor, operation) => {
    const { state: cpu, memory } = processor
    checkAvailable(cpu)
    protect(cpu.general(1, 4) !== 0n)
    const address = cpu.general(0, operation.addressBytes)
    const linear = memory.inSegment(operation.segment, address, 1, 'r')
    memory.read(linear, 1, 'current')
    const line = linear - (linear % BigInt(model.monitorLineBytes))
    const bytes = lineAt(processor, line)
    cpu.setU32(state.monitorArmed, 1)
    cpu.setU64(state.monitorLine, line)
    bytes.forEach((value, index) => {
      cpu.setU64(state.monitorBytes + 8 * index, value)
    })
    return 'next'
  },
  MWAIT: (processor) => {
    const { state: cpu } = processor
    checkAvailable(cpu)
    protect(cpu.general(1, 4) !== 0n)
    const waits = cpu.u32(state.monitorArmed) === 1 && isUnchanged(processor)
    cpu.setU32(state.monitorArmed, 0)
    if (!waits) return 'next'
    cpu.setU32(state.activity, activity.halted)
    return 'halt'
  },
}

/** #UD, not #GP, at any CPL but 0. */
function checkAvailable(cpu: CpuState): void {
  const isThere = (cpu.u64(state.miscEnable) & miscEnableBit.monitor) !== 0n
  undefinedIf(!isThere || cpu.cpl !== 0)
}

function lineAt({ memory }: Processor, line: bigint): bigint[] {
  return lineOffsets.map((offset) => memory.read(line + BigInt(offset), 8, 'current'))
}

/** A line that has gone from the page tables counts as changed. */
function isUnchanged(processor: Processor): boolean {
  const { state: cpu } = processor
  const cr2 = cpu.u64(state.cr2)
  try {
    const now = lineAt(processor, cpu.u64(state.monitorLine))
    return now.every((value, index) => value === cpu.u64(state.monitorBytes + 8 * index))
  } catch (fault) {
    if (!(fault instanceof GuestFault)) throw fault
    cpu.setU64(state.cr2, cr2)
    return false
  }
}

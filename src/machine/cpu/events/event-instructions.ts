import { flagBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { vector } from '../vector.ts'
import { flagsInstructions } from './flags-instructions.ts'
import { returnLong } from './return-long.ts'
import { returnProtected } from './return-protected.ts'
import { returnReal, returnWithinVirtual } from './return-virtual.ts'

const interrupts: SystemInstructions = {
  INT: (cpu, operation) => {
    cpu.events.softwareInterrupt(Number(operation.immediate & 0xffn), 'int', operation.next)
    return 'jump'
  },
  INT3: (cpu, operation) => {
    cpu.events.softwareInterrupt(vector.breakpoint, 'int3', operation.next)
    return 'jump'
  },
  INT1: (cpu, operation) => {
    cpu.events.softwareInterrupt(vector.debug, 'int1', operation.next)
    return 'jump'
  },
  INTO: (cpu, operation) => {
    if ((cpu.state.flags & flagBit.overflow) === 0) return 'next'
    cpu.events.softwareInterrupt(vector.overflow, 'into', operation.next)
    return 'jump'
  },
  IRET: interruptReturn,
}

/** Instructions that go through the IDT, come back from there, or change RFLAGS as a whole. */
export const eventInstructions: readonly SystemInstructions[] = [flagsInstructions, interrupts]

/** Even an IRET that faults ends the blocking of NMIs (SDM volume 3, 6.7.1). */
function interruptReturn(cpu: Processor, operation: Operation): Outcome {
  const { state: values } = cpu
  values.setU32(state.nmiBlocked, 0)
  if (operation.bytes !== 2) cpu.events.keepResume()
  if (!values.isProtected) return returnReal(cpu, operation)
  if (values.isLongMode) return returnLong(cpu, operation)
  return values.isVirtual8086 ? returnWithinVirtual(cpu, operation) : returnProtected(cpu, operation)
}

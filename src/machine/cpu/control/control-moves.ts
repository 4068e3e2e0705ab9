import { cr0Bit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import type { Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { writeCr0, writeCr3, writeCr4, writeCr8 } from './control-registers.ts'
import { checkUmip, undefinedIf } from './faults.ts'

/** PE, MP, EM, TS: what LMSW writes. */
const machineStatus = 15n

/** Moves from and to control registers; SDM volume 2 under each name. */
export const controlMoves: SystemInstructions = {
  'MOV Ry,Cy': read,
  'MOV Cy,Ry': write,
  CLTS: ({ state: cpu }) => {
    cpu.setU64(state.cr0, BigInt((cpu.cr0 & ~cr0Bit.ts) >>> 0))
    return 'next'
  },
  /** Can set PE and cannot clear it. */
  LMSW: (processor, operation) => {
    const { state: cpu } = processor
    const low = operation.read(0, 2) & machineStatus
    const cr0 = BigInt(cpu.cr0)
    writeCr0(processor, (cr0 & ~machineStatus) | low | (cr0 & BigInt(cr0Bit.pe)))
    return 'next'
  },
  SMSW: ({ state: cpu }, operation) => {
    checkUmip(cpu)
    const bytes = operation.isMemory(0) ? 2 : operation.bytes
    operation.write(0, BigInt.asUintN(8 * bytes, BigInt(cpu.cr0)), bytes)
    return 'next'
  },
}

/** Operand size and prefixes don't matter: 64 bits in 64-bit mode, else 32. */
export function moveBytes(cpu: CpuState): number {
  return cpu.is64Bit ? 8 : 4
}

function read({ state: cpu }: Processor, operation: Operation): Outcome {
  cpu.setGeneral(operation.general(0), control(cpu, operation.number(1)), moveBytes(cpu))
  return 'next'
}

function control(cpu: CpuState, number: number): bigint {
  if (number === 8) return BigInt(cpu.u32(state.taskPriority))
  const at = { 0: state.cr0, 2: state.cr2, 3: state.cr3, 4: state.cr4 }[number]
  undefinedIf(at === undefined)
  return cpu.u64(at ?? 0)
}

function write(processor: Processor, operation: Operation): Outcome {
  const { state: cpu } = processor
  const value = cpu.general(operation.general(1), moveBytes(cpu))
  switch (operation.number(0)) {
    case 0:
      writeCr0(processor, value)
      break
    case 2:
      cpu.setU64(state.cr2, value)
      break
    case 3:
      writeCr3(processor, value)
      break
    case 4:
      writeCr4(processor, value)
      break
    case 8:
      writeCr8(processor, value)
      break
    default:
      undefinedIf(true)
  }
  return 'refetch'
}

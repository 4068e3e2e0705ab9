import { cr4Bit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import type { Operation } from '../system/operation.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { vector } from '../vector.ts'
import { moveBytes } from './control-moves.ts'
import { protect, undefinedIf } from './faults.ts'

/** Bits of DR6 and DR7 (SDM volume 3, 18.2.3 and 18.2.4) that software can set, and those that read as 1. */
export const dr6 = {
  breakpoints: 0xf,
  access: 0x2000,
  step: 0x4000,
  task: 0x8000,
  fixed: 0xffff_0ff0,
} as const
export const dr7 = { generalDetect: 0x2000, writable: 0xffff_2fff, fixed: 0x400 } as const

const writableDr6 = dr6.breakpoints | dr6.access | dr6.step | dr6.task

/**
 * Moves from and to debug registers (SDM volume 2, MOV to debug registers). #UD comes before the privilege,
 * the privilege before general detection (volume 3, 26.1.1 and 26.1.3).
 */
export const debugMoves: SystemInstructions = {
  'MOV Ry,Dy': ({ state: cpu }, operation) => {
    const number = checkedNumber(cpu, operation, 1)
    cpu.setGeneral(operation.general(0), cpu.u64(debugAt(number)), moveBytes(cpu))
    return 'next'
  },
  'MOV Dy,Ry': ({ state: cpu }, operation) => {
    const number = checkedNumber(cpu, operation, 0)
    writeDebug(cpu, number, cpu.general(operation.general(1), moveBytes(cpu)))
    return 'next'
  },
}

function checkedNumber(cpu: CpuState, operation: Operation, index: number): number {
  const number = debugNumber(cpu, operation, index)
  protect(cpu.cpl !== 0)
  checkGeneralDetect(cpu)
  return number
}

/** DR4 and DR5 are DR6 and DR7 unless CR4.DE says that they are nothing. */
function debugNumber(cpu: CpuState, operation: Operation, index: number): number {
  const number = operation.number(index)
  const isAlias = number === 4 || number === 5
  undefinedIf(number > 7 || (isAlias && (cpu.cr4 & cr4Bit.de) !== 0))
  return isAlias ? number + 2 : number
}

/** DR7.GD turns every access into #DB; its delivery clears GD. */
function checkGeneralDetect(cpu: CpuState): void {
  if ((cpu.u32(state.dr7) & dr7.generalDetect) === 0) return
  cpu.setU32(state.dr6, cpu.u32(state.dr6) | dr6.access)
  throw new GuestFault(vector.debug)
}

const debugAt = (number: number) => state.dr0 + 8 * number - (number >= 6 ? 16 : 0)

function writeDebug(cpu: CpuState, number: number, value: bigint): void {
  protect(number >= 6 && value > 0xffff_ffffn)
  const low = Number(value & 0xffff_ffffn)
  if (number === 6) cpu.setU64(state.dr6, BigInt(((low & writableDr6) | dr6.fixed) >>> 0))
  else if (number === 7) cpu.setU64(state.dr7, BigInt(((low & dr7.writable) | dr7.fixed) >>> 0))
  else cpu.setU64(debugAt(number), value)
}

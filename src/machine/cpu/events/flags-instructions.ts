import { cr4Bit, flagBit } from '../register-bits.ts'
import { shadow, state } from '../state-layout.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import { moveStack, type Operation } from '../system/operation.ts'
import type { Outcome, Processor } from '../system/processor.ts'
import type { SystemInstructions } from '../system/system-instruction.ts'
import { vector } from '../vector.ts'
import { virtualFlags } from './deliver-virtual.ts'
import { changeFlags, changeVirtualFlags, hasVirtualInterrupts, popMask } from './flags-image.ts'

/** PUSHF, POPF, CLI and STI in every mode (SDM volume 2; volume 3, 20.3 and 20.4). */
export const flagsInstructions: SystemInstructions = { PUSHF: pushFlags, POPF: popFlags, CLI: cli, STI: sti }

/** Virtual-8086 code below IOPL 3 needs the monitor, but for 16 bits under VME. */
function checkVirtual(cpu: CpuState, bytes: number): void {
  if (!cpu.isVirtual8086 || cpu.iopl === 3) return
  if (bytes !== 2 || !hasVirtualInterrupts(cpu)) throw new GuestFault(vector.generalProtection)
}

function pushFlags({ state: cpu, memory }: Processor, operation: Operation): Outcome {
  const { bytes } = operation
  checkVirtual(cpu, bytes)
  const { flags } = cpu
  const image = hasVirtualInterrupts(cpu) ? virtualFlags(flags) : flags
  const shown = image & ~(flagBit.resume | flagBit.virtual8086)
  memory.write(operation.stackLinear(-bytes, bytes, 'w'), bytes, shown, 'stack')
  moveStack(cpu, -bytes)
  return 'next'
}

function popFlags({ state: cpu }: Processor, operation: Operation): Outcome {
  const { bytes } = operation
  checkVirtual(cpu, bytes)
  const image = Number(operation.readStack(0, bytes) & 0xffff_ffffn)
  if (hasVirtualInterrupts(cpu)) changeVirtualFlags(cpu, image)
  else changeFlags(cpu, image, popMask(cpu, bytes))
  moveStack(cpu, bytes)
  return 'next'
}

/** Which flag CLI and STI are about. @throws GuestFault #GP(0) */
function interruptFlag(cpu: CpuState): number {
  if (!cpu.isProtected) return flagBit.interrupt
  if (cpu.isVirtual8086) {
    if (cpu.iopl === 3) return flagBit.interrupt
    if (hasVirtualInterrupts(cpu)) return flagBit.virtualInterrupt
  } else {
    if (cpu.cpl <= cpu.iopl) return flagBit.interrupt
    if (cpu.cpl === 3 && cpu.cr4 & cr4Bit.pvi) return flagBit.virtualInterrupt
  }
  throw new GuestFault(vector.generalProtection)
}

function cli({ state: cpu }: Processor): Outcome {
  const before = cpu.u32(state.systemFlags)
  cpu.setU32(state.systemFlags, before & ~interruptFlag(cpu))
  return 'next'
}

/** Only where IF was clear does an interrupt wait for the next instruction (SDM volume 2, STI). */
function sti({ state: cpu }: Processor): Outcome {
  const flag = interruptFlag(cpu)
  const before = cpu.u32(state.systemFlags)
  const isVirtual = flag === flagBit.virtualInterrupt
  if (isVirtual && before & flagBit.virtualInterruptPending) throw new GuestFault(vector.generalProtection)
  cpu.setU32(state.systemFlags, before | flag)
  if (!isVirtual && (before & flag) === 0) cpu.setU32(state.shadow, shadow.sti)
  return 'next'
}

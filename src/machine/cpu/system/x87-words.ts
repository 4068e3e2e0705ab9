import { x87StatusBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import type { CpuState } from './cpu-state.ts'

const exceptions = 0x3f
const summary = x87StatusBit.summary | x87StatusBit.busy
/** Bits of the control word that there are; bit 6 reads as 1 (SDM volume 1, 8.1.5). */
const control = { defined: 0x1f3f, always: 0x40 } as const

/**
 * Loads control and status word. ES and B follow from the exceptions that are not masked, whatever they are
 * in the word that is loaded; where there is none, the machine stops ignoring them.
 */
export function setX87Words(cpu: CpuState, controlWord: number, statusWord: number): void {
  const open = statusWord & ~controlWord & exceptions
  cpu.setU32(state.x87Control, (controlWord & control.defined) | control.always)
  cpu.setU32(state.x87Status, (statusWord & 0xffff & ~summary) | (open === 0 ? 0 : summary))
  if (open === 0) cpu.setU32(state.numericErrorsIgnored, 0)
}

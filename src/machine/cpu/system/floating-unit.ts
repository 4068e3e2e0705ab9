import { cr0Bit, cr4Bit, x87StatusBit } from '../register-bits.ts'
import { state } from '../state-layout.ts'
import { type FloatingUnit, meetsNumericErrors } from '../table/row.ts'
import { vector } from '../vector.ts'
import type { CpuState } from './cpu-state.ts'
import { GuestFault } from './guest-fault.ts'

/**
 * Raises #UD or #NM where CR0 and CR4 keep an instruction from its unit (SDM volume 1, tables 11-1 and 12-1;
 * volume 3, 2.5), then #MF where an exception of x87 is pending.
 */
export function checkFloatingUnit(cpu: CpuState, unit: FloatingUnit): void {
  const { cr0, cr4 } = cpu
  const [emulated, switched] = [(cr0 & cr0Bit.em) !== 0, (cr0 & cr0Bit.ts) !== 0]
  switch (unit) {
    case 'wait':
      notAvailableIf((cr0 & cr0Bit.mp) !== 0 && switched)
      break
    case 'x87':
    case 'x87-control':
    case 'fxsave':
      notAvailableIf(emulated || switched)
      break
    case 'mmx':
      undefinedIf(emulated)
      notAvailableIf(switched)
      break
    case 'sse':
    case 'sse-mmx':
      undefinedIf(emulated || (cr4 & cr4Bit.osfxsr) === 0)
      notAvailableIf(switched)
      break
    case 'xsave':
      undefinedIf((cr4 & cr4Bit.osxsave) === 0)
      notAvailableIf(switched)
      break
    case 'xcr':
      undefinedIf((cr4 & cr4Bit.osxsave) === 0)
      break
  }
  if (isNumericErrorPending(cpu, unit) && (cr0 & cr0Bit.ne) !== 0) throw new GuestFault(vector.floatingPoint)
}

/** With CR0.NE clear, an instruction waits for the interrupt that the machine is to make of the exception. */
export function waitsForNumericError(cpu: CpuState, unit: FloatingUnit): boolean {
  return isNumericErrorPending(cpu, unit) && cpu.u32(state.numericErrorsIgnored) === 0
}

function isNumericErrorPending(cpu: CpuState, unit: FloatingUnit): boolean {
  return meetsNumericErrors(unit) && (cpu.u32(state.x87Status) & x87StatusBit.summary) !== 0
}

function undefinedIf(condition: boolean): void {
  if (condition) throw new GuestFault(vector.undefined)
}

function notAvailableIf(condition: boolean): void {
  if (condition) throw new GuestFault(vector.deviceNotAvailable)
}

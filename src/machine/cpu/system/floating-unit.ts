import { cr0Bit, cr4Bit } from '../register-bits.ts'
import type { FloatingUnit } from '../table/row.ts'
import { vector } from '../vector.ts'
import type { CpuState } from './cpu-state.ts'
import { GuestFault } from './guest-fault.ts'
import type { SystemInstructions } from './system-instruction.ts'

/**
 * Raises #UD or #NM where CR0 and CR4 keep an instruction from its unit (SDM volume 1, tables 11-1 and 12-1;
 * volume 3, 2.5). An exception of x87 that is pending, #MF, is for what executes x87.
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
}

function undefinedIf(condition: boolean): void {
  if (condition) throw new GuestFault(vector.undefined)
}

function notAvailableIf(condition: boolean): void {
  if (condition) throw new GuestFault(vector.deviceNotAvailable)
}

/** No x87 instruction runs yet: WAIT finds no exception pending. */
export const floatingInstructions: SystemInstructions = { WAIT: () => 'next' }

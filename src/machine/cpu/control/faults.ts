import { cr4Bit } from '../register-bits.ts'
import type { CpuState } from '../system/cpu-state.ts'
import { GuestFault } from '../system/guest-fault.ts'
import { vector } from '../vector.ts'

/** #GP(0) where `wrong`. */
export function protect(wrong: boolean): void {
  if (wrong) throw new GuestFault(vector.generalProtection, 0)
}

/** #UD where `wrong`. */
export function undefinedIf(wrong: boolean): void {
  if (wrong) throw new GuestFault(vector.undefined)
}

/** SGDT, SIDT, SLDT, STR and SMSW at CPL 3 under CR4.UMIP (SDM volume 3, 2.5). */
export function checkUmip(cpu: CpuState): void {
  protect((cpu.cr4 & cr4Bit.umip) !== 0 && cpu.cpl !== 0)
}

import { bootFrom, type FirmwareBoot } from './firmware-boot.ts'
import type { Firmware } from './plan-options.ts'

/** A raw disk image as the first hard disk: a BIOS runs its boot sector, UEFI looks for a loader on it. */
export function disk(path: string, firmware: Firmware): FirmwareBoot {
  return bootFrom('disk', path, firmware)
}

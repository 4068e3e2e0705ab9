import { bootFrom, type FirmwareBoot } from './firmware-boot.ts'
import type { Firmware } from './plan-options.ts'

/** A raw floppy image in the first floppy drive: a BIOS runs its boot sector. */
export function floppy(path: string, firmware: Firmware): FirmwareBoot {
  return bootFrom('floppy', path, firmware)
}

import { bootFrom, type FirmwareBoot } from './firmware-boot.ts'
import type { Firmware } from './plan-options.ts'

/** An ISO 9660 image as a CD: the firmware takes the El Torito entry for its platform. */
export function iso(path: string, firmware: Firmware): FirmwareBoot {
  return bootFrom('cdrom', path, firmware)
}

import { int10 } from '../vga-bios/int10.ts'
import { bios32, pci32 } from './bios32.ts'
import { int1a } from './int1a-time.ts'
import { int08 } from './int08-timer.ts'
import { int09, pause } from './int09-keyboard.ts'
import { int11, int12 } from './int11-equipment.ts'
import { int13 } from './int13-disk.ts'
import { eject } from './int13-eject.ts'
import { int14 } from './int14-serial.ts'
import { apm } from './int15-apm.ts'
import { int15 } from './int15-system.ts'
import { int16 } from './int16-keyboard.ts'
import { int17 } from './int17-printer.ts'
import { int18, int19 } from './int19-boot.ts'
import { int70 } from './int70-clock.ts'
import { int74 } from './int74-mouse.ts'
import type { Service } from './service.ts'

/** Services by the names that ROMs call them by. */
export const services: Readonly<Record<string, Service>> = {
  ...{ int08, int09, int10, int11, int12, int13, int14, int15, int16, int17, int18, int19, int1a, int70 },
  ...{ pause, bios32, pci32, int74, eject, apm },
}

import { int08 } from './int08-timer.ts'
import { int10 } from './int10-video.ts'
import { int13 } from './int13-disk.ts'
import { int18, int19 } from './int19-boot.ts'
import type { Service } from './service.ts'

/** Services by the names that ROMs call them by. */
export const services: Readonly<Record<string, Service>> = { int08, int10, int13, int18, int19 }

import { entryPoints, romSegment } from './bios-rom.ts'
import { floppyParameter, runMotor } from './floppy-motors.ts'
import {
  type DiskCall,
  type DiskFunction,
  diskStatus,
  fail,
  inside,
  mediumOf,
  succeed,
  transferTicks,
} from './int13-call.ts'
import type { Outcome } from './service.ts'

const notSupported = 0x0c
const fillAt = 8
/** Of an address field: cylinder, head, sector, and the size of a sector, 2 for 512 bytes. */
const fieldBytes = 4
const size512 = 2

/**
 * AL sectors of track CH, head DH, by the address fields at ES:BX. A disk image keeps its format: what it has
 * no place for is left out.
 */
function formatTrack(call: DiskCall): Outcome {
  const { frame, platform, drive } = call
  const { al, bx, ch, dh } = frame.regs
  if (drive.kind !== 'floppy') return fail(call, diskStatus.invalid)
  const { cylinders, heads, sectorsPerTrack } = drive.geometry
  if (al === 0 || ch >= cylinders || dh >= heads) return fail(call, diskStatus.invalid)
  const medium = mediumOf(call)
  if (typeof medium === 'number') return fail(call, medium)
  if (!medium.isWritable) return fail(call, diskStatus.writeProtected)
  if (!frame.isRepeated) {
    runMotor(platform, drive)
    return { againAt: platform.clock.now + transferTicks(platform, medium, al) }
  }
  const filled = new Uint8Array(medium.sectorBytes).fill(floppyParameter(platform, fillAt))
  const fields = frame.read('es', bx, fieldBytes * al)
  for (let at = 0; at < fields.length; at += fieldBytes) {
    const [cylinder, head, sector = 0, size] = fields.subarray(at)
    if (cylinder !== ch || head !== dh || size !== size512) continue
    if (sector < 1 || sector > sectorsPerTrack) continue
    medium.write((ch * heads + dh) * sectorsPerTrack + sector - 1, filled)
  }
  return succeed(call)
}

/** By AL: 360 KB in its own drive, and in that of 1.2 MB; 1.2 MB; 720 KB. */
const typesToFormat: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 3 }

function setDiskType(call: DiskCall): Outcome {
  const { drive, frame, platform } = call
  if (drive.kind !== 'floppy') return fail(call, diskStatus.invalid)
  if (!inside(platform, drive)) return fail(call, diskStatus.timeout)
  const isThat = drive.geometry.driveType === typesToFormat[frame.regs.al]
  return isThat ? succeed(call) : fail(call, diskStatus.invalid)
}

/** CH and the upper bits of CL are the last track, CL its sectors; ES:DI becomes the drive's parameters. */
function setMediaType(call: DiskCall): Outcome {
  const { drive, frame, platform } = call
  const { ch, cl } = frame.regs
  if (drive.kind !== 'floppy') return fail(call, diskStatus.invalid)
  if (!inside(platform, drive)) return fail(call, diskStatus.timeout)
  const { cylinders, sectorsPerTrack } = drive.geometry
  const isThat = (ch | ((cl & 0xc0) << 2)) === cylinders - 1 && (cl & 0x3f) === sectorsPerTrack
  if (!isThat) return fail(call, notSupported)
  frame.regs.di = entryPoints.floppyTable
  frame.setSegment('es', romSegment)
  return succeed(call)
}

/** Formatting floppy disks (Ralf Brown's Interrupt List). */
export const formatFunctions = new Map<number, DiskFunction>([
  [0x05, formatTrack],
  [0x17, setDiskType],
  [0x18, setMediaType],
])

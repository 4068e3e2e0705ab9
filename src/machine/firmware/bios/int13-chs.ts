import type { DiskDrive, FloppyDrive } from '../../media/drive.ts'
import { entryPoints, romSegment } from './bios-rom.ts'
import { drivesNow } from './disk-emulation.ts'
import { runMotor } from './floppy-motors.ts'
import {
  type DiskCall,
  type DiskFunction,
  diskStatus,
  fail,
  inside,
  statusField,
  succeed,
  type Transfer,
  transfer,
} from './int13-call.ts'
import type { Outcome } from './service.ts'

const mostSectors = 128

function lastStatus({ frame, platform }: DiskCall): Outcome {
  const status = platform.data[statusField(frame.regs.dl)]
  frame.regs.ah = status
  frame.flag('cf', status !== diskStatus.ok)
  return 'done'
}

/** AL sectors at cylinder CH and the upper bits of CL, head DH, sector CL; memory at ES:BX. */
function transferChs(call: DiskCall, how: Transfer): Outcome {
  const { frame, drive, platform } = call
  const { al, bx, ch, cl, dh } = frame.regs
  const sector = cl & 0x3f
  const cylinder = ch | ((cl & 0xc0) << 2)
  if (al === 0 || al > mostSectors || drive.kind === 'cdrom') return fail(call, diskStatus.invalid)
  const { cylinders, heads, sectorsPerTrack } = drive.geometry
  if (cylinder >= cylinders || dh >= heads || sector === 0 || sector > sectorsPerTrack) {
    const last = { cylinder: cylinders - 1, head: heads - 1, sector: sectorsPerTrack }
    inside(platform, drive)?.misaddressed?.({ cylinder, head: dh, sector, last })
    return fail(call, diskStatus.invalid)
  }
  if (drive.kind === 'floppy' && !frame.isRepeated) runMotor(platform, drive)
  const first = (cylinder * heads + dh) * sectorsPerTrack + sector - 1
  const tell = (done: number) => {
    frame.regs.al = done
  }
  return transfer(call, how, { first, count: al, memory: frame.linear('es', bx), tell }) ?? succeed(call)
}

/** The last cylinder of a disk is set apart for diagnostics. */
const usableCylinders = (drive: FloppyDrive | DiskDrive) =>
  drive.geometry.cylinders - (drive.kind === 'disk' ? 1 : 0)

/** The last cylinder, head and sector, and how many drives of the kind there are. */
function parameters(call: DiskCall): Outcome {
  const { frame, drive, platform } = call
  const { regs } = frame
  if (drive.kind === 'cdrom') return fail(call, diskStatus.invalid)
  const { heads, sectorsPerTrack } = drive.geometry
  const last = usableCylinders(drive) - 1
  regs.al = 0
  regs.ch = last & 0xff
  regs.cl = ((last >> 2) & 0xc0) | sectorsPerTrack
  regs.dh = heads - 1
  if (drive.kind === 'floppy') {
    regs.bx = drive.geometry.driveType
    regs.di = entryPoints.floppyTable
    frame.setSegment('es', romSegment)
  }
  const outcome = succeed(call)
  regs.dl = [...drivesNow(platform).values()].filter(({ kind }) => kind === drive.kind).length
  return outcome
}

/** AH: 2 for a floppy drive that tells changes, 3 for a hard disk, whose sectors are in CX:DX. */
function driveType(call: DiskCall): Outcome {
  const { frame, drive } = call
  const { regs } = frame
  if (drive.kind === 'cdrom') return fail(call, diskStatus.invalid)
  succeed(call)
  if (drive.kind === 'floppy') {
    regs.ah = 2
    return 'done'
  }
  const { heads, sectorsPerTrack } = drive.geometry
  const sectors = usableCylinders(drive) * heads * sectorsPerTrack
  regs.ah = 3
  regs.cx = sectors >>> 16
  regs.dx = sectors & 0xffff
  return 'done'
}

/** The line by which a floppy drive tells that its disk was changed, until the new one is used. */
function changeLine(call: DiskCall): Outcome {
  const { drive, platform } = call
  if (drive.kind !== 'floppy') return fail(call, diskStatus.invalid)
  const isChanged = platform.changed.has(drive.id) || !inside(platform, drive)
  return isChanged ? fail(call, diskStatus.changed) : succeed(call)
}

/** Set up, seek, reset, test, recalibrate, diagnose: a disk is always ready. */
function disksOnly(call: DiskCall): Outcome {
  return call.drive.kind === 'floppy' ? fail(call, diskStatus.invalid) : succeed(call)
}

/** Functions of the IBM AT. */
export const chsFunctions = new Map<number, DiskFunction>([
  [0x00, succeed],
  [0x01, lastStatus],
  [0x02, (call) => transferChs(call, 'read')],
  [0x03, (call) => transferChs(call, 'write')],
  [0x04, (call) => transferChs(call, 'verify')],
  [0x08, parameters],
  [0x09, disksOnly],
  [0x0c, disksOnly],
  [0x0d, disksOnly],
  [0x10, disksOnly],
  [0x11, disksOnly],
  [0x14, disksOnly],
  [0x15, driveType],
  [0x16, changeLine],
])

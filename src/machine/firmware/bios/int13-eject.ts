import { ebda } from './data-area.ts'
import { drivesNow } from './disk-emulation.ts'
import { type DiskCall, type DiskFunction, diskStatus, fail, inside, succeed } from './int13-call.ts'
import type { Outcome, Platform, Service } from './service.ts'

/** A byte for each CD drive: how often it is locked. */
const locksAt = ebda.at + 0x230
const firstCd = 0xe0
const mostLocks = 0xff

const lockOf = ({ drive }: DiskCall) => locksAt + (drive.number - firstCd)
const locksOf = (call: DiskCall) => call.platform.memory.readNumber(lockOf(call), 1)

/** With AL, which becomes whether the drive is locked then. */
const lockAction = { lock: 0, unlock: 1, tell: 2 } as const

/** Only CDs can be taken out; what is fixed is locked in any case. */
function lock(call: DiskCall): Outcome {
  const { regs } = call.frame
  if (call.drive.kind === 'disk') return succeed(call)
  if (call.drive.kind === 'floppy' || regs.al > lockAction.tell) return fail(call, diskStatus.invalid)
  const locks = locksOf(call)
  if (regs.al === lockAction.lock && locks === mostLocks) return fail(call, diskStatus.tooManyLocks)
  if (regs.al === lockAction.unlock && locks === 0) {
    regs.al = 0
    return fail(call, diskStatus.notLocked)
  }
  const change = { [lockAction.lock]: 1, [lockAction.unlock]: -1 }[regs.al] ?? 0
  call.platform.memory.writeNumber(lockOf(call), 1, locks + change)
  regs.al = locks + change > 0 ? 1 : 0
  return succeed(call)
}

/** Whether the medium may go: then the code in ROM asks INT 15h function 52h, and calls {@link eject}. */
function mayEject(call: DiskCall): Outcome {
  const { drive, platform } = call
  if (drive.kind === 'floppy') return fail(call, diskStatus.invalid)
  if (drive.kind === 'disk') return fail(call, diskStatus.notRemovable)
  if (locksOf(call) > 0) return fail(call, diskStatus.locked)
  return inside(platform, drive) ? succeed(call) : fail(call, diskStatus.noMedium)
}

/** What comes behind that: AH is why somebody is against it, or 0. */
export const eject: Service = (frame, platform) => {
  const { ah, dl } = frame.regs
  const call = { frame, platform }
  if (ah !== diskStatus.ok) return fail(call, ah)
  openDrive(platform, dl)
  return succeed(call)
}

function openDrive(platform: Platform, number: number): void {
  const drive = drivesNow(platform).get(number)
  if (!drive) return
  platform.opened.add(drive.id)
  platform.open(number)
}

/** Enhanced Disk Drive Specification 3.0: locking and ejecting. */
export const ejectFunctions = new Map<number, DiskFunction>([
  [0x45, lock],
  [0x46, mayEject],
])

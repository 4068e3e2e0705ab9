import { firstBadSector, hasSectors, type Medium, type SectorRange } from '../../devices/medium.ts'
import type { Drive } from '../../media/drive.ts'
import type { Frame } from './frame.ts'
import type { Outcome, Platform } from './service.ts'

/** One call of INT 13h. */
export interface DriveCall {
  readonly frame: Frame
  readonly platform: Platform
}

export interface DiskCall extends DriveCall {
  readonly drive: Drive
}

export type DiskFunction = (call: DiskCall) => Outcome

/** In AH, with CF, and for function 01h. */
export const diskStatus = {
  ok: 0x00,
  invalid: 0x01,
  writeProtected: 0x03,
  notFound: 0x04,
  changed: 0x06,
  /** A sector is there and cannot be read. */
  unreadable: 0x10,
  noMedium: 0x31,
  /** A floppy drive does not answer: no disk is in it. */
  timeout: 0x80,
  notLocked: 0xb0,
  locked: 0xb1,
  notRemovable: 0xb2,
  tooManyLocks: 0xb4,
} as const

export function fail(call: DriveCall, status: number): Outcome {
  finish(call, status)
  return 'done'
}

export function succeed(call: DriveCall): Outcome {
  return fail(call, diskStatus.ok)
}

function finish({ frame, platform }: DriveCall, status: number): void {
  const { regs } = frame
  regs.ah = status
  frame.flag('cf', status !== diskStatus.ok)
  platform.data[statusField(regs.dl)] = status
}

/** Where the last status of a drive's kind is kept. */
export function statusField(drive: number): 'floppyStatus' | 'diskStatus' {
  return drive < 0x80 ? 'floppyStatus' : 'diskStatus'
}

export type Transfer = 'read' | 'write' | 'verify'

/** Sectors, and where they are to go to or come from; linear. */
export interface Extent extends SectorRange {
  readonly memory: number
  /** How many sectors were transferred, where not all were. */
  readonly tell: (done: number) => void
}

/** What is in a drive that is not open. */
export function inside({ opened }: Platform, { id, medium }: Drive): Medium | null {
  return opened.has(id) ? null : medium
}

/**
 * The medium of a drive; or the status where there is none, or, once, where it is another than before: a
 * change is known until the new one is used.
 */
export function mediumOf({ drive, platform }: DiskCall): Medium | number {
  const { kind, id } = drive
  const medium = inside(platform, drive)
  if (!medium) return kind === 'floppy' ? diskStatus.timeout : diskStatus.noMedium
  return platform.changed.delete(id) ? diskStatus.changed : medium
}

/** Takes time; answers null when that is over and all has been done, the status where it cannot be. */
export function transfer(call: DiskCall, how: Transfer, extent: Extent): Outcome | null {
  const { frame, platform } = call
  const { first, count, memory } = extent
  const stop = (status: number, done = 0) => {
    extent.tell(done)
    return fail(call, status)
  }
  const medium = mediumOf(call)
  if (typeof medium === 'number') return stop(medium)
  if (!hasSectors(medium, extent)) return stop(diskStatus.notFound)
  if (how === 'write' && !medium.isWritable) return stop(diskStatus.writeProtected)
  if (!frame.isRepeated) return { againAt: platform.clock.now + transferTicks(platform, medium, count) }
  if (how === 'write') {
    medium.write(first, platform.memory.read(memory, count * medium.sectorBytes))
    return null
  }
  const bad = firstBadSector(medium, extent)
  const good = bad === null ? count : bad - first
  if (how === 'read') platform.memory.write(memory, medium.read(first, good))
  return bad === null ? null : stop(diskStatus.unreadable, good)
}

/** What a transfer of so many sectors takes. */
export function transferTicks({ charges }: Platform, { sectorBytes }: Medium, count: number): number {
  return charges.seek + count * sectorBytes * charges.byte
}

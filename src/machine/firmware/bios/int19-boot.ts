import { firstBadSector, type Medium } from '../../devices/medium.ts'
import type { CdDrive, Drive } from '../../media/drive.ts'
import { print } from '../vga-bios/teletype.ts'
import { entryPoints, romSegment } from './bios-rom.ts'
import { bootSector, startBoot } from './boot-start.ts'
import { bootImage, emulate, forgetImage, loadImage } from './disk-emulation.ts'
import { bootEntry } from './el-torito.ts'
import type { Frame } from './frame.ts'
import { inside, transferTicks } from './int13-call.ts'
import { numberAt } from './little-endian.ts'
import type { Outcome, Platform, Service } from './service.ts'

const names = { floppy: 'Floppy', disk: 'Hard disk', cdrom: 'CD' } as const

/** INT 19h: starts what the first drive of the boot order holds. */
export const int19: Service = (frame, platform) => {
  if (!frame.isRepeated) {
    platform.data.bootAttempt = 0
    forgetImage(platform)
  }
  return boot(frame, platform)
}

/** INT 18h: what was started gives up; the next drive's turn. */
export const int18: Service = (frame, platform) => {
  if (!frame.isRepeated) {
    platform.data.bootAttempt++
    forgetImage(platform)
  }
  return boot(frame, platform)
}

function boot(frame: Frame, platform: Platform): Outcome {
  const { data, clock, drives, bootOrder } = platform
  for (; data.bootAttempt < bootOrder.length; data.bootAttempt++) {
    const drive = drives.get(bootOrder[data.bootAttempt] ?? -1)
    if (!drive) continue
    const medium = inside(platform, drive)
    if (medium && !frame.isRepeated) return { againAt: clock.now + transferTicks(platform, medium, 1) }
    const why = medium === null ? 'is empty' : start(frame, platform, { ...drive, medium })
    if (why === null) return 'done'
    const number = drive.number.toString(16).padStart(2, '0').toUpperCase()
    print(platform, `${names[drive.kind]} ${number}h ${why}.\r\n`)
  }
  print(platform, 'No bootable device.\r\n')
  frame.returnTo(romSegment, entryPoints.halt)
  return 'done'
}

/** A drive that is not empty. */
interface Filled {
  readonly medium: Medium
}

/** Null when it is done, else why it cannot be: what to say of the drive. */
type Refusal = string | null

function start(frame: Frame, platform: Platform, drive: Drive & Filled): Refusal {
  platform.changed.delete(drive.id)
  return drive.kind === 'cdrom' ? bootCd(frame, platform, drive) : bootDisk(frame, platform, drive)
}

function bootDisk(frame: Frame, { memory }: Platform, { number, medium }: Drive & Filled): Refusal {
  if (firstBadSector(medium, { first: 0, count: 1 }) !== null) return 'has a first sector that cannot be read'
  const sector = medium.read(0, 1)
  const { address, bytes, signature } = bootSector
  if (numberAt(sector, bytes - 2, 2) !== signature) {
    return 'has no boot signature (55 AA at the end of its first sector)'
  }
  memory.write(address, sector)
  startBoot(frame, number)
  return null
}

/** What is emulated is a drive before its boot sector runs. */
function bootCd(frame: Frame, platform: Platform, cd: CdDrive & Filled): Refusal {
  const entry = bootEntry(cd.medium)
  const image = typeof entry === 'string' ? entry : bootImage(entry, cd)
  if (typeof image === 'string') return image
  const why = loadImage(platform, image)
  if (why !== null) return why
  emulate(platform, image)
  startBoot(frame, image.drive, image.loadSegment)
  return null
}

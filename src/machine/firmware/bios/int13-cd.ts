import { firstBadSector, hasSectors } from '../../devices/medium.ts'
import type { CdDrive, Drive } from '../../media/drive.ts'
import { startBoot } from './boot-start.ts'
import { bootPacket, emulate, endEmulation, imageOfPacket, loadImage, packetBytes } from './disk-emulation.ts'
import { catalogSector } from './el-torito.ts'
import type { Frame } from './frame.ts'
import {
  type DiskCall,
  type DiskFunction,
  diskStatus,
  fail,
  mediumOf,
  succeed,
  transferTicks,
} from './int13-call.ts'
import { numberAt } from './little-endian.ts'
import type { Outcome } from './service.ts'

/** In DL: whatever is emulated. */
const everyDrive = 0x7f
const endFunction = 0x4b
const bootFunctions: ReadonlySet<number> = new Set([0x4a, 0x4c, 0x4d])

/**
 * The CD drive that a function of El Torito is for where DL names none: the one of a packet that is to be
 * booted, or of what was booted.
 */
export function cdOfCall(frame: Frame, drives: ReadonlyMap<number, Drive>): CdDrive | undefined {
  const { ah, dl } = frame.regs
  const named = drives.get(dl)
  const asks = bootFunctions.has(ah) ? named?.kind !== 'cdrom' : ah === endFunction && dl === everyDrive
  return asks ? [...drives.values()].find((drive) => drive.kind === 'cdrom') : undefined
}

/** The packet at DS:SI becomes a drive. */
function startEmulation(call: DiskCall): Outcome {
  const packet = call.frame.read('ds', call.frame.regs.si, packetBytes)
  if (packet[0] !== packetBytes) return fail(call, diskStatus.invalid)
  emulate(call.platform, imageOfPacket(packet))
  return succeed(call)
}

/** With AL = 1 nothing ends. Either way the packet at DS:SI tells of the image that was booted. */
function endOrTell(call: DiskCall): Outcome {
  const { frame, platform } = call
  const { al, dl, si } = frame.regs
  const packet = bootPacket(platform)
  const isMeant = packet !== null && (dl === everyDrive || dl === imageOfPacket(packet).drive)
  if (!isMeant || al > 1) return fail(call, diskStatus.invalid)
  frame.write('ds', si, packet)
  if (al === 0) endEmulation(platform)
  return succeed(call)
}

/** As INT 19h does with the entry of a catalog. */
function startAndBoot(call: DiskCall): Outcome {
  const { frame, platform } = call
  const packet = frame.read('ds', frame.regs.si, packetBytes)
  if (packet[0] !== packetBytes) return fail(call, diskStatus.invalid)
  const image = imageOfPacket(packet)
  const medium = mediumOf(call)
  if (typeof medium === 'number') return fail(call, medium)
  if (!frame.isRepeated) return { againAt: platform.clock.now + transferTicks(platform, medium, 1) }
  emulate(platform, image)
  if (loadImage(platform, image) !== null) return fail(call, diskStatus.notFound)
  startBoot(frame, image.drive, image.loadSegment)
  return 'done'
}

/** Sectors of the boot catalog to a buffer: the packet at DS:SI says which, and where to. */
function readCatalog(call: DiskCall): Outcome {
  const { frame, platform } = call
  const medium = mediumOf(call)
  if (typeof medium === 'number') return fail(call, medium)
  const packet = frame.read('ds', frame.regs.si, catalogPacketBytes)
  const [size = 0, count = 0] = packet
  const at = catalogSector(medium)
  if (size < catalogPacketBytes || at === null) return fail(call, diskStatus.invalid)
  const first = at + numberAt(packet, 6, 2)
  if (count === 0 || !hasSectors(medium, { first, count })) return fail(call, diskStatus.notFound)
  if (!frame.isRepeated) return { againAt: platform.clock.now + transferTicks(platform, medium, count) }
  if (firstBadSector(medium, { first, count }) !== null) return fail(call, diskStatus.unreadable)
  const memory = numberAt(packet, 4, 2) * 16 + numberAt(packet, 2, 2)
  platform.memory.write(memory, medium.read(first, count))
  return succeed(call)
}

const catalogPacketBytes = 8

/** For the drives of CDs, and for what is emulated of them (El Torito 1.0, section 4). */
export const cdFunctions = new Map<number, DiskFunction>([
  [0x4a, startEmulation],
  [0x4b, endOrTell],
  [0x4c, startAndBoot],
  [0x4d, readCatalog],
])

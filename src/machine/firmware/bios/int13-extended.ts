import type { Drive } from '../../media/drive.ts'
import {
  type DiskCall,
  type DiskFunction,
  diskStatus,
  fail,
  inside,
  succeed,
  type Transfer,
  transfer,
} from './int13-call.ts'
import { bytesOf, numberAt } from './little-endian.ts'
import type { Outcome } from './service.ts'

/** Version 3.0; fixed disk access, locking and ejecting, enhanced disk drives. */
const installed = { signature: 0x55aa, answer: 0xaa55, version: 0x30, interfaces: 0x07 } as const
const packetBytes = { short: 16, long: 24 } as const
/** In one call (EDD-4, T13/2132-D, table 9). */
const mostBlocks = 127

function check(call: DiskCall): Outcome {
  const { regs } = call.frame
  if (regs.bx !== installed.signature || call.drive.kind === 'floppy') return fail(call, diskStatus.invalid)
  succeed(call)
  Object.assign(regs, { bx: installed.answer, ah: installed.version, cx: installed.interfaces })
  return 'done'
}

/** The disk address packet at DS:SI. */
function transferPacket(call: DiskCall, how: Transfer): Outcome {
  const { frame, platform } = call
  const { si } = frame.regs
  const packet = frame.read('ds', si, packetBytes.long)
  const count = numberAt(packet, 2, 2)
  const first = numberAt(packet, 8, 4) + numberAt(packet, 12, 4) * 2 ** 32
  if ((packet[0] ?? 0) < packetBytes.short || call.drive.kind === 'floppy')
    return fail(call, diskStatus.invalid)
  const tell = (done: number) => platform.memory.write(frame.linear('ds', si) + 2, bytesOf(done, 2))
  if (count > mostBlocks) {
    tell(0)
    return fail(call, diskStatus.invalid)
  }
  return transfer(call, how, { first, count, memory: buffer(packet), tell }) ?? succeed(call)
}

/** Segment and offset, or all ones and a linear address behind the sector's number. */
function buffer(packet: Uint8Array): number {
  const isFlat = numberAt(packet, 4, 4) === 0xffff_ffff && (packet[0] ?? 0) >= packetBytes.long
  return isFlat ? numberAt(packet, 16, 4) : numberAt(packet, 6, 2) * 16 + numberAt(packet, 4, 2)
}

const parameterBytes = { short: 26, long: 30 } as const
/** Of a removable drive, whether its medium has been changed and nobody has used it since. */
function changeStatus(call: DiskCall): Outcome {
  const { drive, platform } = call
  if (drive.kind === 'floppy') return fail(call, diskStatus.invalid)
  return platform.changed.has(drive.id) ? fail(call, diskStatus.changed) : succeed(call)
}

const flag = { geometryValid: 2, removable: 0x74 } as const

/** Fills the buffer at DS:SI, as far as its first word says that it goes. */
function parameters(call: DiskCall): Outcome {
  const { frame, drive } = call
  const { si } = frame.regs
  const room = numberAt(frame.read('ds', si, 2), 0, 2)
  if (room < parameterBytes.short || drive.kind === 'floppy') return fail(call, diskStatus.invalid)
  const medium = inside(call.platform, drive)
  if (!medium) return fail(call, diskStatus.noMedium)
  const size = room < parameterBytes.long ? parameterBytes.short : parameterBytes.long
  const view = new DataView(new ArrayBuffer(size))
  const { sectors, sectorBytes } = medium
  view.setUint16(0, size, true)
  view.setUint16(2, drive.kind === 'cdrom' ? flag.removable : flag.geometryValid, true)
  physicalGeometry(drive.kind, sectors).forEach((value, index) => {
    view.setUint32(4 + 4 * index, value, true)
  })
  view.setBigUint64(16, BigInt(sectors), true)
  view.setUint16(24, sectorBytes, true)
  // No table of the drive's own.
  if (size === parameterBytes.long) view.setUint32(26, 0xffff_ffff, true)
  frame.write('ds', si, new Uint8Array(view.buffer))
  return succeed(call)
}

const mostCylinders = 16_383

/** Cylinders, heads and sectors of a track, as an ATA disk says that it has. */
function physicalGeometry(kind: Drive['kind'], sectors: number): readonly [number, number, number] {
  if (kind === 'cdrom') return [0xffff_ffff, 0xffff_ffff, 0xffff_ffff]
  return [Math.min(Math.floor(sectors / (16 * 63)), mostCylinders), 16, 63]
}

/** In AL: prefetch off, PIO mode 0, the default one, INT 13h without DMA: all of it is so. */
const plainModes: ReadonlySet<number> = new Set([1, 3, 4, 6])

function configureHardware(call: DiskCall): Outcome {
  const isPlain = call.drive.kind === 'disk' && plainModes.has(call.frame.regs.al)
  return isPlain ? succeed(call) : fail(call, diskStatus.invalid)
}

/** Enhanced Disk Drive Specification 3.0. */
export const extendedFunctions = new Map<number, DiskFunction>([
  [0x41, check],
  [0x42, (call) => transferPacket(call, 'read')],
  [0x43, (call) => transferPacket(call, 'write')],
  [0x44, (call) => transferPacket(call, 'verify')],
  [0x47, (call) => (call.drive.kind === 'floppy' ? fail(call, diskStatus.invalid) : succeed(call))],
  [0x48, parameters],
  [0x49, changeStatus],
  [0x4e, configureHardware],
])

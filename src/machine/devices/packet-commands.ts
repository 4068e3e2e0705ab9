import { firstBadSector, hasSectors, type Medium } from './medium.ts'

/** Why a command failed: SCSI's sense key, additional code and qualifier. */
export interface Sense {
  readonly key: number
  readonly code: number
  readonly qualifier: number
}

export const sense = {
  none: { key: 0, code: 0, qualifier: 0 },
  noMedium: { key: 2, code: 0x3a, qualifier: 0 },
  mediumChanged: { key: 6, code: 0x28, qualifier: 0 },
  unknownCommand: { key: 5, code: 0x20, qualifier: 0 },
  unreadable: { key: 3, code: 0x11, qualifier: 0 },
  outOfRange: { key: 5, code: 0x21, qualifier: 0 },
  invalidField: { key: 5, code: 0x24, qualifier: 0 },
  removalPrevented: { key: 5, code: 0x53, qualifier: 2 },
} as const satisfies Record<string, Sense>

/** The data of a command, possibly none; why it failed; or what becomes of the tray. */
export type PacketResult =
  | { readonly data: Uint8Array; readonly toldNews?: true }
  | { readonly failed: Sense }
  | { readonly tray: 'out' | 'in' }
  | { readonly isLocked: boolean }

/** What has become of the medium, until it is asked for (MMC-3, media events): their codes. */
export const mediaNews = { none: 0, newMedium: 2, removal: 3 } as const
export type MediaNews = (typeof mediaNews)[keyof typeof mediaNews]

/** The drive as a command finds it. */
export interface DriveState {
  readonly medium: Medium | null
  readonly isChanged: boolean
  readonly news: MediaNews
  readonly isOpen: boolean
  readonly isLocked: boolean
  /** How the last command ended. */
  readonly sense: Sense
}

type PacketCommand = (packet: DataView, drive: DriveState) => PacketResult

const sectorBytes = 2048
const rawSectorBytes = 2352
const leadOut = 0xaa
/** Two seconds stand before the first sector of a CD. */
const pregapFrames = 150
const framesPerSecond = 75
const none = new Uint8Array(0)

/** Operation codes (MMC-3, chapter 6). */
const operation = {
  testUnitReady: 0x00,
  requestSense: 0x03,
  inquiry: 0x12,
  startStop: 0x1b,
  preventRemoval: 0x1e,
  readCapacity: 0x25,
  read10: 0x28,
  seek: 0x2b,
  readToc: 0x43,
  getConfiguration: 0x46,
  eventStatus: 0x4a,
  readDiscInformation: 0x51,
  modeSense: 0x5a,
  read12: 0xa8,
  mechanismStatus: 0xbd,
  readCd: 0xbe,
} as const

/** Those that are done with no medium, and before a change of it has been told. */
const always: ReadonlySet<number> = new Set([
  operation.requestSense,
  operation.inquiry,
  operation.getConfiguration,
  operation.eventStatus,
  operation.startStop,
  operation.preventRemoval,
  operation.modeSense,
  operation.mechanismStatus,
])

/** What a CD-ROM drive does with SCSI command packets: one data track, as CDs that boot have it. */
export class PacketCommands {
  readonly #commands: ReadonlyMap<number, PacketCommand> = new Map<number, PacketCommand>([
    [operation.testUnitReady, () => ({ data: none })],
    [operation.requestSense, requestSense],
    [operation.inquiry, inquiry],
    [operation.startStop, startStop],
    [operation.preventRemoval, (packet) => ({ isLocked: (packet.getUint8(4) & 1) !== 0 })],
    [operation.readCapacity, readCapacity],
    [operation.read10, (packet, drive) => read(drive, packet.getUint32(2), packet.getUint16(7))],
    [operation.read12, (packet, drive) => read(drive, packet.getUint32(2), packet.getUint32(6))],
    [operation.readCd, readCd],
    [operation.seek, (packet, drive) => read(drive, packet.getUint32(2), 0)],
    [operation.readToc, readToc],
    [operation.getConfiguration, getConfiguration],
    [operation.eventStatus, eventStatus],
    [operation.readDiscInformation, readDiscInformation],
    [operation.modeSense, modeSense],
    [
      operation.mechanismStatus,
      (packet) => limited(Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0), packet.getUint16(8)),
    ],
  ])

  run(packet: Uint8Array, drive: DriveState): PacketResult {
    const code = packet[0] ?? 0
    const command = this.#commands.get(code)
    if (!command) return { failed: sense.unknownCommand }
    if (!always.has(code)) {
      if (!drive.medium) return { failed: sense.noMedium }
      if (drive.isChanged) return { failed: sense.mediumChanged }
    }
    return command(new DataView(packet.buffer, packet.byteOffset, packet.byteLength), drive)
  }
}

/** As much of the data as the packet's allocation length allows. */
function limited(data: Uint8Array, length: number): { readonly data: Uint8Array } {
  return { data: data.slice(0, length) }
}

function requestSense(packet: DataView, { sense: last }: DriveState): PacketResult {
  const data = new Uint8Array(18)
  data[0] = 0x70
  data[2] = last.key
  data[7] = data.length - 8
  data[12] = last.code
  data[13] = last.qualifier
  return limited(data, packet.getUint8(4))
}

function inquiry(packet: DataView): PacketResult {
  const text = 'KTEST   CD-ROM          1.0 '
  const data = new Uint8Array(8 + text.length)
  data.set([0x05, 0x80, 0x00, 0x21, data.length - 5])
  data.set(
    Array.from(text, (character) => character.charCodeAt(0)),
    8,
  )
  return limited(data, packet.getUint8(4))
}

/** Bits of START STOP UNIT: LoEj and Start. */
const move = { mask: 0x03, out: 0x02, in: 0x03 } as const

function startStop(packet: DataView, { isLocked }: DriveState): PacketResult {
  switch (packet.getUint8(4) & move.mask) {
    case move.out:
      return isLocked ? { failed: sense.removalPrevented } : { tray: 'out' }
    case move.in:
      return { tray: 'in' }
    default:
      return { data: none }
  }
}

function readCapacity(_packet: DataView, { medium }: DriveState): PacketResult {
  const data = new DataView(new ArrayBuffer(8))
  data.setUint32(0, (medium?.sectors ?? 1) - 1)
  data.setUint32(4, sectorBytes)
  return { data: new Uint8Array(data.buffer) }
}

function read({ medium }: DriveState, first: number, count: number): PacketResult {
  if (!medium || !hasSectors(medium, { first, count })) return { failed: sense.outOfRange }
  if (firstBadSector(medium, { first, count }) !== null) return { failed: sense.unreadable }
  return { data: count === 0 ? none : medium.read(first, count) }
}

/**
 * Sectors with as much of their frame as is asked for: user data alone, or all 2,352 bytes without error
 * codes.
 */
function readCd(packet: DataView, drive: DriveState): PacketResult {
  const first = packet.getUint32(2)
  const count = packet.getUint32(5) & 0xff_ffff
  const result = read(drive, first, count)
  if (!('data' in result)) return result
  switch (packet.getUint8(9) & 0xf8) {
    case 0:
      return { data: none }
    case 0x10:
      return result
    case 0xf8:
      return { data: framed(result.data, first) }
    default:
      return { failed: sense.invalidField }
  }
}

function framed(data: Uint8Array, first: number): Uint8Array {
  const count = data.length / sectorBytes
  const frames = new Uint8Array(count * rawSectorBytes)
  for (let index = 0; index < count; index++) {
    const at = index * rawSectorBytes
    frames.fill(0xff, at + 1, at + 11)
    frames.set([...minutes(first + index).map(bcd), 1], at + 12)
    frames.set(data.subarray(index * sectorBytes, (index + 1) * sectorBytes), at + 16)
  }
  return frames
}

/** Formats 0 (tracks), 1 (sessions) and 2 (all entries of the lead-in). */
function readToc(packet: DataView, { medium }: DriveState): PacketResult {
  const sectors = medium?.sectors ?? 0
  const inMinutes = (packet.getUint8(1) & 2) !== 0
  const address = (sector: number) => (inMinutes ? [0, ...minutes(sector)] : bigEndian(sector))
  const format = packet.getUint8(2) & 15 || packet.getUint8(9) >> 6
  const track = packet.getUint8(6)
  if (format === 1) return toc(packet, [1, 1], [[0, 0x14, 1, 0, ...address(0)]])
  if (format === 2) return toc(packet, [1, 1], leadIn(sectors))
  if (format !== 0 || (track > 1 && track !== leadOut)) return { failed: sense.invalidField }
  const first = [0, 0x14, 1, 0, ...address(0)]
  const last = [0, 0x14, leadOut, 0, ...address(sectors)]
  return toc(packet, [1, 1], track === leadOut ? [last] : [first, last])
}

function toc(
  packet: DataView,
  range: readonly number[],
  entries: readonly (readonly number[])[],
): PacketResult {
  const body = [...range, ...entries.flat()]
  return limited(Uint8Array.of(body.length >> 8, body.length & 0xff, ...body), packet.getUint16(7))
}

/** First track, last track, lead-out, and track 1 itself. */
function leadIn(sectors: number): readonly (readonly number[])[] {
  const point = (number: number, where: readonly number[]) => [1, 0x14, 0, number, 0, 0, 0, 0, ...where]
  return [point(0xa0, [1, 0, 0]), point(0xa1, [1, 0, 0]), point(0xa2, minutes(sectors)), point(1, minutes(0))]
}

/** The current profile, a CD-ROM, and no list of features. */
function getConfiguration(packet: DataView, { medium }: DriveState): PacketResult {
  return limited(Uint8Array.of(0, 0, 0, 4, 0, 0, 0, medium ? 8 : 0), packet.getUint16(7))
}

/**
 * Polled only: what is new of the medium, which is told once, whether there is one, and whether the tray is
 * out. The length counts what follows it.
 */
function eventStatus(packet: DataView, { medium, news, isOpen }: DriveState): PacketResult {
  const [polled, classes, mediaClass] = [packet.getUint8(1) & 1, packet.getUint8(4), 0x10]
  if (!polled) return { failed: sense.invalidField }
  if ((classes & mediaClass) === 0) return limited(Uint8Array.of(0, 2, 0x80, mediaClass), packet.getUint16(7))
  const status = (medium ? 2 : 0) | (isOpen ? 1 : 0)
  const told = limited(Uint8Array.of(0, 6, 4, mediaClass, news, status, 0, 0), packet.getUint16(7))
  return told.data.length > 4 ? { ...told, toldNews: true } : told
}

/** A complete, closed CD-ROM of one session. */
function readDiscInformation(packet: DataView): PacketResult {
  const data = new Uint8Array(34)
  data.set([0, 32, 0x0e, 1, 1, 1, 1, 0x20])
  data.fill(0xff, 16, 24)
  return limited(data, packet.getUint16(7))
}

/** Page 2Ah, capabilities: it reads CDs, and its tray can be locked. */
function modeSense(packet: DataView): PacketResult {
  const page = packet.getUint8(2) & 0x3f
  if (page !== 0x2a && page !== 0x3f) return { failed: sense.invalidField }
  const data = new Uint8Array(28)
  data.set([0, data.length - 2, 1])
  data.set([0x2a, 18, 0x3b, 0, 0x70, 0x60, 0x29], 8)
  return limited(data, packet.getUint16(7))
}

/** Minute, second and frame. */
function minutes(sector: number): readonly number[] {
  const frames = sector + pregapFrames
  const seconds = Math.floor(frames / framesPerSecond)
  return [Math.floor(seconds / 60), seconds % 60, frames % framesPerSecond]
}

const bigEndian = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff)

const bcd = (value: number) => ((Math.floor(value / 10) % 10) << 4) | (value % 10)

import { IdeDrive } from './ide-drive.ts'
import { IdentifyData } from './identify.ts'
import { firstBadSector, hasSectors, type Medium, type SectorRange } from './medium.ts'
import { ataError, deviceBits, logicalAddress, withLogicalAddress } from './task-file.ts'

const sectorBytes = 512
/** The most sectors between two interrupts of a multiple command. */
const mostMultiple = 16
/** Cylinders that old hosts can count, at 16 heads and 63 sectors. */
const mostCylinders = 16_383
const lbaLimit28 = 2 ** 28

export interface Geometry {
  readonly heads: number
  readonly sectorsPerTrack: number
}

const usualGeometry: Geometry = { heads: 16, sectorsPerTrack: 63 }

/** A read or write that is under way. */
interface Transfer {
  readonly isWrite: boolean
  readonly isExtended: boolean
  readonly next: number
  readonly left: number
  /** Sectors between two interrupts. */
  readonly block: number
}

interface DiskState {
  readonly geometry: Geometry
  readonly multiple: number
  readonly transfer: Transfer | null
}

interface TransferKind {
  readonly isWrite: boolean
  readonly isExtended: boolean
  readonly isMultiple: boolean
}

const kind = (isWrite: boolean, isExtended: boolean, isMultiple: boolean): TransferKind => ({
  isWrite,
  isExtended,
  isMultiple,
})

/** Commands that move sectors (ATA/ATAPI-6, section 8): 21h and 31h are old names for "do not retry". */
const transfers: ReadonlyMap<number, TransferKind> = new Map([
  [0x20, kind(false, false, false)],
  [0x21, kind(false, false, false)],
  [0x24, kind(false, true, false)],
  [0x29, kind(false, true, true)],
  [0xc4, kind(false, false, true)],
  [0x30, kind(true, false, false)],
  [0x31, kind(true, false, false)],
  [0x34, kind(true, true, false)],
  [0x39, kind(true, true, true)],
  [0xc5, kind(true, false, true)],
])

const command = {
  recalibrate: 0x10,
  readMaxExtended: 0x27,
  verify: 0x40,
  verifyOnce: 0x41,
  verifyExtended: 0x42,
  seek: 0x70,
  diagnose: 0x90,
  setGeometry: 0x91,
  setMultiple: 0xc6,
  standby: 0xe0,
  idle: 0xe3,
  checkPower: 0xe5,
  flush: 0xe7,
  flushExtended: 0xea,
  identify: 0xec,
  setFeatures: 0xef,
  readMax: 0xf8,
} as const

const activeMode = 0xff

/**
 * A hard disk that moves its data through the data register (ATA/ATAPI-6; PIO, 28 and 48-bit addresses,
 * CHS).
 */
export class AtaDisk extends IdeDrive<DiskState> {
  readonly #medium: Medium

  constructor(medium: Medium) {
    super(false, { geometry: usualGeometry, multiple: 0, transfer: null })
    this.#medium = medium
  }

  command(code: number): void {
    const transfer = transfers.get(code)
    if (transfer) this.#begin(transfer)
    else if (code >= command.recalibrate && code < command.recalibrate + 16) this.finish()
    else if (code >= command.seek && code < command.seek + 16) this.#verify(false, 1)
    else this.#simple(code)
  }

  protected dataDone(bytes: Uint8Array): void {
    const { transfer } = this.extra
    if (!transfer) return
    const done = bytes.length / sectorBytes
    if (transfer.isWrite) this.#medium.write(transfer.next, bytes)
    const { isExtended } = transfer
    this.file = {
      ...withLogicalAddress(this.file, transfer.next + done - 1, isExtended),
      count: transfer.left - done,
    }
    const rest = { ...transfer, next: transfer.next + done, left: transfer.left - done }
    if (rest.left > 0) {
      this.#go(rest, true)
    } else {
      this.extra = { ...this.extra, transfer: null }
      if (transfer.isWrite) this.finish()
    }
  }

  #simple(code: number): void {
    switch (code) {
      case command.verify:
      case command.verifyOnce:
      case command.verifyExtended:
        this.#verify(code === command.verifyExtended, this.#count(code === command.verifyExtended))
        break
      case command.readMax:
      case command.readMaxExtended:
        this.#tellLast(code === command.readMaxExtended)
        break
      case command.setGeometry:
        this.#setGeometry()
        break
      case command.setMultiple:
        this.#setMultiple()
        break
      case command.identify:
        this.send(this.#identify())
        break
      case command.checkPower:
        this.finish({ count: activeMode })
        break
      case command.diagnose:
        this.finish({ error: 1 })
        break
      case command.flush:
      case command.flushExtended:
      case command.setFeatures:
        this.finish()
        break
      default:
        if (code >= command.standby && code <= command.idle) this.finish()
        else this.fail()
    }
  }

  #begin({ isWrite, isExtended, isMultiple }: TransferKind): void {
    const block = isMultiple ? this.extra.multiple : 1
    if (block === 0 || (isWrite && !this.#medium.isWritable)) {
      this.fail()
      return
    }
    const next = this.#address(isExtended)
    this.#go({ isWrite, isExtended, next, left: this.#count(isExtended), block }, false)
  }

  /** The next block; the host fills the first one of a write unasked. */
  #go(transfer: Transfer, isLater: boolean): void {
    const { next, left, block, isWrite, isExtended } = transfer
    const count = Math.min(left, block, this.#medium.sectors - next)
    if (count <= 0) {
      this.#medium.missed?.({ first: next, count: left })
      this.extra = { ...this.extra, transfer: null }
      this.file = withLogicalAddress(this.file, next, isExtended)
      this.fail(ataError.notFound)
      return
    }
    if (!isWrite && this.#isBad({ first: next, count }, isExtended)) return
    this.extra = { ...this.extra, transfer }
    if (isWrite) this.receive(count * sectorBytes, isLater)
    else this.send(this.#medium.read(next, count))
  }

  #verify(isExtended: boolean, count: number): void {
    const first = this.#address(isExtended)
    if (!hasSectors(this.#medium, { first, count })) this.fail(ataError.notFound)
    else if (!this.#isBad({ first, count }, isExtended)) this.finish()
  }

  /** Whether a sector cannot be read: then the command has ended there. */
  #isBad(range: SectorRange, isExtended: boolean): boolean {
    const bad = firstBadSector(this.#medium, range)
    if (bad === null) return false
    this.extra = { ...this.extra, transfer: null }
    this.file = withLogicalAddress(this.file, bad, isExtended)
    this.fail(ataError.uncorrectable)
    return true
  }

  /** 0 stands for all that the register could count and one more. */
  #count(isExtended: boolean): number {
    const count = isExtended ? this.file.count & 0xffff : this.file.count & 0xff
    return count || (isExtended ? 65_536 : 256)
  }

  #address(isExtended: boolean): number {
    const { file } = this
    if (isExtended || file.device & deviceBits.lba) return logicalAddress(file, isExtended)
    const { heads, sectorsPerTrack } = this.extra.geometry
    const cylinder = (file.lbaMid & 0xff) | ((file.lbaHigh & 0xff) << 8)
    const track = cylinder * heads + (file.device & deviceBits.head)
    const sector = (file.lbaLow & 0xff) - 1
    // Sectors count from 1: there is none before the first, and none behind the last of a track.
    return sector < 0 || sector >= sectorsPerTrack ? this.#medium.sectors : track * sectorsPerTrack + sector
  }

  #setGeometry(): void {
    const heads = (this.file.device & deviceBits.head) + 1
    const sectorsPerTrack = this.file.count & 0xff
    if (sectorsPerTrack === 0) {
      this.fail()
      return
    }
    this.extra = { ...this.extra, geometry: { heads, sectorsPerTrack } }
    this.finish()
  }

  /** A power of two, or 0: multiple commands are refused. */
  #setMultiple(): void {
    const multiple = this.file.count & 0xff
    if (multiple > mostMultiple || (multiple & (multiple - 1)) !== 0) {
      this.fail()
      return
    }
    this.extra = { ...this.extra, multiple }
    this.finish()
  }

  #tellLast(isExtended: boolean): void {
    const last = this.#medium.sectors - 1
    const told = isExtended ? last : Math.min(last, lbaLimit28 - 1)
    this.file = withLogicalAddress(this.file, told, isExtended)
    this.finish()
  }

  #identify(): Uint8Array {
    const { sectors } = this.#medium
    const cylinders = (geometry: Geometry) =>
      Math.min(Math.floor(sectors / (geometry.heads * geometry.sectorsPerTrack)), mostCylinders)
    const { geometry, multiple } = this.extra
    const current = cylinders(geometry) * geometry.heads * geometry.sectorsPerTrack
    const commandSets = { 82: 0x4000, 83: 0x7400, 84: 0x4000 } as const
    return new IdentifyData()
      .words({
        0: 0x0040,
        1: cylinders(usualGeometry),
        3: usualGeometry.heads,
        6: usualGeometry.sectorsPerTrack,
      })
      .text(10, 10, 'KT00000001')
      .text(23, 4, '1.0')
      .text(27, 20, 'kerneltest disk')
      .words({ 47: 0x8000 | mostMultiple, 49: 0x0200, 50: 0x4000, 51: 0x0200, 53: 3 })
      .words({ 54: cylinders(geometry), 55: geometry.heads, 56: geometry.sectorsPerTrack })
      .wide(57, 2, current)
      .words({ 59: multiple === 0 ? 0 : 0x0100 | multiple })
      .wide(60, 2, Math.min(sectors, lbaLimit28 - 1))
      .words({ 64: 3, 67: 120, 68: 120, 80: 0x007e })
      .words({ ...commandSets, 85: 0x4000, 86: 0x3400, 87: 0x4000 })
      .wide(100, 4, sectors).bytes
  }
}

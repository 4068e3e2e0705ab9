import type { Clock, Timer } from '../clock.ts'
import type { DmaLine } from './dma-controller.ts'
import { findSector, isReadable, nextSector, type SectorId, sectorSize, st1, st2 } from './floppy-sectors.ts'
import type { FloppyDisk, FloppyUnit } from './floppy-unit.ts'
import { firstBadSector, type Medium } from './medium.ts'

const idBytes = 4

/** A command that meets the disk, as plain data: what is still to be done of it. */
export interface TransferOrder {
  readonly kind: 'read' | 'write' | 'readId' | 'format'
  readonly unit: number
  /** The head that is selected. */
  readonly head: number
  readonly isMfm: boolean
  readonly isMultiTrack: boolean
  /** The sector that comes next. */
  readonly id: SectorId
  /** EOT; of a format, how many sectors. */
  readonly lastSector: number
  /** What a format fills sectors with. */
  readonly fill: number
}

/** How it ended: status registers 1 and 2, 0 where all is well, and what the ID bytes of the result are. */
export interface TransferEnd {
  readonly unit: number
  readonly head: number
  readonly st1: number
  readonly st2: number
  readonly id: SectorId
}

/** What the drives take, in ticks: a step of the head, and until the next sector is there. */
export interface FloppyTimes {
  readonly step: number
  readonly sector: number
}

export interface TransferWiring {
  /** Ticks until the next sector is there. */
  readonly sectorTicks: number
  readonly unit: (number: number) => FloppyUnit | null
  readonly dma: DmaLine
  /** Bits 0 and 1 of the data rate select register. */
  readonly rate: () => number
  /** Null: the processor moves the data, so many bytes for each interrupt. */
  readonly bytesPerInterrupt: () => number | null
  readonly interrupt: (level: boolean) => void
  readonly done: (end: TransferEnd) => void
}

/** Bytes between the disk and the processor. */
interface SectorBytes {
  readonly bytes: Uint8Array
  readonly at: number
}

export interface SavedTransfer {
  readonly order: TransferOrder | null
  readonly buffer: SectorBytes | null
}

/**
 * The execution phase of commands that read and write disks (Intel 82077AA, section 5.1): a sector at a time.
 * Without a disk no index pulse ends it, and only a reset does (section 8.1).
 */
export class FloppyTransfer {
  readonly #clock: Clock
  readonly #wiring: TransferWiring
  readonly #timer: Timer
  #order: TransferOrder | null = null
  #buffer: SectorBytes | null = null

  constructor(clock: Clock, wiring: TransferWiring) {
    this.#clock = clock
    this.#wiring = wiring
    this.#timer = clock.timer('floppy.transfer', () => this.#reach())
  }

  get isUnderWay(): boolean {
    return this.#order !== null
  }

  /** Where the processor is to move a byte now. */
  get asks(): 'toHost' | 'toDisk' | null {
    if (!this.#buffer || !this.#order) return null
    return this.#order.kind === 'read' ? 'toHost' : 'toDisk'
  }

  start(order: TransferOrder): void {
    this.#order = order
    if (!this.#diskOf(order)) return
    const isWrite = order.kind === 'write' || order.kind === 'format'
    if (isWrite && this.#wiring.unit(order.unit)?.isProtected) this.#end(st1.notWritable)
    else this.#wait()
  }

  stop(): void {
    this.#order = null
    this.#buffer = null
    this.#timer.disarm()
  }

  /** The next byte to the processor; null where none is offered. */
  read(): number | null {
    if (this.asks !== 'toHost' || !this.#buffer) return null
    const value = this.#buffer.bytes[this.#buffer.at] ?? 0
    this.#step(this.#buffer)
    return value
  }

  write(value: number): void {
    if (this.asks !== 'toDisk' || !this.#buffer) return
    this.#buffer.bytes[this.#buffer.at] = value
    this.#step(this.#buffer)
  }

  save(): SavedTransfer {
    const buffer = this.#buffer && { ...this.#buffer, bytes: this.#buffer.bytes.slice() }
    return { order: this.#order, buffer }
  }

  load({ order, buffer }: SavedTransfer): void {
    this.#order = order
    this.#buffer = buffer && { ...buffer, bytes: buffer.bytes.slice() }
  }

  #diskOf({ unit }: TransferOrder): FloppyDisk | null {
    return this.#wiring.unit(unit)?.disk ?? null
  }

  #wait(): void {
    this.#timer.arm(this.#clock.now + this.#wiring.sectorTicks)
  }

  /** What was waited for is under the head. */
  #reach(): void {
    const order = this.#order
    const disk = order && this.#diskOf(order)
    if (!order || !disk) return
    if (order.kind === 'readId') this.#readId(order, disk)
    else if (order.kind === 'format') this.#request(new Uint8Array(order.lastSector * idBytes), false)
    else {
      const found = findSector(this.#position(order, disk), order.id)
      if (typeof found !== 'number') this.#end(found.st1, found.st2)
      else if (order.kind === 'read') this.#readSector(disk.medium, found)
      else this.#request(new Uint8Array(sectorSize.bytes), false)
    }
  }

  #readSector(medium: Medium, sector: number): void {
    if (firstBadSector(medium, { first: sector, count: 1 }) === null) {
      this.#request(medium.read(sector, 1), true)
    } else this.#end(st1.dataError, st2.dataError)
  }

  #position({ unit, head, isMfm }: TransferOrder, { format }: FloppyDisk) {
    const track = this.#wiring.unit(unit)?.track ?? 0
    return { format, track, head, isMfm, rate: this.#wiring.rate() }
  }

  /** Bytes of the disk, or for it, by DMA at once, or by the processor. */
  #request(bytes: Uint8Array, isRead: boolean): void {
    if (bytes.length === 0) {
      this.#moved(bytes, true)
    } else if (this.#wiring.bytesPerInterrupt() !== null) {
      this.#buffer = { bytes, at: 0 }
      this.#wiring.interrupt(true)
    } else {
      const { dma } = this.#wiring
      const grant = isRead ? dma.give(bytes) : dma.take(bytes)
      if (grant.bytes < bytes.length && !grant.isTerminal) this.#end(st1.overrun)
      else this.#moved(bytes, grant.isTerminal)
    }
  }

  /** The processor has moved a byte of the buffer. */
  #step({ bytes, at }: SectorBytes): void {
    const { bytesPerInterrupt, interrupt } = this.#wiring
    const next = at + 1
    const isDone = next === bytes.length
    this.#buffer = isDone ? null : { bytes, at: next }
    if (isDone || next % (bytesPerInterrupt() ?? 1) === 0) interrupt(false)
    if (isDone) this.#moved(bytes, false)
    else if (next % (bytesPerInterrupt() ?? 1) === 0) interrupt(true)
  }

  /** All bytes of a sector, or of a format's list; what came no more after a terminal count is zeros. */
  #moved(bytes: Uint8Array, isTerminal: boolean): void {
    const order = this.#order
    const disk = order && this.#diskOf(order)
    if (!order || !disk) return
    if (order.kind === 'format') {
      this.#format(order, disk, bytes)
      return
    }
    if (order.kind === 'write') {
      const found = findSector(this.#position(order, disk), order.id)
      if (typeof found === 'number') disk.medium.write(found, bytes)
    }
    const { id, head, isEnd } = nextSector(order.id, order.head, order.lastSector, order.isMultiTrack)
    this.#order = { ...order, id, head }
    if (isTerminal) this.#end(0)
    else if (isEnd) this.#end(st1.endOfCylinder)
    else this.#wait()
  }

  /** The sector that is under the head, by how far the disk has turned. */
  #readId(order: TransferOrder, disk: FloppyDisk): void {
    const position = this.#position(order, disk)
    if (!isReadable(position)) {
      this.#end(st1.missingAddressMark)
      return
    }
    const { track: cylinder, head, format } = position
    const sector = (Math.floor(this.#clock.now / this.#wiring.sectorTicks) % format.sectorsPerTrack) + 1
    this.#order = { ...order, id: { cylinder, head, sector, size: sectorSize.code } }
    this.#end(0)
  }

  /** Sectors of the list that this medium can have are filled. */
  #format(order: TransferOrder, disk: FloppyDisk, list: Uint8Array): void {
    const filled = new Uint8Array(sectorSize.bytes).fill(order.fill)
    for (let at = 0; at < list.length; at += idBytes) {
      const [cylinder = 0, head = 0, sector = 0, size = 0] = list.subarray(at, at + idBytes)
      const found = findSector(this.#position(order, disk), { cylinder, head, sector, size })
      if (typeof found === 'number') disk.medium.write(found, filled)
    }
    this.#end(0)
  }

  #end(first: number, second = 0): void {
    const order = this.#order
    this.stop()
    if (order) this.#wiring.done({ ...order, st1: first, st2: second })
  }
}

import { IdeDrive } from './ide-drive.ts'
import { IdentifyData } from './identify.ts'
import type { Medium } from './medium.ts'
import {
  type MediaNews,
  mediaNews,
  PacketCommands,
  type PacketResult,
  type Sense,
  sense,
} from './packet-commands.ts'

const packetBytes = 12
const command = {
  reset: 0x08,
  read: 0x20,
  diagnose: 0x90,
  packet: 0xa0,
  identifyPacket: 0xa1,
  checkPower: 0xe5,
  identify: 0xec,
  setFeatures: 0xef,
} as const
const immediates: ReadonlySet<number> = new Set([command.setFeatures, 0xe0, 0xe1])
/** What CHECK POWER MODE tells of a drive that turns. */
const activeMode = 0xff
/** What the count register tells in a packet command: whose turn it is (ATA/ATAPI-6, section 9.8). */
const reason = { command: 1, toHost: 2, done: 3 } as const
const usedByDma = 1

interface PacketState {
  /** What a packet command is at: the packet is awaited, or its data are on their way. */
  readonly phase: 'idle' | 'packet' | 'data'
  /** What has not been offered to the host yet. */
  readonly rest: Uint8Array
  /** The most bytes of one data phase. */
  readonly limit: number
  readonly sense: Sense
  /** The medium was changed, and nobody has been told. */
  readonly isChanged: boolean
  /** What has become of it, and no media event has told. */
  readonly news: MediaNews
  /** The tray is out: what lies in it is not there for the host. */
  readonly isOpen: boolean
  /** The host keeps the tray in. */
  readonly isLocked: boolean
}

const nothing = new Uint8Array(0)

/**
 * A CD-ROM drive (ATA/ATAPI-6, packet commands by PIO; what the packets mean is SCSI's, in
 * `packet-commands.ts`).
 */
export class AtapiDrive extends IdeDrive<PacketState> {
  /** The host has moved the tray. */
  onTray: (isOpen: boolean) => void = () => {}
  readonly #commands = new PacketCommands()
  #medium: Medium | null

  constructor(medium: Medium | null) {
    const tray = { isChanged: false, news: mediaNews.none, isOpen: false, isLocked: false }
    super(true, { phase: 'idle', rest: nothing, limit: 0, sense: sense.none, ...tray })
    this.#medium = medium
  }

  /** Puts another medium in, or none, and closes the tray: the guest is told with its next command. */
  insert(medium: Medium | null): void {
    this.#medium = medium
    const news = medium ? mediaNews.newMedium : mediaNews.removal
    this.extra = { ...this.extra, isChanged: true, isOpen: false, news }
  }

  /** Opens the tray, whoever has locked it. */
  open(): void {
    if (!this.extra.isOpen) this.#turn(true)
  }

  /** The tray stays where it is. */
  override reset(): void {
    const { isOpen } = this.extra
    super.reset()
    this.extra = { ...this.extra, isOpen }
  }

  command(code: number): void {
    switch (code) {
      case command.packet:
        this.#awaitPacket()
        break
      case command.identifyPacket:
        this.send(identity())
        break
      case command.reset:
        this.reset()
        break
      case command.diagnose:
        // The cable has reset it: what the registers tell is the answer.
        this.request()
        break
      case command.checkPower:
        this.finish({ count: activeMode })
        break
      case command.read:
      case command.identify:
        // Refused, with the signature by which the host sees what it has found.
        this.file = { ...this.file, count: 1, lbaLow: 1, lbaMid: 0x14, lbaHigh: 0xeb }
        this.fail()
        break
      default:
        if (immediates.has(code)) this.finish()
        else this.fail()
    }
  }

  protected dataDone(bytes: Uint8Array): void {
    const { phase, rest } = this.extra
    if (phase === 'packet') this.#run(bytes)
    else if (rest.length > 0) this.#offer()
    else if (phase === 'data') this.#done()
  }

  #awaitPacket(): void {
    if (this.file.features & usedByDma) {
      this.fail()
      return
    }
    const limit = (this.file.lbaMid & 0xff) | ((this.file.lbaHigh & 0xff) << 8)
    // 0 stands for the most, and only the last phase of a command may be odd.
    this.extra = { ...this.extra, phase: 'packet', limit: limit === 0 ? 0xfffe : Math.max(limit & ~1, 2) }
    this.file = { ...this.file, count: reason.command }
    this.receive(packetBytes, false)
  }

  #run(packet: Uint8Array): void {
    const { isOpen } = this.extra
    const result = this.#commands.run(packet, { ...this.extra, medium: isOpen ? null : this.#medium })
    this.extra = { ...this.extra, phase: 'idle' }
    if ('tray' in result) this.#move(result.tray)
    if ('toldNews' in result) this.extra = { ...this.extra, news: mediaNews.none }
    if ('isLocked' in result) this.extra = { ...this.extra, isLocked: result.isLocked }
    this.#end(result)
  }

  /** A medium that comes in is a new one, for all that the drive knows. */
  #move(tray: 'out' | 'in'): void {
    const [isOpen, wasOpen] = [tray === 'out', this.extra.isOpen]
    if (isOpen === wasOpen) return
    this.#turn(isOpen)
    this.extra = { ...this.extra, isChanged: this.extra.isChanged || wasOpen }
    this.onTray(isOpen)
  }

  /** What lies in the tray goes with it. */
  #turn(isOpen: boolean): void {
    const told = isOpen ? mediaNews.removal : mediaNews.newMedium
    this.extra = { ...this.extra, isOpen, news: this.#medium ? told : this.extra.news }
  }

  #end(result: PacketResult): void {
    const { isChanged } = this.extra
    if ('failed' in result) {
      const tellsChange = result.failed === sense.mediumChanged
      this.extra = { ...this.extra, sense: result.failed, isChanged: isChanged && !tellsChange }
      this.file = { ...this.file, count: reason.done }
      this.fail(result.failed.key << 4)
      return
    }
    const data = 'data' in result ? result.data : nothing
    this.extra = { ...this.extra, phase: 'data', rest: data, sense: sense.none }
    if (data.length > 0) this.#offer()
    else this.#done()
  }

  #done(): void {
    this.extra = { ...this.extra, phase: 'idle' }
    this.finish({ count: reason.done })
  }

  #offer(): void {
    const { rest, limit } = this.extra
    const bytes = rest.slice(0, limit)
    this.extra = { ...this.extra, rest: rest.subarray(limit) }
    this.file = {
      ...this.file,
      count: reason.toHost,
      lbaMid: bytes.length & 0xff,
      lbaHigh: bytes.length >> 8,
    }
    this.send(bytes)
  }
}

/** A removable CD-ROM drive with 12-byte packets, no DMA. */
function identity(): Uint8Array {
  return new IdentifyData()
    .words({ 0: 0x85c0, 49: 0x0200, 53: 2, 64: 3, 67: 120, 68: 120, 80: 0x007e })
    .words({ 82: 0x4210, 83: 0x4000, 84: 0x4000, 85: 0x4210, 87: 0x4000 })
    .text(10, 10, 'KT00000002')
    .text(23, 4, '1.0')
    .text(27, 20, 'kerneltest CD-ROM').bytes
}

import { ataError, ataStatus, deviceBits, type TaskFile, withSignature } from './task-file.ts'

/** Bytes on their way between host and drive, as plain data. */
export interface DataPhase {
  readonly direction: 'toHost' | 'toDrive'
  readonly bytes: Uint8Array
  /** Bytes moved so far. */
  readonly at: number
}

export interface SavedDrive<Extra> {
  readonly file: TaskFile
  readonly data: DataPhase | null
  readonly wantsInterrupt: boolean
  readonly extra: Extra
}

const noFile: TaskFile = {
  features: 0,
  count: 0,
  lbaLow: 0,
  lbaMid: 0,
  lbaHigh: 0,
  device: 0,
  status: 0,
  error: 0,
}

const settled = ataStatus.ready | ataStatus.seekComplete
const diagnosticsPassed = 1

/**
 * What disks and packet devices have in common: the task file, data phases and interrupts of the PIO
 * protocols (ATA/ATAPI-6, section 9). Commands are done at once: busy is never seen.
 */
export abstract class IdeDrive<Extra> {
  /** Called when the interrupt request may have changed. */
  onInterrupt = () => {}
  protected file: TaskFile = noFile
  /** What a kind of drive remembers besides. */
  protected extra: Extra
  readonly #isPacket: boolean
  readonly #extraAtReset: Extra
  #data: DataPhase | null = null
  #wantsInterrupt = false

  protected constructor(isPacket: boolean, extra: Extra) {
    this.#isPacket = isPacket
    this.#extraAtReset = extra
    this.extra = extra
  }

  get taskFile(): TaskFile {
    return this.file
  }

  set taskFile(file: TaskFile) {
    this.file = file
  }

  get wantsInterrupt(): boolean {
    return this.#wantsInterrupt
  }

  /** Power-on, a soft reset, or DEVICE RESET: the registers tell what kind of drive it is. */
  reset(): void {
    this.#data = null
    this.extra = this.#extraAtReset
    this.file = {
      ...withSignature(this.file, this.#isPacket),
      error: diagnosticsPassed,
      status: this.#isPacket ? 0 : settled,
    }
    this.#interrupt(false)
  }

  /** Does what the command register says. */
  abstract command(code: number): void

  /** Reading the status register takes the interrupt back. */
  acknowledge(): void {
    this.#interrupt(false)
  }

  /** Up to four bytes for the host; zeros where it reads what nobody offered. */
  readData(size: number): number {
    const data = this.#data
    if (data?.direction !== 'toHost') return 0
    let value = 0
    for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + (data.bytes[data.at + byte] ?? 0)
    this.#moved(data, size)
    return value
  }

  writeData(size: number, value: number): void {
    const data = this.#data
    if (data?.direction !== 'toDrive') return
    for (let byte = 0; byte < size && data.at + byte < data.bytes.length; byte++) {
      data.bytes[data.at + byte] = Math.floor(value / 2 ** (8 * byte)) & 0xff
    }
    this.#moved(data, size)
  }

  /** Data are copied: the drive goes on with its own. */
  save(): SavedDrive<Extra> {
    const data = this.#data && { ...this.#data, bytes: this.#data.bytes.slice() }
    return { file: this.file, data, wantsInterrupt: this.#wantsInterrupt, extra: this.extra }
  }

  load({ file, data, wantsInterrupt, extra }: SavedDrive<Extra>): void {
    this.file = file
    this.#data = data && { ...data, bytes: data.bytes.slice() }
    this.#wantsInterrupt = wantsInterrupt
    this.extra = extra
  }

  /** The last byte of a data phase has moved. */
  protected abstract dataDone(bytes: Uint8Array): void

  /** Offers bytes to the host, and interrupts. */
  protected send(bytes: Uint8Array): void {
    this.#begin({ direction: 'toHost', bytes, at: 0 })
    this.#interrupt(true)
  }

  /** Asks the host for bytes; for the first block of a command without an interrupt (section 9.6). */
  protected receive(count: number, interrupts: boolean): void {
    this.#begin({ direction: 'toDrive', bytes: new Uint8Array(count), at: 0 })
    this.#interrupt(interrupts)
  }

  /** Interrupts, with the registers as they are. */
  protected request(): void {
    this.#interrupt(true)
  }

  /** Ends a command well. */
  protected finish(change: Partial<TaskFile> = {}): void {
    this.#data = null
    this.file = { ...this.file, ...change, error: change.error ?? 0, status: settled }
    this.#interrupt(true)
  }

  /** Ends a command with error bits. */
  protected fail(error: number = ataError.aborted): void {
    this.#data = null
    this.file = { ...this.file, error, status: settled | ataStatus.error }
    this.#interrupt(true)
  }

  #begin(data: DataPhase): void {
    this.#data = data
    this.file = { ...this.file, error: 0, status: settled | ataStatus.dataRequest }
  }

  #moved(data: DataPhase, size: number): void {
    const at = data.at + size
    if (at < data.bytes.length) {
      this.#data = { ...data, at }
      return
    }
    this.#data = null
    this.file = { ...this.file, status: settled }
    this.dataDone(data.bytes)
  }

  #interrupt(level: boolean): void {
    this.#wantsInterrupt = level
    this.onInterrupt()
  }
}

/** True for the second of two drives on a cable. */
export const isSecond = (device: number) => (device & deviceBits.second) !== 0

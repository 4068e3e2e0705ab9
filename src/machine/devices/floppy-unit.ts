import type { FloppyFormat } from '../../support/floppy-formats.ts'
import type { Medium } from './medium.ts'

/** A disk as a drive sees it. */
export interface FloppyDisk {
  readonly medium: Medium
  readonly format: FloppyFormat
}

export interface SavedFloppyUnit {
  readonly track: number
  readonly isChanged: boolean
}

/** Where the heads run against a stop. */
const lastTrack = 83

/** A floppy drive: a head that steps over a disk, and the line that says that the disk was changed. */
export class FloppyUnit {
  #disk: FloppyDisk | null
  #track = 0
  #isChanged = true

  constructor(disk: FloppyDisk | null) {
    this.#disk = disk
  }

  get disk(): FloppyDisk | null {
    return this.#disk
  }

  get track(): number {
    return this.#track
  }

  /** Until the head steps with a disk in the drive. */
  get isChanged(): boolean {
    return this.#isChanged
  }

  get isProtected(): boolean {
    return this.#disk !== null && !this.#disk.medium.isWritable
  }

  /** Takes the disk out, and puts another one in, or none. */
  insert(disk: FloppyDisk | null): void {
    this.#disk = disk
    this.#isChanged = true
  }

  /** Pulses on the step line: inwards, or outwards where negative. */
  step(pulses: number): void {
    this.#track = Math.min(Math.max(this.#track + pulses, 0), lastTrack)
    if (pulses !== 0 && this.#disk) this.#isChanged = false
  }

  save(): SavedFloppyUnit {
    return { track: this.#track, isChanged: this.#isChanged }
  }

  load({ track, isChanged }: SavedFloppyUnit): void {
    this.#track = track
    this.#isChanged = isChanged
  }
}

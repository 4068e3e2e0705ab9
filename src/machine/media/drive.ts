import type { FloppyFormat } from '../../support/floppy-formats.ts'
import type { Medium } from '../devices/medium.ts'
import type { DriveGeometry } from './geometry.ts'

/** A drive with what is in it, by the number that a BIOS calls it in DL. */
export type Drive = RemovableDrive | DiskDrive

/** One whose medium can be changed. */
export type RemovableDrive = FloppyDrive | CdDrive

interface AnyDrive {
  readonly number: number
  /** The plan's name of it. */
  readonly id: string
  /** Null where nothing is in it. */
  readonly medium: Medium | null
}

/** 00h, 01h. */
export interface FloppyDrive extends AnyDrive {
  readonly kind: 'floppy'
  /** Of the disk; in an empty drive of the disk that is usual for it. */
  readonly geometry: FloppyFormat
}

/** 80h and up. */
export interface DiskDrive extends AnyDrive {
  readonly kind: 'disk'
  readonly geometry: DriveGeometry
}

/** E0h and up. */
export interface CdDrive extends AnyDrive {
  readonly kind: 'cdrom'
}

/** What the first drive of a kind is called. */
export const firstNumber = { floppy: 0x00, disk: 0x80, cdrom: 0xe0 } as const

import type { Drive } from './drive.ts'
import type { SavedMedium } from './overlaid-medium.ts'

/** What is in a drive, and what was. */
export interface SavedDrive {
  /** Null for an empty drive. */
  readonly inside: SavedMedium | null
  /** Taken out with something written to them, which is there again when they are put in again. */
  readonly aside: readonly SavedMedium[]
}

/** The paths of their files, in the same order. */
export interface DriveFiles {
  readonly inside: string | null
  readonly aside: readonly string[]
}

export interface DriveToLoad {
  readonly id: string
  readonly state: SavedDrive
  readonly files: DriveFiles
}

/** Drives whose media a saved state has, and gets back. */
export interface SavableDrives {
  /** With what is in them now. */
  readonly drives: readonly Drive[]
  save(id: string): SavedDrive
  files(id: string): DriveFiles
  /** All of the drives at once, or, where a medium cannot be had, none: then it throws a KernelTestError. */
  load(saved: readonly DriveToLoad[]): void
}

import { MediaFile } from './media-file.ts'
import { type DrivePlace, type MountedFile, mountFile } from './mount-file.ts'

/** All that are, or were, in the drives of a machine: what the guest wrote to one stays with it. */
export class KnownMedia {
  #mounted: readonly MountedFile[] = []
  #files: readonly MediaFile[] = []
  readonly #tell: (note: string) => void

  /** `tell`: remarks for a person, about files that are not what drives take. */
  constructor(tell: (note: string) => void) {
    this.#tell = tell
  }

  /** That are, or were, in a drive. */
  of(drive: string): readonly MountedFile[] {
    return this.#mounted.filter((one) => one.drive.id === drive)
  }

  /**
   * A file for a drive. One that was in it before is the same medium again, with all that was written to it.
   * @throws KernelTestError KT3050 for a file that cannot be opened, KT3052 for what the drive does not take.
   */
  mount(place: DrivePlace, path: string): MountedFile {
    return this.of(place.id).find((one) => one.path === path) ?? this.mountAnew(place, path)
  }

  /** A file without what was written to it. With `contents` null where it has others. */
  mountAnew(place: DrivePlace, path: string): MountedFile
  mountAnew(place: DrivePlace, path: string, contents: string): MountedFile | null
  mountAnew(place: DrivePlace, path: string, contents?: string): MountedFile | null {
    const file = new MediaFile(path)
    this.#files = [...this.#files, file]
    if (contents !== undefined && file.hash() !== contents) return null
    const mounted = mountFile(place, file)
    this.#mounted = [...this.#mounted, mounted]
    if (mounted.note) this.#tell(mounted.note)
    return mounted
  }

  /** Does what opens files; where it throws they are closed, and as good as never opened. */
  openingOrNone<T>(action: () => T): T {
    const [mounted, files] = [this.#mounted, this.#files]
    try {
      return action()
    } catch (error) {
      for (const file of this.#files) if (!files.includes(file)) file.close()
      this.#mounted = mounted
      this.#files = files
      throw error
    }
  }

  /** Forgets all others. */
  keep(some: readonly MountedFile[]): void {
    this.#mounted = some
  }

  close(): void {
    for (const file of this.#files) file.close()
  }
}

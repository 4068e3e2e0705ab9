import type { BootPlan, MachineShape, Medium as PlannedMedium } from '../../../boot/plan.ts'
import { type Drive, firstNumber, type RemovableDrive } from '../../../machine/media/drive.ts'
import type { BadSectors, MediumState } from '../../../observe/medium-state.ts'
import { KernelTestError } from '../../../support/errors.ts'
import { invariant } from '../../../support/invariant.ts'
import { MediaFile } from './media-file.ts'
import { type DrivePlace, emptyDrive, type MountedFile, mountFile } from './mount-file.ts'

const mostFloppies = 2
/** Disks and CDs together: a `pc` has two channels for two drives each, a `q35` six ports. */
const mostIdeDrives: Readonly<Record<MachineShape, number>> = { pc: 4, q35: 6 }

/** The drives of a machine, their files open. */
export class OpenDrives {
  readonly #places: readonly DrivePlace[]
  readonly #inside = new Map<string, MountedFile | null>()
  /** All that were ever in one of the drives: what the guest wrote to them stays. */
  readonly #mounted: { readonly id: string; readonly path: string; readonly as: MountedFile }[] = []
  readonly #files: MediaFile[] = []
  readonly #tell: (note: string) => void

  /**
   * Opens the media of a plan. Of each kind the drives that the boot order names come first, in its order:
   * what is booted from is 00h, 80h or E0h. `tell`: remarks for a person, about media that are not what
   * drives take.
   * @throws KernelTestError KT3050 for a file that cannot be opened, KT3052 for what no drive takes.
   */
  constructor({ media, start, machine }: BootPlan, tell: (note: string) => void) {
    this.#tell = tell
    checkPlaces(media, machine.shape)
    this.#places = placesOf(media, start.kind === 'firmware' ? start.bootOrder : [])
    try {
      for (const place of this.#places) {
        const path = media.find(({ id }) => id === place.id)?.path ?? null
        this.#inside.set(place.id, path === null ? null : this.#mount(place, path))
      }
    } catch (error) {
      this.close()
      throw error
    }
  }

  get drives(): readonly Drive[] {
    return this.#places.map((place) => this.#inside.get(place.id)?.drive ?? emptyDrive(removable(place)))
  }

  /**
   * Puts another file into a drive, or none, and answers the drive as it is then. A file that was in it
   * before is the same medium again, with all that was written to it.
   * @throws KernelTestError KT3050, KT3052 as at the start.
   */
  change(id: string, path: string | null): RemovableDrive {
    const place = removable(this.#places.find((one) => one.id === id))
    const known = this.#mounted.find((one) => one.id === id && one.path === path)
    const mounted = path === null ? null : (known?.as ?? this.#mount(place, path))
    this.#inside.set(id, mounted)
    const drive = mounted?.drive ?? emptyDrive(place)
    invariant(drive.kind !== 'disk', 'a removable drive stays one')
    return drive
  }

  /** Null for an empty drive. */
  state(id: string): MediumState | null {
    const medium = this.#inside.get(id)?.medium
    if (!medium) return null
    const { sectorBytes, sectors, written } = medium
    return {
      size: sectors * sectorBytes,
      sectorBytes,
      written: written.map(({ first, count }) => ({ at: first * sectorBytes, length: count * sectorBytes })),
    }
  }

  /** As far as there are bytes. */
  read(id: string, at: number, length: number): Uint8Array {
    const medium = this.#inside.get(id)?.medium
    if (!medium) return new Uint8Array(0)
    const { sectorBytes, sectors } = medium
    const end = Math.min(at + length, sectors * sectorBytes)
    if (at >= end) return new Uint8Array(0)
    const first = Math.floor(at / sectorBytes)
    const bytes = medium.read(first, Math.ceil(end / sectorBytes) - first)
    return bytes.slice(at - first * sectorBytes, end - first * sectorBytes)
  }

  failReads(id: string, bad: readonly BadSectors[]): void {
    this.#inside.get(id)?.medium.failReads(bad)
  }

  close(): void {
    for (const file of this.#files) file.close()
  }

  #mount(place: DrivePlace, path: string): MountedFile {
    const file = new MediaFile(path)
    this.#files.push(file)
    const as = mountFile(place, file)
    this.#mounted.push({ id: place.id, path, as })
    if (as.note) this.#tell(as.note)
    return as
  }
}

function checkPlaces(media: readonly PlannedMedium[], shape: MachineShape): void {
  const floppies = media.filter(({ kind }) => kind === 'floppy').length
  const others = media.length - floppies
  if (floppies > mostFloppies) throw tooMany(`${floppies} floppy drives`, `${mostFloppies}`)
  const most = mostIdeDrives[shape]
  if (others > most) throw tooMany(`${others} disks and CDs`, `${most} of them on a ${shape}`)
}

function placesOf(media: readonly PlannedMedium[], order: readonly string[]): readonly DrivePlace[] {
  const place = ({ id }: PlannedMedium) => (order.includes(id) ? order.indexOf(id) : order.length)
  const sorted = media.toSorted((one, other) => place(one) - place(other))
  return sorted.map(({ id, kind }, index) => {
    const before = sorted.slice(0, index).filter((one) => one.kind === kind)
    return { id, kind, number: firstNumber[kind] + before.length }
  })
}

function removable(place: DrivePlace | undefined): DrivePlace & Pick<RemovableDrive, 'kind'> {
  invariant(place && place.kind !== 'disk', 'the session has looked it up: a drive whose medium can change')
  return { ...place, kind: place.kind }
}

function tooMany(wanted: string, most: string): KernelTestError {
  return new KernelTestError(
    'KT3052',
    `the machine has no places for ${wanted}: there are ${most}`,
    'Leave some of the media out.',
  )
}

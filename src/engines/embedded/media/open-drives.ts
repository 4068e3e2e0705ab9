import type { BootPlan, MachineShape, Medium as PlannedMedium } from '../../../boot/plan.ts'
import { type Drive, firstNumber, type RemovableDrive } from '../../../machine/media/drive.ts'
import type {
  DriveFiles,
  DriveToLoad,
  SavableDrives,
  SavedDrive,
} from '../../../machine/media/saved-drive.ts'
import type { BadSectors, MediumState } from '../../../observe/medium-state.ts'
import { KernelTestError } from '../../../support/errors.ts'
import { invariant } from '../../../support/invariant.ts'
import { KnownMedia } from './known-media.ts'
import { type DrivePlace, emptyDrive, type MountedFile } from './mount-file.ts'
import { findDrive } from './saved-media.ts'

const mostFloppies = 2
/** Disks and CDs together: a `pc` has two channels for two drives each, a `q35` six ports. */
const mostIdeDrives: Readonly<Record<MachineShape, number>> = { pc: 4, q35: 6 }

/** The drives of a machine, their files open. */
export class OpenDrives implements SavableDrives {
  readonly #places: readonly DrivePlace[]
  readonly #inside = new Map<string, MountedFile | null>()
  readonly #known: KnownMedia

  /**
   * Opens the media of a plan. Of each kind the drives that the boot order names come first, in its order:
   * what is booted from is 00h, 80h or E0h. `tell`: remarks for a person, about media that are not what
   * drives take.
   * @throws KernelTestError KT3050 for a file that cannot be opened, KT3052 for what no drive takes.
   */
  constructor({ media, start, machine }: BootPlan, tell: (note: string) => void) {
    this.#known = new KnownMedia(tell)
    checkPlaces(media, machine.shape)
    this.#places = placesOf(media, start.kind === 'firmware' ? start.bootOrder : [])
    try {
      for (const place of this.#places) {
        const path = media.find(({ id }) => id === place.id)?.path ?? null
        this.#inside.set(place.id, path === null ? null : this.#known.mount(place, path))
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
    const mounted = path === null ? null : this.#known.mount(place, path)
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

  save(id: string): SavedDrive {
    const { inside, aside } = this.#lying(id)
    return { inside: inside?.medium.save() ?? null, aside: aside.map(({ medium }) => medium.save()) }
  }

  files(id: string): DriveFiles {
    const { inside, aside } = this.#lying(id)
    return { inside: inside?.path ?? null, aside: aside.map(({ path }) => path) }
  }

  /**
   * Takes what drives of a machine with the same disks held.
   * @throws KernelTestError KT3062 for a file that is not what it was, KT3063 for one that is gone.
   */
  load(saved: readonly DriveToLoad[]): void {
    // All are found before the first is changed.
    const found = this.#known.openingOrNone(() =>
      saved.map((drive) => {
        const place = this.#places.find(({ id }) => id === drive.id)
        invariant(place, 'a state has the drives of its machine')
        return { drive, ...findDrive(place, drive, this.#inside.get(drive.id) ?? null, this.#known) }
      }),
    )
    for (const { drive, inside, aside } of found) {
      if (drive.state.inside) inside?.medium.load(drive.state.inside)
      for (const [index, state] of drive.state.aside.entries()) aside[index]?.medium.load(state)
      this.#inside.set(drive.id, inside)
    }
    // What was put in since then was never in.
    this.#known.keep(found.flatMap(({ inside, aside }) => (inside ? [inside, ...aside] : aside)))
  }

  close(): void {
    this.#known.close()
  }

  /** What was taken out comes in an order that does not tell which was in first. */
  #lying(id: string): { inside: MountedFile | null; aside: readonly MountedFile[] } {
    const inside = this.#inside.get(id) ?? null
    const aside = this.#known.of(id).filter((one) => one !== inside && !one.medium.isUntouched)
    const keyOf = ({ medium, path }: MountedFile) => `${medium.contents} ${path}`
    return { inside, aside: aside.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)) }
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

import { existsSync } from 'node:fs'
import type { SavedMedium } from '../../../machine/media/overlaid-medium.ts'
import type { DriveToLoad } from '../../../machine/media/saved-drive.ts'
import { KernelTestError } from '../../../support/errors.ts'
import type { KnownMedia } from './known-media.ts'
import type { DrivePlace, MountedFile } from './mount-file.ts'

/** The media of a drive, as a saved state names them: by their contents. */
export interface FoundDrive {
  readonly inside: MountedFile | null
  readonly aside: readonly MountedFile[]
}

/**
 * Finds what a saved state had in a drive: a disk must still be the same one, what can be changed is looked
 * for. `now`: what is in it.
 * @throws KernelTestError KT3062 for a file that is not what it was, KT3063 for one that is gone.
 */
export function findDrive(
  place: DrivePlace,
  { state, files }: DriveToLoad,
  now: MountedFile | null,
  known: KnownMedia,
): FoundDrive {
  if (place.kind === 'disk') {
    if (now?.medium.contents !== state.inside?.contents) throw otherDisk(place)
    return { inside: now, aside: [] }
  }
  const found: MountedFile[] = []
  const find = (saved: SavedMedium, path: string | null): MountedFile => {
    const medium = findMedium(place, saved, path, known, found)
    found.push(medium)
    return medium
  }
  const inside = state.inside && find(state.inside, files.inside)
  const aside = state.aside.map((saved, index) => find(saved, files.aside[index] ?? null))
  return { inside, aside }
}

/**
 * By its path, where the same is there; else what has been in the drive here and is the same, so that a
 * project can be moved. `taken` are other media: two files may be equal.
 */
function findMedium(
  place: DrivePlace,
  { contents }: SavedMedium,
  path: string | null,
  known: KnownMedia,
  taken: readonly MountedFile[],
): MountedFile {
  const here = known.of(place.id).filter((one) => one.medium.contents === contents && !taken.includes(one))
  const same = here.find((one) => one.path === path) ?? openSame(place, path, contents, known) ?? here[0]
  if (same) return same
  throw path !== null && existsSync(path) ? otherFile(place, path) : missingFile(place, path)
}

function openSame(
  place: DrivePlace,
  path: string | null,
  contents: string,
  known: KnownMedia,
): MountedFile | null {
  if (path === null) return null
  try {
    return known.mountAnew(place, path, contents)
  } catch {
    // Whatever is there, it is not what was.
    return null
  }
}

function otherDisk({ id }: DrivePlace): KernelTestError {
  return new KernelTestError(
    'KT3062',
    `what is in the drive \`${id}\` is not what was in it when the state was saved`,
    'Start with the same files, or boot anew and save again.',
  )
}

function otherFile({ id }: DrivePlace, path: string): KernelTestError {
  return new KernelTestError(
    'KT3062',
    `${path} has changed since it was in the drive \`${id}\` of the machine that was saved`,
    'Put the file back as it was, or boot anew and save again.',
  )
}

function missingFile({ id }: DrivePlace, path: string | null): KernelTestError {
  return new KernelTestError(
    'KT3063',
    `${path ?? 'a file'}, which was in the drive \`${id}\` of the machine that was saved, is gone`,
    `Put it back, or give it to \`${id}\` of this machine at its new place before the state is loaded.`,
  )
}

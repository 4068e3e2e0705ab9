import type { Medium } from '../../boot/plan.ts'
import { type DiskError, diskErrorText } from '../../observe/timeline.ts'
import { floppyBytes, usualFloppies } from '../../support/floppy-formats.ts'

/** As notes call them. */
const ids: Readonly<Record<DiskError['why'], string>> = {
  pastEnd: 'reads-past-end',
  outsideGeometry: 'outside-geometry',
  unreadable: 'sector-unreadable',
}

/** In sectors. */
const largestFloppy = Math.max(...usualFloppies.map(floppyBytes)) / 512

/**
 * Tells, once a drive and for each reason, of sectors that a guest wants and does not get. `units`: so many
 * instructions it has done. `bootKind`: what the image is attached as.
 */
export function diskErrorNotes(
  tell: (text: string) => void,
  units: () => number,
  bootKind?: Medium['kind'],
): (error: DiskError) => void {
  const mend = (error: DiskError) =>
    error.why === 'pastEnd' && error.drive === 'boot' && bootKind === 'disk' && error.of < largestFloppy
      ? ': fill the image up with zeros, or boot it as a floppy disk (protocol `floppy`)'
      : ''
  const told = new Set<string>()
  return (error) => {
    const key = `${error.why} ${error.drive}`
    if (told.has(key)) return
    told.add(key)
    tell(`the guest ${diskErrorText(error)}, at instruction ${units()}${mend(error)} [${ids[error.why]}]`)
  }
}
